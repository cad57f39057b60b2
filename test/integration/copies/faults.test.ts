import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { zips } from '#backend/copies/way.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { copiesBetween, differences, localMachine, type Meddling, meddled, plantTree } from './lab.ts';

const signal = new AbortController().signal;
const megabyte = 1_048_576;

/** Two machines that are both this one, with a copy between them. */
async function between({
  here = {},
  there = {},
  place,
  hereEnv,
  thereEnv,
  shell,
}: {
  here?: Meddling;
  there?: Meddling;
  place?: string;
  hereEnv?: NodeJS.ProcessEnv;
  thereEnv?: NodeJS.ProcessEnv;
  shell?: string;
} = {}) {
  const source = await tempDirectory('source');
  const destination = place ?? path.join(await tempDirectory('destination'), 'place');
  const copies = await copiesBetween({
    here: meddled(localMachine(hereEnv, shell), here),
    there: meddled(localMachine(thereEnv, shell), there),
  });
  const open = () =>
    copies.open({ machineId: 'here', path: source }, { machineId: 'there', path: destination }, { signal });
  return { source, destination, copies, open };
}

const noise = (bytes: number, seed = 7): Buffer => {
  const buffer = Buffer.alloc(bytes);
  for (let at = 0, value = seed; at < bytes; at += 4) {
    value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0;
    buffer.writeUInt32LE(value, Math.min(at, bytes - 4));
  }
  return buffer;
};
const lost = () => new TrainyardError('SSH_CONNECTION_LOST', 'It is gone.', { retryable: true });
const once = (work: () => void): (() => void) => {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
};
const isPut = (words: readonly string[]) => words[1] === 'put';
const isPack = (words: readonly string[]) => ['pack', ...zips].some((verb) => verb === words[1]);
const without = (text: Buffer, line: string): Buffer =>
  Buffer.from(text.toString('latin1').replace(line, ''), 'latin1');
/** A machine that is so far away, and whose line cannot be measured, that what is small comes compressed. */
function isFar(): Meddling {
  let asked = 0;
  return {
    before: async (words) => {
      if (words.length > 0) return;
      asked += 1;
      if (asked === 1) throw new Error('there is nothing to measure with');
      await new Promise((resolve) => setTimeout(resolve, 25));
    },
  };
}

