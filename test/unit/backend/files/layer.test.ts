import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TreeEntry } from '#backend/files/index.ts';
import { applied, differenceOf, layerId, treeOf } from '#backend/files/sync/layer.ts';
import {
  archiveBytes,
  archiveOf,
  endOfArchive,
  headerOf,
  memberOf,
  paddingOf,
} from '#backend/files/sync/tar.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { harvest } from './tree.ts';

const file = (at: string, text: string, mode = 0o644): TreeEntry => ({
  path: at,
  kind: 'file',
  mode,
  size: text.length,
  sha256: text.padEnd(64, '0'),
  mtimeMs: 0,
});

/** Trees in which no entry lies below another, as in a file system; few names, so that they meet. */
const trees = fc
  .array(
    fc.record({
      at: fc
        .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
        .map((steps) => steps.join('/')),
      what: fc.constantFrom('1', '2', 'x', 'link1', 'link2', 'empty'),
    }),
    { maxLength: 12 },
  )
  .map((wanted) => {
    const entries: TreeEntry[] = [];
    for (const { at, what } of wanted) {
      const clash = entries.some(
        ({ path: other }) => other === at || other.startsWith(`${at}/`) || at.startsWith(`${other}/`),
      );
      if (clash) continue;
      if (what === 'empty') entries.push({ path: at, kind: 'directory', mode: 0o755 });
      else if (what.startsWith('link')) entries.push({ path: at, kind: 'link', target: what });
      else entries.push(file(at, what, what === 'x' ? 0o755 : 0o644));
    }
    return treeOf(entries);
  });

describe('the difference of two trees', () => {
  it('turns the one into the other', () => {
    fc.assert(
      fc.property(trees, trees, (base, tree) => {
        const result = applied(base, differenceOf(base, tree));
        expect(new Map([...result].sort())).toEqual(new Map([...tree].sort()));
      }),
      { numRuns: 3000 },
    );
  });

  it('is nothing for the same tree, and names no path twice', () => {
    fc.assert(
      fc.property(trees, trees, (base, tree) => {
        expect(differenceOf(base, base)).toMatchObject({ entries: [], gone: [] });
        const { gone } = differenceOf(base, tree);
        expect(
          gone.filter((one) => gone.some((other) => one !== other && one.startsWith(`${other}/`))),
        ).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('names a layer by parent and content, not by times', () => {
    const one = differenceOf(new Map(), treeOf([file('a', '1')]));
    const later = differenceOf(new Map(), treeOf([{ ...file('a', '1'), mtimeMs: 5 } as TreeEntry]));
    expect(layerId(null, later)).toBe(layerId(null, one));
    expect(layerId('p', one)).not.toBe(layerId(null, one));
  });
});

describe('archives', () => {
  const names = [
    'plain',
    '-rf',
    'q\'uo"te',
    'new\nline',
    'é 🙂',
    `${'d/'.repeat(60)}deep`,
    'l'.repeat(99),
    'm'.repeat(100),
    'n'.repeat(240),
  ];
  const contents = new Map(
    names.map((name, index) => [name, 'x'.repeat([0, 1, 511, 512, 513][index % 5] ?? 0)]),
  );
  const entries: TreeEntry[] = [
    ...names.map((name) => file(name, contents.get(name) ?? '', name === 'plain' ? 0o755 : 0o644)),
    { path: 'some', kind: 'directory', mode: 0o750 },
    { path: 'short', kind: 'link', target: 'plain' },
    { path: 'long', kind: 'link', target: '../'.repeat(50) },
  ];
  const archive = Buffer.concat([
    ...entries.flatMap((entry) => {
      const content = Buffer.from(entry.kind === 'file' ? (contents.get(entry.path) ?? '') : '');
      return [headerOf(memberOf(entry)), content, paddingOf(content.length)];
    }),
    endOfArchive,
  ]);

  it('have the length that was foretold', () => {
    expect(archiveBytes(entries.map(memberOf))).toBe(archive.length);
  });

  it.each([
    { what: 'tar', command: ['tar'], present: true },
    { what: 'busybox tar', command: ['busybox', 'tar'], present: needs('busybox') },
  ])('are read by $what', async ({ command, present }) => {
    if (!present) return;
    const directory = await tempDirectory();
    const [program = '', ...first] = command;
    const { status, stderr } = spawnSync(program, [...first, '-xpof', '-', '-C', directory], {
      input: archive,
    });
    expect(`${stderr}`).toBe('');
    expect(status).toBe(0);
    const expected = Object.fromEntries([
      ...names.map((name) => [name, `${name === 'plain' ? '755' : '644'} ${contents.get(name)}`]),
      ['some', 'empty'],
      ['short', '-> plain'],
      ['long', `-> ${'../'.repeat(50)}`],
    ]);
    expect(harvest(directory)).toEqual(expected);
  });

  it('hold sizes beyond 8 GiB', () => {
    const header = headerOf({
      name: 'big',
      type: '0',
      mode: 0o644,
      size: 3 * 2 ** 33,
      mtimeMs: 0,
      target: '',
    });
    expect(header.readBigUInt64BE(128)).toBe(3n * 2n ** 33n);
    expect(header[124]).toBe(0x80);
  });

  it('of nothing are still archives', async () => {
    const directory = path.join(await tempDirectory(), 'x');
    mkdirSync(directory);
    expect(spawnSync('tar', ['-xof', '-', '-C', directory], { input: archiveOf([]) }).status).toBe(0);
    expect(harvest(directory)).toEqual({});
  });
});
