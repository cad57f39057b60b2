import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
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

  it('holes stay holes, and one file goes where it is told under another name', async () => {
    const source = await tempDirectory();
    const place = await tempDirectory();
    const file = path.join(source, 'sparse');
    writeFileSync(file, Buffer.alloc(1_000_000, 'begin'));
    truncateSync(file, 60_000_000);
    appendFileSync(file, 'end');
    truncateSync(file, 80_000_001);
    const copies = await copiesBetween({ here: localMachine(), there: localMachine() });
    const session = await copies.open(
      { machineId: 'here', path: file },
      { machineId: 'there', path: path.join(place, 'deep/other name') },
      { signal },
    );
    const { manifest } = await session.send('all', { signal });
    await session.close();
    expect([...manifest.files.keys()]).toEqual(['other name']);
    const there = path.join(place, 'deep/other name');
    expect(spawnSync('cmp', [file, there]).status).toBe(0);
    expect(readdirSync(path.dirname(there))).toEqual(['other name']);
    expect(statSync(there).blocks * 512).toBeLessThan(20_000_000);
  });

  it('five thousand small files in a thousand directories', async () => {
    const source = await tempDirectory();
    const place = path.join(await tempDirectory(), 'place');
    for (let at = 0; at < 5_000; at++) {
      const directory = path.join(source, `d${at % 1_000}`);
      if (at < 1_000) mkdirSync(directory);
      writeFileSync(path.join(directory, `file ${at}.py`), `value = ${at}\n`);
    }
    const copies = await copiesBetween({ here: localMachine(), there: localMachine() });
    const session = await copies.open(
      { machineId: 'here', path: source },
      { machineId: 'there', path: place },
      { signal },
    );
    const { files } = await session.send('all', { signal });
    const again = await session.send('all', { signal });
    expect(files).toBe(5_000);
    expect(again.sharedBytes).toBe(again.bytes);
    expect(spawnSync('diff', ['-r', source, place]).status).toBe(0);
    await session.close();
  });
});
