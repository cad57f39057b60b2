import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { copiesBetween, differences, localMachine, plantTree } from './lab.ts';

const signal = new AbortController().signal;

describe.skipIf(!needs('linux'))('a copy on this computer', () => {
  it('is the same in names, contents, modes, times and links, and is copied again only where it differs', async () => {
    const source = await tempDirectory();
    const place = path.join(await tempDirectory(), 'new/place');
    plantTree(source);
    const copies = await copiesBetween({ here: localMachine() });
    const session = await copies.open(
      { machineId: 'here', path: source },
      { machineId: 'here', path: place },
      { signal },
    );
    const first = await session.send('all', { signal });
    expect(differences(source, place)).toBe('');
    expect(first).toMatchObject({ sharedBytes: 0, recopied: 0 });
    expect(first.manifest.files.get('emoji 🚂')).toMatchObject({ bytes: 5 });
    expect(first.manifest.files.get('link')).toEqual({ link: 'plain.txt' });

    // The same size in the same second.
    const before = statSync(path.join(source, 'plain.txt'));
    writeFileSync(path.join(source, 'plain.txt'), 'PLAIN');
    utimesSync(path.join(source, 'plain.txt'), before.atime, before.mtime);
    const second = await session.send('all', { signal });
    expect(readFileSync(path.join(place, 'plain.txt'), 'utf8')).toBe('PLAIN');
    expect(second.sharedBytes).toBe(first.bytes - 5);
    await session.close();
    expect(readdirSync(place).filter((name) => name.startsWith('.trainyard'))).toEqual([]);
  });
});
