import { expect, test } from 'vitest';
import { FactsReader, millisecondsOf, modeText } from '#backend/browse/facts.ts';
import { fileEntry } from '#shared/domain/box-file.ts';

const ofFind = Buffer.from(
  'f 4755 f 12 1700000000.5000000000 77 f\0me\0na\nme\0\0f 777 l 3 1.5 78 N\0me\0link\0to\0',
);
const ofStat = Buffer.from(
  's 81ed 12 77|2026-11-28 19:55:43.123456789 +0100|me/./na me//\nb A1FF 3 78|1700000000.25|me/./link//\nl ./link\0to\0d\0',
);

test('both forms are read', () => {
  const find = new FactsReader(ofFind);
  expect(find.next()).toMatchObject({
    version: '12 1700000000.5000000000 77',
    entry: {
      name: 'na\nme',
      kind: 'file',
      bytes: 12,
      modifiedAt: 1_700_000_000_500,
      mode: 'rwsr-xr-x',
      owner: 'me',
      target: null,
    },
  });
  expect(find.next()?.entry.target).toEqual({ path: 'to', kind: null });
  expect(find.next()).toBe(null);
  const stat = new FactsReader(ofStat);
  expect(stat.next()?.entry).toMatchObject({
    name: 'na me',
    kind: 'file',
    mode: 'rwxr-xr-x',
    modifiedAt: Date.parse('2026-11-28T18:55:43.123Z'),
  });
  expect(stat.next()?.entry).toMatchObject({ name: 'link', kind: 'link' });
  expect(stat.nextLink()).toEqual({ name: 'link', target: 'to', letter: 'd' });
  expect(modeText(0o1777)).toBe('rwxrwxrwt');
  expect(modeText(0o2644)).toBe('rw-r-Sr--');
  expect(millisecondsOf('nonsense')).toBe(0);
});

test('50,000 answers with bytes changed: what is read is an entry, and reading ends', () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return Math.floor((seed / 0x80000000) * below);
  };
  for (let run = 0; run < 50_000; run += 1) {
    const bytes = Buffer.from(run % 2 === 0 ? ofFind : ofStat);
    for (let change = random(4); change >= 0; change -= 1) bytes[random(bytes.length)] = random(256);
    const reader = new FactsReader(bytes);
    for (let facts = reader.next(); facts !== null; facts = reader.next())
      if (run % 20 < 2) fileEntry.parse(facts.entry);
    for (let link = reader.nextLink(); link !== null; link = reader.nextLink())
      expect(link.name).toBeTypeOf('string');
  }
});