describe.skipIf(!needs('linux'))('what goes wrong on the way', () => {
  it.each(['large', 'small', 'gzip', ...(needs('zstd') ? (['zstd'] as const) : [])] as const)(
    'a corrupt byte of a %s file is noticed and sent again',
    async (size) => {
      let corrupted = 0;
      const asked = new Set<string>();
      const { source, destination, open } = await between({
        here: size === 'gzip' || size === 'zstd' ? isFar() : {},
        there: {
          said: (words, stdout) =>
            size === 'gzip' && words[0] === 'look' ? without(stdout, 'zstd=1\n') : stdout,
          writing: (words, chunk) => {
            asked.add(words[1] ?? '');
            if (corrupted > 0 || !(size === 'large' ? isPut(words) : isPack(words)) || chunk.length < 2_000)
              return chunk;
            corrupted += 1;
            const bad = Buffer.from(chunk);
            // Within a tar's first file, behind its headers.
            bad.writeUInt8(bad.readUInt8(1_900) ^ 1, 1_900);
            return bad;
          },
        },
      });
      const bytes = size === 'large' ? 20 * megabyte : size === 'small' ? 50_000 : 4 * megabyte;
      writeFileSync(path.join(source, 'data'), noise(bytes));
      const session = await open();
      await session.send('all', { signal });
      expect(corrupted).toBe(1);
      for (const zip of zips) expect(asked.has(zip)).toBe(size === zip);
      expect(differences(source, destination)).toBe('');
      await session.close();
    },
  );

  it('a byte that is always corrupt ends it, and nothing bad is in its place', async () => {
    const { source, destination, open } = await between({
      there: {
        writing: (words, chunk) => {
          if (!isPut(words)) return chunk;
          const bad = Buffer.from(chunk);
          bad.writeUInt8(bad.readUInt8(0) ^ 1, 0);
          return bad;
        },
      },
    });
    writeFileSync(path.join(source, 'data'), noise(9 * megabyte));
    const session = await open();
    await expect(session.send('all', { signal })).rejects.toMatchObject({ code: 'COPY_DAMAGED' });
    expect(existsSync(path.join(destination, 'data'))).toBe(false);
    await session.close();
  });

  it('a connection that breaks again and again costs nothing but time', async () => {
    let cuts = 0;
    let passed = 0;
    const { source, destination, open } = await between({
      there: {
        writing: (words, chunk, program) => {
          passed += chunk.length;
          if (!isPut(words) || cuts >= 3 || passed < (cuts + 1) * 6 * megabyte) return chunk;
          cuts += 1;
          program.stdin.destroy(lost());
          program.kill();
          return chunk;
        },
      },
    });
    plantTree(source);
    writeFileSync(path.join(source, 'larger'), noise(40 * megabyte));
    const session = await open();
    const result = await session.send('all', { signal });
    expect(cuts).toBe(3);
    expect(result.recopied).toBe(0);
    expect(differences(source, destination)).toBe('');
    await session.close();
  });

  it('interrupted and begun anew by another session, only what is missing travels', async () => {
    let travelled = 0;
    const stop = new AbortController();
    const { source, destination, open } = await between({
      there: {
        writing: (words, chunk) => {
          if (isPut(words)) travelled += chunk.length;
          if (travelled > 100 * megabyte) stop.abort();
          return chunk;
        },
      },
    });
    writeFileSync(path.join(source, 'data'), noise(128 * megabyte));
    const first = await open();
    await expect(first.send('all', { signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    await first.close();
    expect(existsSync(path.join(destination, 'data'))).toBe(false);
    const [stage = ''] = readdirSync(destination);
    const [part = ''] = readdirSync(path.join(destination, stage, 'in'));
    // What was left is believed only where its hash says so.
    const file = path.join(destination, stage, 'in', part);
    const left = readFileSync(file);
    left.writeUInt8(left.readUInt8(5) ^ 1, 5);
    writeFileSync(file, left);
    travelled = 0;
    const again = await open();
    await again.send('all', { signal });
    expect(travelled).toBeLessThan(120 * megabyte);
    expect(travelled).toBeGreaterThan(15 * megabyte);
    expect(differences(source, destination)).toBe('');
    expect(readdirSync(destination)).toEqual(['data']);
    await again.close();
  });

  it('silence is a broken connection', async () => {
    let held = false;
    const source = await tempDirectory('source');
    const destination = await tempDirectory('destination');
    const copies = await copiesBetween(
      {
        here: meddled(localMachine(), {
          before: async (words) => {
            if (words[0] !== 'out' || held) return;
            held = true;
            await new Promise(() => undefined);
          },
        }),
        there: localMachine(),
      },
      { silenceMs: 300 },
    );
    writeFileSync(path.join(source, 'a'), 'a');
    const session = await copies.open(
      { machineId: 'here', path: source },
      { machineId: 'there', path: destination },
      { signal },
    );
    await session.send('all', { signal });
    expect(held).toBe(true);
    expect(differences(source, destination)).toBe('');
    await session.close();
  });
});

describe.skipIf(!needs('linux'))('what happens to files meanwhile', () => {
  const changes: { what: string; change(file: string): void }[] = [
    { what: 'grown', change: (file) => appendFileSync(file, 'more') },
    { what: 'truncated', change: (file) => truncateSync(file, 100) },
    {
      what: 'rewritten in the same size and second',
      change: (file) => {
        const { atime, mtime, size } = statSync(file);
        writeFileSync(file, noise(size, 99));
        utimesSync(file, atime, mtime);
      },
    },
    {
      what: 'replaced by another file',
      change: (file) => {
        const { size } = statSync(file);
        rmSync(file);
        writeFileSync(file, noise(size, 3));
      },
    },
  ];
  for (const size of ['large', 'small'] as const) {
    it.each(changes)(`a ${size} file that is $what while it is read is read again`, async ({ change }) => {
      let file = '';
      const happen = once(() => change(file));
      const { source, destination, open } = await between({
        there: { before: (words) => ((isPut(words) || isPack(words)) && happen()) || undefined },
      });
      file = path.join(source, 'data');
      writeFileSync(file, noise(size === 'large' ? 12 * megabyte : 70_000));
      writeFileSync(path.join(source, 'other'), 'stays');
      const session = await open();
      const result = await session.send('all', { signal });
      expect(result.recopied).toBe(1);
      expect(differences(source, destination)).toBe('');
      await session.close();
    });
  }

  it('one that never stands still ends the copy, or is left out where that is wanted', async () => {
    let file = '';
    const { source, destination, open } = await between({
      there: {
        before: (words) => {
          if (isPut(words) || isPack(words)) appendFileSync(file, 'x');
        },
      },
    });
    file = path.join(source, 'a');
    writeFileSync(file, 'begin');
    const session = await open();
    await expect(session.send('all', { signal })).rejects.toMatchObject({
      code: 'COPY_SOURCE_CHANGING',
      params: { path: 'a' },
    });
    writeFileSync(path.join(source, 'still'), 'still');
    const result = await session.send('all', { signal, changing: 'leave' });
    expect([...result.manifest.files.keys()]).toEqual(['still']);
    expect(readdirSync(destination)).toEqual(['still']);
    await session.close();
  });

  it('one that is gone by the time it is read', async () => {
    let file = '';
    const { source, destination, open } = await between({
      there: { before: (words) => (isPack(words) ? rmSync(file, { force: true }) : undefined) },
    });
    file = path.join(source, 'a');
    writeFileSync(file, 'begin');
    writeFileSync(path.join(source, 'b'), 'stays');
    const session = await open();
    await expect(session.send('all', { signal })).rejects.toMatchObject({ code: 'COPY_SOURCE_CHANGING' });
    writeFileSync(file, 'begin');
    await session.send('all', { signal, changing: 'leave' });
    expect(readdirSync(destination)).toEqual(['b']);
    await session.close();
  });

  it('a read error is said with what the system said', async () => {
    const bin = await tempDirectory('bin');
    writeFileSync(
      path.join(bin, 'dd'),
      '#!/bin/sh\necho "dd: error reading: Input/output error" >&2\nexit 1\n',
    );
    chmodSync(path.join(bin, 'dd'), 0o755);
    const { source, open } = await between({ hereEnv: { PATH: `${bin}:${process.env.PATH}` } });
    writeFileSync(path.join(source, 'data'), noise(9 * megabyte));
    const session = await open();
    await expect(session.send('all', { signal })).rejects.toMatchObject({
      code: 'COPY_SOURCE_UNREADABLE',
      details: expect.stringContaining('Input/output error'),
    });
    await session.close();
  });
});

describe.skipIf(!needs('root', 'linux'))('a destination whose disk is full', () => {
  async function smallDisk(megabytes: number): Promise<string | null> {
    const disk = await tempDirectory('small-disk');
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk]);
    onTestFinished(() => {
      spawnSync('umount', ['-l', disk]);
    });
    // Some containers may not mount anything.
    return mounted.status === 0 ? disk : null;
  }

  it('is known before anything is sent', async () => {
    const place = await smallDisk(16);
    if (place === null) return;
    const { source, open } = await between({ place });
    writeFileSync(path.join(source, 'data'), noise(40 * megabyte));
    const session = await open();
    await expect(session.send('all', { signal })).rejects.toMatchObject({
      code: 'COPY_DISK_FULL',
      params: { neededMiB: 40, freeMiB: 16 },
    });
    await session.close();
  });

  it.each(['large', 'small'] as const)(
    'becomes full meanwhile: said, and room is made again (%s)',
    async (size) => {
      const place = await smallDisk(32);
      if (place === null) return;
      const filler = path.join(place, 'filler');
      const { source, open } = await between({
        place,
        there: { before: (words) => ((isPut(words) || isPack(words)) && fill()) || undefined },
      });
      const fill = once(() => writeFileSync(filler, Buffer.alloc(24 * megabyte)));
      if (size === 'large') writeFileSync(path.join(source, 'data'), noise(20 * megabyte));
      else for (let at = 0; at < 20; at++) writeFileSync(path.join(source, `f${at}`), noise(megabyte, at));
      const session = await open();
      await expect(session.send('all', { signal })).rejects.toMatchObject({ code: 'COPY_DISK_FULL' });
      // Not one byte of what could not be finished takes others' room.
      expect(readdirSync(place)).toEqual(['filler']);
      rmSync(filler);
      await session.send('all', { signal });
      expect(differences(source, place)).toBe('');
      await session.close();
    },
  );
});

describe.skipIf(!needs('linux'))('what is already there', () => {
  it('a link in the place of a directory is replaced, never followed', async () => {
    const { source, destination, open } = await between();
    const outside = await tempDirectory('outside');
    mkdirSync(path.join(source, 'dir'));
    writeFileSync(path.join(source, 'dir/file'), 'inside');
    writeFileSync(path.join(source, 'plain'), 'plain');
    mkdirSync(destination, { recursive: true });
    symlinkSync(outside, path.join(destination, 'dir'));
    symlinkSync(outside, path.join(destination, 'plain'));
    const session = await open();
    await session.send('all', { signal });
    expect(readdirSync(outside)).toEqual([]);
    expect(differences(source, destination)).toBe('');
    await session.close();
  });

  it('a directory where a file is to be is in the way; a mirror removes it and what else is too much', async () => {
    const { source, destination, open } = await between();
    writeFileSync(path.join(source, 'name'), 'a file');
    mkdirSync(path.join(destination, 'name/below'), { recursive: true });
    mkdirSync(path.join(destination, 'extra/deep'), { recursive: true });
    writeFileSync(path.join(destination, 'extra/deep/file'), '');
    writeFileSync(path.join(destination, 'extra/kept'), 'kept');
    symlinkSync('/etc', path.join(destination, '-link'));
    const session = await open();
    await expect(session.send('all', { signal })).rejects.toMatchObject({ code: 'COPY_IN_THE_WAY' });
    await session.send('all', { signal, mirror: true, except: (name) => name === 'extra/kept' });
    expect(readdirSync(destination, { recursive: true }).sort()).toEqual(['extra', 'extra/kept', 'name']);
    expect(existsSync('/etc/passwd')).toBe(true);
    await session.close();
  });

  it('files named go in that order with their directories; names that lead out are refused', async () => {
    const { source, destination, open } = await between();
    mkdirSync(path.join(source, 'step-7/shards'), { recursive: true });
    writeFileSync(path.join(source, 'step-7/shards/one'), noise(9 * megabyte));
    writeFileSync(path.join(source, 'step-7/done'), 'marker');
    writeFileSync(path.join(source, 'other'), 'not asked for');
    const session = await open();
    const result = await session.send(['step-7/shards', 'step-7/done'], { signal });
    expect([...result.manifest.files.keys()]).toEqual(['step-7/shards/one', 'step-7/done']);
    expect(readdirSync(destination)).toEqual(['step-7']);
    expect(statSync(path.join(destination, 'step-7/done')).ctimeMs).toBeGreaterThanOrEqual(
      statSync(path.join(destination, 'step-7/shards/one')).ctimeMs,
    );
    for (const bad of ['../x', '/etc/passwd', 'a/../../b', '', 'a//b'])
      await expect(session.send([bad], { signal })).rejects.toMatchObject({ code: 'COPY_PATH_OUTSIDE' });
    await expect(session.send(['not/there'], { signal })).rejects.toMatchObject({
      code: 'COPY_SOURCE_CHANGING',
    });
    await session.close();
  });
});

describe.skipIf(!needs('linux', 'busybox'))('a machine with busybox and nothing else', () => {
  it.each(['dash', 'ash'])('copies everything the same (%s)', async (kind) => {
    const bin = await tempDirectory('busybox');
    const applets = spawnSync('busybox', ['--list'], { encoding: 'utf8' }).stdout.trim().split('\n');
    const busybox = spawnSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).stdout.trim();
    for (const applet of applets) symlinkSync(busybox, path.join(bin, applet));
    const env = { PATH: bin };
    const { source, destination, open } = await between({
      // Compressed in one of the two.
      here: kind === 'ash' ? isFar() : {},
      hereEnv: env,
      thereEnv: env,
      ...(kind === 'ash' ? { shell: path.join(bin, 'ash') } : {}),
    });
    plantTree(source);
    const session = await open();
    await session.send('all', { signal });
    expect(differences(source, destination)).toBe('');
    const again = await session.send('all', { signal });
    expect(again.sharedBytes).toBe(again.bytes);
    await session.close();
  });
});
