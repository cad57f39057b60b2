import type { MovingBox } from '#test/lab/moving/yard.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { anotherRegion } from './far-line.ts';
import { against, type Bench, type BenchRow, median } from './row.ts';
import {
  checkpointMib,
  environmentFiles,
  environmentFrom,
  moveTurns,
  packageTree,
  standstill,
  startedRun,
  type TrainingLab,
  trainCommand,
  trainingLab,
} from './training.ts';

/** The lines whose names begin so. */
const only = process.env.TRAINYARD_BENCH_MOVE_LINE ?? null;
const pace = '--pace 0.02';
const stopPeer = 'kill -TERM $(cat peer/pid); while kill -0 $(cat peer/pid) 2>/dev/null; do sleep 0.05; done';

/** Moves the run to the other box; ms in which it did not train, by its own ledger. */
async function ours(lab: TrainingLab, runId: string, to: MovingBox): Promise<number> {
  const { laptop } = lab;
  await lab.calm();
  const { id } = await laptop.move(runId, to.id, 'request');
  await until('it has moved', () => laptop.moves.get(id).endedAt !== null, { deadlineMs: 300_000 });
  const { phase, toEpoch, error } = laptop.moves.get(id);
  if (phase !== 'committed' || toEpoch === null) throw new Error(`the move was ${phase}: ${error?.message}`);
  return standstill(lab.events(runId), toEpoch);
}

/**
 * The script of a careful user: TERM (it saves and ends), rsync of everything to a box that has nothing of it yet, start. Ends with the run on
 * the other box.
 */
async function peer(lab: TrainingLab, epoch: number, from: MovingBox, to: MovingBox): Promise<number> {
  await lab.ssh(to, 'rm -rf peer && mkdir peer');
  await lab.calm();
  const way = lab.wayBetween(from, to);
  await lab.ssh(
    from,
    'kill -TERM $(cat peer/pid); while kill -0 $(cat peer/pid) 2>/dev/null; do sleep 0.05; done',
  );
  await lab.ssh(from, `rsync -a -e '${way}' peer/ ${to.user}@127.0.0.1:peer/`);
  await startPeer(lab, epoch, to);
  return standstill(lab.events('peer'), epoch);
}

async function startPeer(lab: TrainingLab, epoch: number, box: MovingBox): Promise<void> {
  const start = `TRAINYARD_RUN_ID=peer TRAINYARD_EPOCH=${epoch} nohup ${trainCommand(pace)} >log 2>&1 </dev/null & echo $! >pid`;
  await lab.ssh(box, `cd peer && { ${start}; }`);
  await until(
    'it trains',
    () => lab.events('peer').some((each) => each.epoch === epoch && each.event === 'step'),
    { deadlineMs: 180_000 },
  );
}

/** ms of each part that no move can do without, each measured alone: step + save + S/B + verify + start. */
async function floor(lab: TrainingLab, runId: string): Promise<number> {
  const { one, two } = lab;
  const events = lab.events(runId);
  const steps = events.filter(({ event, epoch }) => event === 'step' && epoch === 1);
  const gaps = steps.slice(1).map(({ at }, index) => (at - (steps[index]?.at ?? at)) / 1000);
  const saves = events.flatMap(({ event, at, epoch, step }) => {
    if (event !== 'saving') return [];
    const saved = events.find((each) => each.event === 'saved' && each.epoch === epoch && each.step === step);
    return saved === undefined ? [] : [(saved.at - at) / 1000];
  });
  await lab.ssh(
    one,
    `mkdir -p alone && dd if=/dev/urandom of=alone/shard bs=1M count=${checkpointMib} 2>/dev/null`,
  );
  await lab.calm();
  const way = lab.wayBetween(one, two);
  const sent = await took(() => lab.ssh(one, `${way} ${two.user}@127.0.0.1 'cat >shard' <alone/shard`));
  const verified = await took(() => lab.ssh(two, 'b2sum shard >/dev/null'));
  const start = await startAlone(lab, moveTurns % 2 === 0 ? one : two);
  return median(gaps) + median(saves) + sent + verified + start;
}

/** ms from a process's start to its first new step, from a checkpoint that is there. */
async function startAlone(lab: TrainingLab, box: MovingBox): Promise<number> {
  await lab.ssh(box, stopPeer);
  await lab.calm();
  return took(() => startPeer(lab, 99, box));
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Two boxes side by side, whose processors are all that is limited; and two in another region, as far from each other as from the laptop. */
const lines = [{ where: 'side by side', is: null }, anotherRegion];

async function rowsOver({ where, is }: (typeof lines)[number]): Promise<BenchRow[]> {
  const lab = await trainingLab(is);
  try {
    const { one, two } = lab;
    const environment = environmentFrom(await packageTree(lab.yard.directory));
    await lab.ssh(one, `mkdir peer && cd peer && ${environment}`);
    const runId = await startedRun(lab, pace, environment);
    const mine: number[] = [];
    for (let turn = 0; turn < moveTurns; turn++)
      mine.push(await ours(lab, runId, turn % 2 === 0 ? two : one));
    lab.laptop.runs.stop(runId, undefined, { name: 'bench', role: 'owner' });
    const code = lab.yard.address.code;
    await lab.ssh(one, `cp ${code}/*.py peer/`);
    await startPeer(lab, 1, one);
    const theirs: number[] = [];
    for (let turn = 0; turn < moveTurns; turn++) {
      const [from, to] = turn % 2 === 0 ? [one, two] : [two, one];
      theirs.push(await peer(lab, turn + 2, from, to));
    }
    const least = await floor(lab, runId);
    const row = (name: string, measure: string, reach: number) => ({
      name,
      measure: `${where}: ${measure}`,
      unit: 'ms',
      reach,
      lowerIsBetter: true,
    });
    const what = `${checkpointMib} MiB checkpoint, ${environmentFiles} files of real packages as environment`;
    return [
      against(row('downtime', what, 2), mine, theirs),
      against(row('floor', 'step + save + S/B + verify + start, each alone', 1 / 1.15), mine, [least]),
    ];
  } finally {
    await lab.stop();
  }
}

export const bench: Bench = {
  name: 'downtime',
  about: `a run with a checkpoint of ${checkpointMib} MiB and an environment of ${environmentFiles} files of real packages (some 2 GB) is moved, against a script: stop, rsync -a of everything to a box that has nothing of it, start`,
  missing: () =>
    needs('linux', 'root', 'sshd', 'ssh', 'rsync', 'torch') ? null : 'root, sshd, ssh, rsync or PyTorch',
  async run() {
    const rows: BenchRow[] = [];
    for (const line of lines) {
      if (only === null || line.where.startsWith(only)) rows.push(...(await rowsOver(line)));
    }
    return rows;
  },
};
