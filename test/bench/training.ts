import { execFile } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { usualPace } from '#backend/migrations/index.ts';
import { own } from '#test/integration/copies/lab.ts';
import { type LedgerEvent, readLedger } from '#test/lab/invariants.ts';
import { type Laptop, openLaptop } from '#test/lab/moving/laptop.ts';
import { type MovingBox, type MovingYard, movingYard, readIfThere } from '#test/lab/moving/yard.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { farLine, type LineKind } from './far-line.ts';

const run = promisify(execFile);

/** For a trial less. */
export const checkpointMib = Number(process.env.TRAINYARD_BENCH_CHECKPOINT_MIB ?? 1024);
export const environmentFiles = Number(process.env.TRAINYARD_BENCH_ENV_FILES ?? 20_000);
export const moveTurns = Number(process.env.TRAINYARD_BENCH_MOVE_TURNS ?? 2);

/** What a set-up makes: an environment of many small files. */
export const makeEnvironment = `mkdir -p env && cd env && d=0 && while [ $d -lt ${Math.ceil(environmentFiles / 100)} ]; do mkdir -p lib$d && f=0 && while [ $f -lt 100 ]; do echo "# module $d $f" >lib$d/m$f.py; f=$((f+1)); done; d=$((d+1)); done`;
export const trainCommand = (more: string): string =>
  `/usr/bin/python3 train.py --steps 10000000 --every 0 --shards 4 --pad-mib ${checkpointMib} ${more}`;

/**
 * Real packages to make an environment of: this machine's shared libraries (PyTorch's among them), Debian's Python packages, the
 * standard library, compilers' parts and headers, as packages bring them along; in this order up to the number of files. Some 1.5 to 2 GB: less
 * than half of what pip's PyTorch with CUDA takes. Made once, for every account to copy from.
 */
export async function packageTree(directory: string): Promise<string> {
  const tree = path.join(directory, 'packages');
  await run(
    'sh',
    [
      '-c',
      `umask 022 && mkdir "$1" && cd / &&
{ find usr/lib/*-linux-gnu -maxdepth 1 -type f -name '*.so*' -print0
  find usr/lib/python3/dist-packages usr/lib/python3.* usr/lib/llvm* usr/lib/gcc usr/include usr/share/perl -type f -print0 2>/dev/null
} | head -z -n "$2" | tar --null -T - -cf - 2>/dev/null | tar -C "$1" -xf - && chmod -R a+rX "$1"`,
      'sh',
      tree,
      String(environmentFiles),
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return tree;
}

/** What a set-up makes of them: files of its own, once. */
export const environmentFrom = (tree: string): string =>
  `[ -e env/.made ] || { mkdir -p env && cp -R --preserve=mode,timestamps,links ${tree}/. env/ && : >env/.made; }`;

/** Two boxes side by side, a laptop, and what trainers have written down. */
export interface TrainingLab {
  yard: MovingYard;
  laptop: Laptop;
  one: MovingBox;
  two: MovingBox;
  events(runId: string): LedgerEvent[];
  /** Runs a command over there with the user's own ssh. */
  ssh(box: MovingBox, command: string): Promise<string>;
  /** The options with which `from` reaches `to` by ssh, for who is logged in at `from`. */
  wayBetween(from: MovingBox, to: MovingBox): string;
  /** What one side leaves to be written shall not slow the other. */
  calm(): Promise<void>;
  stop(): Promise<void>;
}

/** `line`: how far each box is from everybody; null: not at all. */
export async function trainingLab(line: LineKind | null = null): Promise<TrainingLab> {
  const yard = await movingYard(2, { line: line === null ? 'none' : (to) => farLine(to, line) });
  const data = await makeTempDirectory('bench-laptop');
  const laptop = await openLaptop({ address: yard.address, data, pace: usualPace, plans: true });
  const [one, two] = yard.boxes;
  if (one === undefined || two === undefined) throw new RangeError('two boxes');
  const events = (runId: string) =>
    yard.boxes
      .flatMap(({ ledger }) => readLedger(readIfThere(ledger)))
      .filter((event) => event.run === runId);
  return {
    yard,
    laptop,
    one,
    two,
    events,
    ssh: async (box, command) =>
      (await run('ssh', ['-F', yard.address.configFile, box.name, command], { maxBuffer: 64 * 1024 * 1024 }))
        .stdout,
    wayBetween(from, to) {
      const key = path.join(from.home, `to-${to.name}`);
      const known = path.join(from.home, `known-${to.name}`);
      copyFileSync(to.keyFile, key);
      copyFileSync(to.knownHostsFile, known);
      own(from, key);
      own(from, known);
      const host = `-p ${to.reachedAt} -o HostKeyAlias=[127.0.0.1]:${to.port} -o UserKnownHostsFile=${known}`;
      return `ssh -F none -c aes128-gcm@openssh.com ${host} -i ${key} -o BatchMode=yes`;
    },
    calm: async () => void (await run('sync')),
    async stop() {
      await laptop.close();
      await yard.stop();
      await rm(data, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** A run of the app's that has trained and saved once. */
export async function startedRun(
  { laptop, one, events }: TrainingLab,
  more: string,
  setup = makeEnvironment,
): Promise<string> {
  const yaml = [
    'name: bench',
    'workdir: .',
    'checkpoint: { path: checkpoints, framework: huggingface, request: { signal: USR1 } }',
    'setup: |',
    `  ${setup}`,
    `run: exec ${trainCommand(more)} --quit-on-term`,
  ].join('\n');
  const { id } = await laptop.launch(yaml, one.id);
  await until('it trains', () => events(id).filter(({ event }) => event === 'step').length > 20, {
    deadlineMs: 180_000,
  });
  return id;
}

/** ms from the step that was kept last to the next new one: what the training lost. */
export function standstill(events: readonly LedgerEvent[], epoch: number): number {
  const start = events.find((each) => each.epoch === epoch && each.event === 'start');
  const first = events.find((each) => each.epoch === epoch && each.event === 'step');
  const kept = events.find(
    (each) => each.epoch < epoch && each.event === 'step' && each.step === start?.step,
  );
  if (first === undefined || kept === undefined) throw new Error('it has not trained at both ends');
  return (first.at - kept.at) / 1000;
}
