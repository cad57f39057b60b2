import { execFile } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { chmod, mkdir, open, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { localPrograms } from '#backend/processes/index.ts';
import { thisComputerId } from '#shared/domain/id.ts';
import { copiesBetween, own, type TwoBoxes, twoBoxes } from '#test/integration/copies/lab.ts';
import { needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { against, type Bench } from './row.ts';

const run = promisify(execFile);
/** How much, how many and how often: for a trial less. */
const megabytes = Number(process.env.TRAINYARD_BENCH_TRANSFER_MB ?? 2048);
const smallFiles = Number(process.env.TRAINYARD_BENCH_TRANSFER_FILES ?? 20_000);
const turns = Number(process.env.TRAINYARD_BENCH_TRANSFER_TURNS ?? 3);
const cipher = 'aes128-gcm@openssh.com';
const signal = new AbortController().signal;

type Direction = 'up' | 'down';
type Side = 'ours' | 'scp' | 'rsync';

/** Four files that nothing can compress. */
async function plantLarge(directory: string): Promise<void> {
  await mkdir(directory);
  const block = Buffer.alloc(8 * 1_048_576);
  for (let file = 0; file < 4; file += 1) {
    const handle = await open(path.join(directory, `shard-${file}.bin`), 'w');
    for (let at = 0; at < megabytes / 4; at += 8) await handle.write(randomFillSync(block));
    await handle.close();
  }
}

/** Small ones as source code has them: 1 to 8 KB, a hundred to a directory. */
async function plantSmall(directory: string): Promise<void> {
  const block = randomFillSync(Buffer.alloc(8_192)).toString('base64');
  for (let at = 0; at < smallFiles; at += 100) {
    const place = path.join(directory, `package-${at / 100}`);
    await mkdir(place, { recursive: true });
    await Promise.all(
      Array.from({ length: Math.min(100, smallFiles - at) }, (_, index) =>
        writeFile(
          path.join(place, `module_${index}.py`),
          block.slice(0, 1_024 + ((at + index * 613) % 7_168)),
        ),
      ),
    );
  }
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** One tree at both ends, and what carries it from the one to the other. */
async function measure(
  lab: TwoBoxes,
  carry: Record<Side, (from: string, to: string, direction: Direction) => Promise<unknown>>,
  plant: (directory: string) => Promise<void>,
  sides: readonly Side[],
  files: number,
): Promise<Record<`${Direction} ${Side}`, number[]>> {
  const here = await makeTempDirectory('bench-transfer');
  await chmod(here, 0o755);
  const samples: Record<string, number[]> = {};
  try {
    const local = path.join(here, 'data');
    const remote = path.join(lab.one.home, 'data');
    await plant(local);
    await run('cp', ['-a', local, remote]);
    own(lab.one, remote);
    await run('sync');
    for (let turn = 0; turn < turns; turn += 1) {
      for (const direction of ['up', 'down'] as const) {
        for (const side of sides) {
          const [from, to] =
            direction === 'up' ? [local, path.join(lab.one.home, 'copy')] : [remote, path.join(here, 'copy')];
          const ms = await took(() => carry[side](from, to, direction));
          const { stdout } = await run('sh', ['-c', 'find "$1" -type f | wc -l', 'sh', to]);
          if (Number(stdout) !== files) throw new Error(`${side} has brought ${stdout.trim()} files`);
          samples[`${direction} ${side}`] = [...(samples[`${direction} ${side}`] ?? []), ms];
          await rm(to, { recursive: true });
          // What the one leaves to be written shall not slow the other.
          await run('sync');
        }
      }
    }
    await rm(remote, { recursive: true });
    return samples as Record<`${Direction} ${Side}`, number[]>;
  } finally {
    await rm(here, { recursive: true, force: true });
  }
}

export const bench: Bench = {
  name: 'transfer',
  about: `${megabytes} MB and ${smallFiles} small files between this computer and a box, verified and synced, against scp and rsync`,
  missing: () => (needs('sshd', 'ssh', 'rsync', 'root') ? null : 'sshd, ssh, rsync or root'),
  async run() {
    const lab = await twoBoxes();
    const programs = localPrograms();
    const box = lab.machines.one;
    if (box === undefined) throw new RangeError('a box');
    const copies = await copiesBetween(
      { one: box, [thisComputerId]: () => Promise.resolve(programs) },
      { journal: lab.journal, reach: { reach: () => Promise.resolve(null), lane: lab.lane } },
    );
    const place = (direction: Direction, which: 'from' | 'to', where: string) => ({
      machineId: (direction === 'up') === (which === 'from') ? thisComputerId : 'one',
      path: where,
    });
    const named = (direction: Direction, which: 'from' | 'to', where: string) =>
      (direction === 'up') === (which === 'from') ? where : `one:${where}`;
    const carry = {
      ours: async (from: string, to: string, direction: Direction) => {
        const session = await copies.open(place(direction, 'from', from), place(direction, 'to', to), {
          signal,
        });
        await session.send('all', { signal });
        await session.close();
      },
      scp: (from: string, to: string, direction: Direction) =>
        run('scp', [
          ...['-r', '-q', '-c', cipher, '-F', lab.configFile],
          named(direction, 'from', from),
          named(direction, 'to', to),
        ]),
      rsync: (from: string, to: string, direction: Direction) =>
        run('rsync', [
          ...['-a', '-e', `ssh -F ${lab.configFile} -c ${cipher}`],
          `${named(direction, 'from', from)}/`,
          named(direction, 'to', to),
        ]),
    };
    try {
      const row = (measured: string, reach: number) => ({
        name: 'transfer',
        measure: measured,
        unit: 'ms',
        reach,
        lowerIsBetter: true,
      });
      const large = await measure(lab, carry, plantLarge, ['ours', 'scp', 'rsync'], 4);
      const small = await measure(lab, carry, plantSmall, ['ours', 'rsync'], smallFiles);
      return (['up', 'down'] as const).flatMap((direction) => [
        against(
          row(`large files ${direction}, scp`, 1.5),
          large[`${direction} ours`],
          large[`${direction} scp`],
        ),
        against(
          row(`large files ${direction}, rsync`, 1.3),
          large[`${direction} ours`],
          large[`${direction} rsync`],
        ),
        against(
          row(`${smallFiles} small files ${direction}, rsync`, 1.5),
          small[`${direction} ours`],
          small[`${direction} rsync`],
        ),
      ]);
    } finally {
      await copies.close();
      await programs.close();
      await lab.stop();
    }
  },
};
