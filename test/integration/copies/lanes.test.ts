import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#backend/clock.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { copiesBetween, differences, meddled, own, type TwoBoxes, twoBoxes } from './lab.ts';

const signal = new AbortController().signal;
const mib = 1_048_576;

describe.skipIf(!needs('sshd', 'ssh', 'root'))("what is large goes by the system's own ssh", () => {
  let lab: TwoBoxes;

  beforeAll(async () => {
    lab = await twoBoxes();
    // A login shell that talks on both streams, before anything of ours.
    for (const box of [lab.one, lab.two]) {
      writeFileSync(path.join(box.home, '.bashrc'), 'echo "Welcome!"; echo "Mind the gap" >&2\n');
      own(box, path.join(box.home, '.bashrc'));
    }
  }, 60_000);
  afterAll(() => lab.stop(), 60_000);

  function plant(name: string): string {
    const source = path.join(lab.one.home, name);
    mkdirSync(source);
    for (const shard of ['a', 'b']) writeFileSync(path.join(source, shard), randomBytes(40 * mib + 77));
    for (let file = 0; file < 30; file++) writeFileSync(path.join(source, `small ${file}\n`), `${file}`);
    own(lab.one, source);
    return source;
  }

  /** The words of each program that was started for a load over our own connection, and what is done at the first one. */
  async function copy(name: string, atFirst?: () => void) {
    const handed: string[] = [];
    const lanes: string[] = [];
    const watched = (id: string) => {
      const machine = lab.machines[id];
      if (machine === undefined) throw new Error(`no machine ${id}`);
      return meddled(machine, {
        before: (words) => void (words[0] === 'out' && handed.push(words.join(' '))),
      });
    };
    const pool = lab.lane;
    const copies = await copiesBetween(
      { one: watched('one'), two: watched('two') },
      {
        journal: lab.journal,
        clock: systemClock,
        reach: {
          reach: () => Promise.resolve(null),
          lane: async (id, how) => {
            lanes.push(id);
            if (lanes.length === 4) atFirst?.();
            return pool(id, how);
          },
        },
      },
    );
    const source = plant(name);
    const session = await copies.open(
      { machineId: 'one', path: source },
      { machineId: 'two', path: `~/${name}` },
      { path: 'laptop', signal },
    );
    const result = await session.send('all', { signal });
    await session.close();
    await copies.close();
    expect(differences(source, path.join(lab.two.home, name))).toBe('');
    expect(result.files).toBe(32);
    return { handed, lanes };
  }

  /** Processes of this one that hold a lane. */
  const masters = () =>
    readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .filter((pid) => {
        try {
          const parent = /^\d+ \(.*\) \S+ (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
          const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
          return parent === String(process.pid) && words.includes('BatchMode=yes');
        } catch {
          return false; // it has ended meanwhile
        }
      });

  test('none of it passes through us, and no connection is left', { timeout: 120_000 }, async () => {
    const { handed, lanes } = await copy('usual');
    expect(handed.filter((words) => words.includes(' put '))).toEqual([]);
    expect(lanes.slice(0, 2).sort()).toEqual(['one', 'two']);
    await until('every lane has ended', () => masters().length === 0);
  });

  test('connections that break cost time alone', { timeout: 120_000 }, async () => {
    await copy('cut', () => {
      lab.one.dropConnections();
      lab.two.dropConnections();
    });
    await until('every lane has ended', () => masters().length === 0);
  });

  test('without the right to log in, it goes through us', { timeout: 120_000 }, async () => {
    const refusing = lab.lane;
    lab.lane = () => Promise.resolve(null);
    try {
      const { handed } = await copy('plain');
      expect(handed.some((words) => words.includes(' put '))).toBe(true);
    } finally {
      lab.lane = refusing;
    }
  });
});
