import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '#test/needs.ts';
import { differences, own, plantTree, type TwoBoxes, twoBoxes } from './lab.ts';

const signal = new AbortController().signal;

describe.skipIf(!needs('sshd', 'ssh', 'root', 'linux'))('from box to box', () => {
  let lab: TwoBoxes;
  beforeAll(async () => {
    lab = await twoBoxes();
  }, 60_000);
  afterAll(() => lab.stop());

  let planted = 0;
  const plant = (): string => {
    const directory = path.join(lab.one.home, `tree ${planted++}`);
    mkdirSync(directory);
    plantTree(directory);
    own(lab.one, directory);
    return directory;
  };
  const keysOf = (): string => {
    const file = path.join(lab.two.home, '.ssh/authorized_keys');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };

  it.each(['laptop', 'direct'] as const)('%s: everything arrives, and no key remains', async (kind) => {
    const source = plant();
    const place = `~/${path.basename(source)} there`;
    const session = await lab.copies.open(
      { machineId: 'one', path: source },
      { machineId: 'two', path: place },
      { path: kind, signal },
    );
    expect(session.kind).toBe(kind);
    expect(keysOf().includes('trainyard-copy')).toBe(kind === 'direct');
    const result = await session.send('all', { signal });
    expect(differences(source, path.join(lab.two.home, place.slice(2)))).toBe('');
    expect(result.recopied).toBe(0);
    await session.close();
    expect(keysOf()).not.toContain('trainyard-copy');
    for (const box of [lab.one, lab.two]) {
      const copies = path.join(box.home, '.trainyard/copies');
      // But for the ids of what has been removed.
      expect(existsSync(copies) ? readdirSync(copies).filter((name) => name !== '.gone') : []).toEqual([]);
    }
  });

  it('six at once, on machines where five programs stay, all arrive', async () => {
    const stop = new AbortController();
    for (const name of ['one', 'two']) {
      const programs = await lab.machines[name]?.(signal);
      for (let at = 0; at < 5; at++) {
        const program = await programs?.spawn({ script: 'exec sleep 600' }, { signal: stop.signal });
        program?.exited.catch(() => undefined);
      }
    }
    const sources = Array.from({ length: 6 }, plant);
    const there = (source: string) => path.join(lab.two.home, `${path.basename(source)} there`);
    // All of them are open before the first begins.
    const sessions = await Promise.all(
      sources.map((source) =>
        lab.copies.open(
          { machineId: 'one', path: source },
          { machineId: 'two', path: there(source) },
          { signal },
        ),
      ),
    );
    await Promise.all(sessions.map((session) => session.send('all', { signal })));
    await Promise.all(sessions.map((session) => session.close()));
    for (const source of sources) expect(differences(source, there(source))).toBe('');
    stop.abort();
    expect(keysOf()).not.toContain('trainyard-copy');
  });
});
