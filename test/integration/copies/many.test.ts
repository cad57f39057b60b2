import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { copiesBetween, differences, localMachine, meddled, plantTree } from './lab.ts';

const signal = new AbortController().signal;

/** Directories with files beside and below each other. */
function plantDirectories(source: string): void {
  plantTree(source);
  for (const name of ['one', 'one/below', 'two', 'two/a/b/c']) {
    mkdirSync(path.join(source, name), { recursive: true });
    for (let at = 0; at < 10; at++) writeFileSync(path.join(source, name, `f${at}`), `${name} ${at}`);
  }
}

describe.skipIf(!needs('linux'))('many small files', () => {
  it('come a directory at a time, and what somebody else puts there meanwhile stays', async () => {
    const source = await tempDirectory();
    const place = path.join(await tempDirectory(), 'place');
    plantDirectories(source);
    let moves = 0;
    const there = meddled(localMachine(), {
      before: (words) => {
        if (words[0] !== 'move' || moves++ > 0) return;
        mkdirSync(path.join(place, 'two/a'), { recursive: true });
        writeFileSync(path.join(place, 'two/a/theirs'), 'theirs');
      },
    });
    const copies = await copiesBetween({ here: localMachine(), there });
    const session = await copies.open(
      { machineId: 'here', path: source },
      { machineId: 'there', path: place },
      { signal },
    );
    await session.send('all', { signal, last: true });
    await session.close();
    expect(moves).toBeGreaterThan(0);
    expect(readFileSync(path.join(place, 'two/a/theirs'), 'utf8')).toBe('theirs');
    rmSync(path.join(place, 'two/a/theirs'));
    const { atime, mtime } = statSync(path.join(source, 'two/a'));
    utimesSync(path.join(place, 'two/a'), atime, mtime);
    expect(differences(source, place)).toBe('');
    expect(readdirSync(place).filter((name) => name.startsWith('.trainyard'))).toEqual([]);
  });
});
