import type { MigrationPlan } from '#shared/domain/migration.ts';
import { gpuChecks } from './checks/gpus.ts';
import { roomChecks } from './checks/room.ts';
import { runChecks } from './checks/run.ts';
import { softwareChecks } from './checks/software.ts';
import { chosenPath, modeCheck, pathChecks, resumeChecks } from './checks/trainer.ts';
import { estimateOf } from './estimate.ts';
import type { MoveFacts } from './facts.ts';
import { modesOf } from './modes.ts';
import { copiesOf } from './travelling.ts';

/** What a move would be, judged by what is known. Pure. */
export function planMove(facts: MoveFacts): MigrationPlan {
  const modes = modesOf(facts);
  const best = modes.find(({ possible }) => possible) ?? modes[0];
  const chosen = modes.find(({ mode }) => mode === facts.asked.mode) ?? best;
  if (chosen === undefined) throw new TypeError('there are always three modes');
  const checks = [
    ...runChecks(facts),
    modeCheck(chosen),
    ...resumeChecks(facts),
    ...gpuChecks(facts),
    ...softwareChecks(facts),
    ...roomChecks(facts),
    ...pathChecks(facts),
  ];
  const path = chosenPath(facts);
  return {
    runId: facts.run.id,
    toMachineId: facts.to.id,
    mode: chosen.mode,
    modes,
    checks,
    possible: checks.every(({ verdict }) => verdict !== 'fail'),
    paths: facts.paths.ok ? [...facts.paths.value] : [],
    path: path?.kind ?? null,
    copies: copiesOf(facts, chosen.mode),
    estimate: estimateOf(facts, chosen.mode, path),
  };
}
