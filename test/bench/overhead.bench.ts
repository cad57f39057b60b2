import type { LedgerEvent } from '#test/lab/invariants.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { against, type Bench } from './row.ts';
import {
  checkpointMib,
  environmentFiles,
  moveTurns,
  startedRun,
  type TrainingLab,
  trainingLab,
} from './training.ts';

/** Steps per second between two moments of the boxes' clock, µs. */
function speed(events: readonly LedgerEvent[], from: number, to: number): number {
  const steps = events.filter(({ event, at }) => event === 'step' && at >= from && at < to);
  return steps.length / ((to - from) / 1e6);
}

const newest = (events: readonly LedgerEvent[]): number => events.at(-1)?.at ?? 0;

/**
 * Steps per second while everything is copied ahead, and right before for as long (since it has trained undisturbed, at most).
 * Called off before the stop.
 */
async function oneTurn(
  lab: TrainingLab,
  runId: string,
  since: number,
): Promise<{ during: number; before: number }> {
  const { laptop, two } = lab;
  const began = newest(lab.events(runId));
  const { id } = await laptop.move(runId, two.id, 'request');
  await until(
    'it is all there ahead',
    () => laptop.moves.get(id).phase !== 'preparing' && laptop.moves.get(id).phase !== 'precopying',
    { deadlineMs: 300_000 },
  );
  const { phases } = laptop.moves.get(id);
  const ended = newest(lab.events(runId));
  laptop.moves.cancel(id, { name: 'bench', role: 'owner' });
  await until('it is called off', () => laptop.moves.get(id).endedAt !== null, { deadlineMs: 300_000 });
  const precopyMs = (phases.at(-1)?.at ?? 0) - (phases.find(({ phase }) => phase === 'precopying')?.at ?? 0);
  const from = ended - precopyMs * 1000;
  return {
    during: speed(lab.events(runId), from, ended),
    before: speed(lab.events(runId), Math.max(since, began - precopyMs * 1000), began),
  };
}

export const bench: Bench = {
  name: 'overhead',
  about:
    'steps per second of a training while everything is copied ahead of its move, against not being moved',
  missing: () => (needs('linux', 'root', 'sshd', 'ssh', 'torch') ? null : 'root, sshd, ssh or PyTorch'),
  async run() {
    const during: number[] = [];
    const before: number[] = [];
    for (let turn = 0; turn < moveTurns; turn++) {
      // Each from the start: what has been copied ahead once is not copied again.
      const lab = await trainingLab();
      try {
        const runId = await startedRun(lab, '--pace 0.005');
        await lab.ssh(
          lab.one,
          `cd .trainyard/runs/${runId}/code && mkdir outputs && dd if=/dev/urandom of=outputs/samples bs=1M count=${checkpointMib} 2>/dev/null`,
        );
        await lab.calm();
        const since = newest(lab.events(runId));
        await until('it has trained for a while', () => newest(lab.events(runId)) - since > 30e6, {
          deadlineMs: 120_000,
        });
        const turned = await oneTurn(lab, runId, since);
        during.push(turned.during);
        before.push(turned.before);
      } finally {
        await lab.stop();
      }
    }
    return [
      against(
        {
          name: 'overhead',
          measure: `${checkpointMib} MiB of outputs and ${environmentFiles} files copied ahead`,
          unit: 'steps/s',
          reach: 0.97,
          lowerIsBetter: false,
        },
        during,
        before,
      ),
    ];
  },
};
