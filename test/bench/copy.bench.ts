import { execFile } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { copyFile, mkdir, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { CopyPathKind } from '#shared/domain/copy.ts';
import { own, type TwoBoxes, twoBoxes } from '#test/integration/copies/lab.ts';
import { needs } from '#test/needs.ts';
import { anotherRegion, farLine } from './far-line.ts';
import { against, type Bench, type BenchRow } from './row.ts';

const run = promisify(execFile);
/** How much is copied, and how often: for a trial less. */
const megabytes = Number(process.env.TRAINYARD_BENCH_COPY_MB ?? 4096);
/** The lines whose names begin so. */
const only = process.env.TRAINYARD_BENCH_COPY_LINE ?? null;
const turns = Number(process.env.TRAINYARD_BENCH_COPY_TURNS ?? 3);
const cipher = 'aes128-gcm@openssh.com';
const signal = new AbortController().signal;

/** Files that nothing can compress, four of them, as shards of a checkpoint are. */
async function plant(directory: string, megabytes: number): Promise<void> {
  await mkdir(directory);
  const block = Buffer.alloc(8 * 1_048_576);
  for (let file = 0; file < 4; file += 1) {
    const handle = await open(path.join(directory, `shard-${file}.bin`), 'w');
    for (let at = 0; at < megabytes / 4; at += 8) await handle.write(randomFillSync(block));
    await handle.close();
  }
}

const ms = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

/** From the moment the user asks to the moment every file is in its place, verified and on the disk; the key's making included. */
async function ours(lab: TwoBoxes, source: string, kind: CopyPathKind): Promise<number> {
  const took = await ms(async () => {
    const session = await lab.copies.open(
      { machineId: 'one', path: source },
      { machineId: 'two', path: '~/copy' },
      { path: kind, signal },
    );
    await session.send('all', { signal });
    await session.close();
  });
  await cleared(lab);
  return took;
}

async function cleared(lab: TwoBoxes): Promise<void> {
  const directory = path.join(lab.two.home, 'copy');
  if ((await readdir(directory)).filter((name) => name.endsWith('.bin')).length !== 4)
    throw new Error('not everything arrived');
  await rm(directory, { recursive: true });
  // What the one leaves to be written shall not slow the other.
  await run('sync');
}

/** What one would type on the source. */
async function rsync(lab: TwoBoxes, source: string): Promise<number> {
  const { two } = lab;
  const key = path.join(lab.one.home, 'peer-key');
  const known = path.join(lab.one.home, 'peer-known');
  await copyFile(two.keyFile, key);
  await copyFile(two.knownHostsFile, known);
  own(lab.one, key);
  own(lab.one, known);
  const way = `-p ${lab.portOfTwo} -i ${key} -o UserKnownHostsFile=${known} -o HostKeyAlias=[127.0.0.1]:${two.port}`;
  const ssh = `ssh -F none -c ${cipher} ${way} -o BatchMode=yes`;
  const took = await ms(() =>
    run('ssh', [
      '-F',
      lab.configFile,
      'one',
      `rsync -a -e '${ssh}' '${source}/' ${two.user}@127.0.0.1:copy/`,
    ]),
  );
  await cleared(lab);
  return took;
}

async function scp(lab: TwoBoxes, source: string): Promise<number> {
  const took = await ms(() =>
    run('scp', ['-3', '-r', '-q', '-c', cipher, '-F', lab.configFile, `one:${source}`, 'two:copy']),
  );
  await cleared(lab);
  return took;
}

/** The second box by each line, and how much is copied over it. */
const lines = [
  { ...anotherRegion, megabytes: megabytes / 8 },
  // Nothing is limited but the processors, which both boxes share with whoever is measured.
  { where: 'loopback', is: null, megabytes },
];

async function rowsOver({ where, is, megabytes }: (typeof lines)[number]): Promise<BenchRow[]> {
  const lab = await twoBoxes(is === null ? {} : { line: (to) => farLine(to, is) });
  try {
    const source = path.join(lab.one.home, 'data');
    await plant(source, megabytes);
    own(lab.one, source);
    await run('sync');
    const samples = { direct: [], rsync: [], laptop: [], scp: [] } as Record<string, number[]>;
    for (let turn = 0; turn < turns; turn += 1) {
      samples.direct?.push(await ours(lab, source, 'direct'));
      samples.rsync?.push(await rsync(lab, source));
      samples.laptop?.push(await ours(lab, source, 'laptop'));
      samples.scp?.push(await scp(lab, source));
    }
    const row = (measure: string) => ({
      name: 'copy',
      measure: `${where}: ${megabytes} MB box to box, ${measure}`,
      unit: 'ms',
      reach: 1.5,
      lowerIsBetter: true,
    });
    return [
      against(row('direct'), samples.direct ?? [], samples.rsync ?? []),
      against(row('through the laptop'), samples.laptop ?? [], samples.scp ?? []),
    ];
  } finally {
    await lab.stop();
  }
}

export const bench: Bench = {
  name: 'copy',
  about: 'large files from box to box, far and near, hashes verified and synced, against rsync and scp -3',
  missing: () => (needs('sshd', 'ssh', 'rsync', 'root') ? null : 'sshd, ssh, rsync or root'),
  async run() {
    const rows: BenchRow[] = [];
    for (const line of lines) {
      if (only === null || line.where.startsWith(only)) rows.push(...(await rowsOver(line)));
    }
    return rows;
  },
};
