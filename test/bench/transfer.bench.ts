import { execFile } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { chmod, mkdir, open, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { localPrograms } from '#backend/processes/index.ts';
import { thisComputerId } from '#shared/domain/id.ts';
import { copiesBetween, own, type TwoBoxes, twoBoxes } from '#test/integration/copies/lab.ts';
import type { Box } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { anotherRegion, farLine, type LineKind } from './far-line.ts';
import { against, type Bench, type BenchRow } from './row.ts';

const run = promisify(execFile);
/** How much, how many and how often: for a trial less. */
const megabytes = Number(process.env.TRAINYARD_BENCH_TRANSFER_MB ?? 2048);
const smallFiles = Number(process.env.TRAINYARD_BENCH_TRANSFER_FILES ?? 20_000);
/** The lines whose names begin so. */
const only = process.env.TRAINYARD_BENCH_TRANSFER_LINE ?? null;
const turns = Number(process.env.TRAINYARD_BENCH_TRANSFER_TURNS ?? 3);
const cipher = 'aes128-gcm@openssh.com';
const signal = new AbortController().signal;

const directions = ['up', 'down'] as const;
type Direction = (typeof directions)[number];
type Side = 'ours' | 'scp' | 'rsync';
type Samples = Record<`${Direction} ${Side}`, number[]>;
type Carry = Record<Side, (from: string, to: string, direction: Direction) => Promise<unknown>>;

/** Four files that nothing can compress. */
async function plantLarge(directory: string, megabytes: number): Promise<void> {
  await mkdir(directory);
  const block = Buffer.alloc(8 * 1_048_576);
  for (let file = 0; file < 4; file += 1) {
    const handle = await open(path.join(directory, `shard-${file}.bin`), 'w');
    for (let at = 0; at < megabytes / 4; at += 8) await handle.write(randomFillSync(block));
    await handle.close();
  }
}

/** Small ones as source code has them, of this machine's own: 1 to 8 KB, a hundred to a directory. */
async function plantSmall(directory: string): Promise<void> {
  const block = await someCode();
  for (let at = 0; at < smallFiles; at += 100) {
    const place = path.join(directory, `package-${at / 100}`);
    await mkdir(place, { recursive: true });
    await Promise.all(
      Array.from({ length: Math.min(100, smallFiles - at) }, (_, index) =>
        writeFile(path.join(place, `module_${index}.py`), sliceOf(block, at + index)),
      ),
    );
  }
}

/** Some 16 MB of what is on every machine that has Python. */
async function someCode(): Promise<Buffer> {
  const { stdout } = await run(
    'sh',
    ['-c', 'find /usr/lib/python3* -name "*.py" -type f | sort | xargs cat | head -c 16000000'],
    { encoding: 'buffer', maxBuffer: 32 * 1_048_576 },
  );
  if (stdout.length < 1_000_000) throw new Error('there is no code to make files of');
  return stdout;
}

/** No two files are the same piece of it. */
function sliceOf(code: Buffer, file: number): Buffer {
  const length = 1_024 + ((file * 613) % 7_168);
  const at = (file * 7_919) % (code.length - length);
  return code.subarray(at, at + length);
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** One tree at both ends, and what carries it from the one to the other. */
async function measure(
  box: Box,
  carry: Carry,
  plant: (directory: string) => Promise<void>,
  sides: readonly Side[],
  files: number,
): Promise<Samples> {
  const here = await makeTempDirectory('bench-transfer');
  await chmod(here, 0o755);
  const samples: Record<string, number[]> = {};
  try {
    const local = path.join(here, 'data');
    const remote = path.join(box.home, `data-${files}`);
    await plant(local);
    await run('cp', ['-a', local, remote]);
    own(box, remote);
    await run('sync');
    for (let turn = 0; turn < turns; turn += 1) {
      for (const direction of directions) {
        for (const side of sides) {
          const copy = `copy-${files}-${side}-${turn}`;
          const [from, to] =
            direction === 'up' ? [local, path.join(box.home, copy)] : [remote, path.join(here, copy)];
          const ms = await took(() => carry[side](from, to, direction));
          const { stdout } = await run('sh', ['-c', 'find "$1" -type f | wc -l', 'sh', to]);
          if (Number(stdout) !== files) throw new Error(`${side} has brought ${stdout.trim()} files`);
          samples[`${direction} ${side}`] = [...(samples[`${direction} ${side}`] ?? []), ms];
          // Not many at a time: ext4 looks at the number of each file that was removed in the last minutes before it gives out another.
          if (files < 100) await rm(to, { recursive: true });
          // What the one leaves to be written shall not slow the other.
          await run('sync');
        }
      }
    }
    return samples as Samples;
  } finally {
    await rm(here, { recursive: true, force: true });
  }
}

/** The ways to and from a box of the lab. */
async function carriers(
  lab: TwoBoxes,
  name: 'one' | 'two',
): Promise<{ carry: Carry; close(): Promise<void> }> {
  const programs = localPrograms();
  const machine = lab.machines[name];
  if (machine === undefined) throw new RangeError('a box');
  const copies = await copiesBetween(
    { [name]: machine, [thisComputerId]: () => Promise.resolve(programs) },
    { journal: lab.journal, reach: { reach: () => Promise.resolve(null), lane: lab.lane } },
  );
  const place = (direction: Direction, which: 'from' | 'to', where: string) => ({
    machineId: (direction === 'up') === (which === 'from') ? thisComputerId : name,
    path: where,
  });
  const named = (direction: Direction, which: 'from' | 'to', where: string) =>
    (direction === 'up') === (which === 'from') ? where : `${name}:${where}`;
  return {
    carry: {
      ours: async (from, to, direction) => {
        const session = await copies.open(place(direction, 'from', from), place(direction, 'to', to), {
          signal,
        });
        await session.send('all', { signal, last: true });
        await session.close();
      },
      scp: (from, to, direction) =>
        run('scp', [
          ...['-r', '-q', '-c', cipher, '-F', lab.configFile],
          named(direction, 'from', from),
          named(direction, 'to', to),
        ]),
      rsync: (from, to, direction) =>
        run('rsync', [
          ...['-a', '-e', `ssh -F ${lab.configFile} -c ${cipher}`],
          `${named(direction, 'from', from)}/`,
          named(direction, 'to', to),
        ]),
    },
    close: async () => {
      await copies.close();
      await programs.close();
    },
  };
}

/** What a line is like, and what is carried over it. */
interface Line {
  where: string;
  /** Null: loopback. */
  is: LineKind | null;
  megabytes: number | null;
}

const lines: readonly Line[] = [
  { ...anotherRegion, megabytes: megabytes / 4 },
  // From where one lives. What cannot be compressed takes as long as the line takes, whoever sends it.
  { where: '100 Mbit/s, 20 ms away', is: { latencyMs: 10, bytesPerSecond: 12_500_000 }, megabytes: null },
  // Nothing is limited but the processors, which both ends share with whoever is measured.
  { where: 'loopback', is: null, megabytes },
];

async function rowsOver({ where, is, megabytes: mb }: Line): Promise<BenchRow[]> {
  const lab = await twoBoxes(is === null ? {} : { line: (to) => farLine(to, is) });
  const name = is === null ? 'one' : 'two';
  const { carry, close } = await carriers(lab, name);
  const rows = (samples: Samples, what: string, peers: readonly (readonly [Side, number])[]): BenchRow[] =>
    directions.flatMap((direction) =>
      peers.map(([peer, reach]) =>
        against(
          {
            name: 'transfer',
            measure: `${where}: ${what} ${direction}, ${peer}`,
            unit: 'ms',
            reach,
            lowerIsBetter: true,
          },
          samples[`${direction} ours`],
          samples[`${direction} ${peer}`],
        ),
      ),
    );
  try {
    const large =
      mb === null
        ? []
        : rows(
            await measure(lab[name], carry, (to) => plantLarge(to, mb), ['ours', 'scp', 'rsync'], 4),
            `${mb} MB`,
            [
              ['scp', 1.5],
              ['rsync', 1.3],
            ],
          );
    const small = rows(
      await measure(lab[name], carry, plantSmall, ['ours', 'rsync'], smallFiles),
      `${smallFiles} small files`,
      [['rsync', 1.5]],
    );
    return [...large, ...small];
  } finally {
    await close();
    await lab.stop();
  }
}

export const bench: Bench = {
  name: 'transfer',
  about: `large and ${smallFiles} small files between this computer and a box, near and far, verified and synced, against scp and rsync`,
  missing: () => (needs('sshd', 'ssh', 'rsync', 'root') ? null : 'sshd, ssh, rsync or root'),
  async run() {
    const rows: BenchRow[] = [];
    for (const line of lines) {
      if (only === null || line.where.startsWith(only)) rows.push(...(await rowsOver(line)));
    }
    return rows;
  },
};
