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

/** So much is copied ahead in a good half a minute where no core is to spare; a larger run takes longer at the same pace. */
const outputsMib = Math.min(256, checkpointMib);
/** Code and outputs; an environment is made at the destination by its set-up. */
const outputFiles = Math.min(2_000, environmentFiles);
const undisturbedUs = 25e6;

/** Steps per second while everything is copied ahead, and right before for as long. Called off before the stop. */
async function oneTurn(lab: TrainingLab, runId: string): Promise<{ during: number; before: number }> {
  const { laptop, two } = lab;
  await lab.calm();
  const since = newest(lab.events(runId));
  await until('it has trained for a while', () => newest(lab.events(runId)) - since > undisturbedUs, {
    deadlineMs: 120_000,
    everyMs: 200,
  });
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
  // With its copy over there removed: what has been copied ahead once would not be copied again.
  await laptop.ended(id);
  const precopyMs = (phases.at(-1)?.at ?? 0) - (phases.find(({ phase }) => phase === 'precopying')?.at ?? 0);
  const events = lab.events(runId);
  return {
    during: speed(events, ended - precopyMs * 1000, ended),
    before: speed(events, Math.max(since, began - precopyMs * 1000), began),
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
    const lab = await trainingLab();
    try {
      // No set-up: it would run on the destination, which is another machine as a rule, and here has the trainer's own cores.
      const runId = await startedRun(lab, '--pace 0.005', 'true');
      await lab.ssh(
        lab.one,
        `cd .trainyard/runs/${runId}/code && mkdir outputs && cd outputs && dd if=/dev/urandom of=samples bs=1M count=${outputsMib} 2>/dev/null; for d in $(seq ${Math.ceil(outputFiles / 100)}); do mkdir $d; for f in $(seq 100); do echo "$d $f" >$d/$f.py; done; done`,
      );
      for (let turn = 0; turn < moveTurns; turn++) {
        const turned = await oneTurn(lab, runId);
        during.push(turned.during);
        before.push(turned.before);
      }
    } finally {
      await lab.stop();
    }
    return [
      against(
        {
          name: 'overhead',
          measure: `${outputsMib} MiB and ${outputFiles} small files copied ahead`,
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
