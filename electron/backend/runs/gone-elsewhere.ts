import type { Attempt } from '#shared/domain/run.ts';
import type { BoxAttempt } from './box/interface.ts';
import type { RunsContext } from './context.ts';
import { shownName } from './specification.ts';
import type { Connected } from './turns.ts';

/**
 * Whether an attempt was given up while its machine was out of sight, and has gone on elsewhere or may. A host that was
 * declared lost and is back with a run that nobody has started elsewhere just has it again.
 */
export function isGivenUp({ store }: RunsContext, { runId, epoch, evidence }: Attempt): boolean {
  if (evidence.kind !== 'host-lost') return evidence.kind === 'moved';
  return (store.runs.summary(runId)?.epoch ?? epoch) > epoch;
}

/** Two of a run must not train. */
export function endGivenUp(
  { store }: RunsContext,
  { box, signal }: Connected,
  { runId, epoch }: Attempt,
): Promise<void> {
  const { stopGraceSeconds } = store.settings.get();
  return box.stop(runId, epoch, stopGraceSeconds, 'move', signal);
}

/** The box says that the run has gone on elsewhere, and we know of no later attempt: another laptop has moved it. */
export function noteMoved(
  { records, clock, store }: RunsContext,
  known: Attempt,
  { movedTo, phase }: BoxAttempt,
): void {
  if (movedTo === null || (phase !== 'ended' && phase !== 'lost') || known.evidence.kind === 'moved') return;
  if ((store.runs.summary(known.runId)?.epoch ?? 0) > known.epoch) return;
  const at = clock.now();
  records.save(known.runId, known.epoch, {
    state: 'stopped',
    endedAt: known.endedAt ?? at,
    evidence: { kind: 'moved', at, toMachineName: shownName(movedTo) },
  });
}
