import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesOf } from '#backend/copies/names.ts';
import { parseListing } from '#backend/copies/scan.ts';

it('reads what find prints, links with their targets and names of every kind', () => {
  const record = (head: string, name: string, target = '') =>
    Buffer.concat([Buffer.from(head), bytesOf(name), Buffer.from('\0'), bytesOf(target), Buffer.from('\0')]);
  const listing = Buffer.concat([
    record('f 0755 d 4096 1795896374.7591070750 1795896374.0000000000 10 8 ', '.'),
    record('f 0644 f 123 1795896374.5000000000 1795896375.1234567890 11 8 ', './new\nline //\n x'),
    record('f 0777 l 4 1.0 2.0 12 0 ', './l\udcff', '/etc//\nf 0644'),
    record('f 04755 f 999999999999 -5.5 2.0 13 8 ', './-sparse'),
    record('f 0644 p 0 1.0 2.0 14 0 ', './pipe'),
  ]);
  expect(parseListing(listing)).toMatchObject([
    { path: '', kind: 'directory', mode: 0o755, bytes: 0 },
    {
      path: 'new\nline //\n x',
      kind: 'file',
      bytes: 123,
      mtime: '1795896374.5',
      ctime: '1795896375.123456789',
    },
    { path: 'l\udcff', kind: 'link', target: '/etc//\nf 0644' },
    { path: '-sparse', kind: 'file', mode: 0o4755, bytes: 999_999_999_999, sparse: true },
    { path: 'pipe', kind: 'other' },
  ]);
});

it('reads what small systems print', () => {
  const listing = [
    's 41ed - 4096 2026-11-28 20:06:14.759107075 +0000|2026-11-28 20:06:14.759107075 +0000| 1 8 .//\n',
    's 81a4 - 3 2026-11-28 21:06:14.743107075 +0100|2026-11-28 20:06:14 +0000| 2 8 ./x\ny//\n',
    's a1ff - 4 2026-11-28 20:06:14.755107075 +0000|2026-11-28 20:06:14.755107075 +0000| 3 0 ./b/l//\n',
    'b 100600 - 7 1795896374.5 1795896374.25 4 8 ./bsd//\n',
    'l ./b/l\0/etc\0',
  ].join('');
  expect(parseListing(Buffer.from(listing))).toMatchObject([
    { path: '', kind: 'directory', mtime: '1795896374.759107075' },
    { path: 'x\ny', kind: 'file', bytes: 3, mtime: '1795896374.743107075', ctime: '1795896374' },
    { path: 'b/l', kind: 'link', target: '/etc' },
    { path: 'bsd', kind: 'other' },
  ]);
});

it('50,000 listings that are none, and true ones cut off anywhere: no throw, no hang, no entry twice', () => {
  const good = Buffer.from(
    'f 0755 d 4096 1.5 2.5 10 8 .\0\0f 0644 f 123 1.5 2.5 11 8 ./a\0\0s 81a4 - 3 2026-11-28 20:06:14.7 +0000|x| 2 8 ./b//\nl ./c\0d\0',
  );
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom('f ', 's ', 'l ', 'b ', '\0', '//\n', '0644 ', 'f 12 1.0 2.0 3 4 ./x\0\0', '|', ' '),
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(pieces, fc.nat({ max: good.length }), fc.nat({ max: good.length }), (junk, from, to) => {
      const entries = parseListing(
        Buffer.concat([good.subarray(from), Buffer.from(junk.join('')), good.subarray(0, to)]),
      );
      const isOnce = new Set(entries.map(({ path }) => path)).size === entries.length;
      return isOnce && entries.every(({ bytes }) => Number.isSafeInteger(bytes));
    }),
    { numRuns: 50_000 },
  );
});
