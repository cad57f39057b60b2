import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Listings } from '#backend/browse/listings.ts';
import { naturalKey, sorted } from '#backend/browse/sorting.ts';
import type { FileEntry } from '#shared/domain/box-file.ts';
import { SimClock } from '#test/fakes/sim-clock.ts';

const entry = (name: string, more: Partial<FileEntry> = {}): FileEntry => ({
  name,
  kind: 'file',
  bytes: 1,
  modifiedAt: 0,
  mode: 'rw-r--r--',
  owner: 'me',
  target: null,
  ...more,
});
const order = { by: 'name', descending: false, search: '', hidden: false } as const;
const facts = { machineId: 'm', path: '/d', freeBytes: 1, writable: true };
const names = (entries: readonly FileEntry[]) => entries.map(({ name }) => name);

test('names stand as people expect them, folders first', () => {
  const shuffled = [
    'step-10',
    'Step-2',
    'step-009',
    'b',
    'Z',
    'é1',
    'e2',
    '.dot',
    'a10b2',
    'a10b10',
    'a9',
  ].map((name) => entry(name));
  const folder = entry('zz', { kind: 'directory' });
  const link = entry('yy', { kind: 'link', target: { path: 'zz', kind: 'directory' } });
  expect(names(sorted([...shuffled, folder, link], order))).toEqual([
    'yy',
    'zz',
    'a9',
    'a10b2',
    'a10b10',
    'b',
    'é1',
    'e2',
    'Step-2',
    'step-009',
    'step-10',
    'Z',
  ]);
  expect(names(sorted(shuffled, { ...order, hidden: true, search: 'DOT' }))).toEqual(['.dot']);
  expect(names(sorted(shuffled, { ...order, descending: true }))[0]).toBe('Z');
  const sizes = [entry('small', { bytes: 1 }), entry('large', { bytes: 9 }), folder];
  expect(names(sorted(sizes, { ...order, by: 'bytes', descending: true }))).toEqual(['zz', 'large', 'small']);
  const times = [
    entry('old', { modifiedAt: 1 }),
    entry('new', { modifiedAt: 9 }),
    entry('dir', { kind: 'directory', modifiedAt: 5 }),
  ];
  expect(names(sorted(times, { ...order, by: 'modifiedAt', descending: true }))).toEqual([
    'new',
    'dir',
    'old',
  ]);
});

test('numbers in names count by their value, however long they are', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 60n }), fc.bigInt({ min: 0n, max: 10n ** 60n }), (a, b) => {
      expect(naturalKey(`x${a}y`) < naturalKey(`x${b}y`)).toBe(a < b);
    }),
    { numRuns: 5_000 },
  );
});

test('a hundred thousand entries: pages of one listing, in another order, then it is gone', () => {
  const clock = new SimClock();
  const listings = new Listings(clock);
  const many = Array.from({ length: 100_000 }, (_, at) =>
    entry(`file-${(at * 7919) % 100_000}`, { bytes: at }),
  );
  const first = listings.add(facts, many, { ...order, offset: 0, limit: 3 });
  expect(first).toMatchObject({ total: 100_000, all: 100_000 });
  expect(names(first.entries)).toEqual(['file-0', 'file-1', 'file-2']);
  const { listingId } = first;
  expect(names(listings.page(listingId, { ...order, offset: 99_999, limit: 10 }).entries)).toEqual([
    'file-99999',
  ]);
  expect(listings.page(listingId, { ...order, search: '9999', offset: 0, limit: 1 }).total).toBe(19);
  // Others push it out: only so much is kept.
  for (let at = 0; at < 4; at += 1) listings.add(facts, many, { ...order, offset: 0, limit: 1 });
  expect(() => listings.page(listingId, { ...order, offset: 0, limit: 1 })).toThrow(/no longer kept/);
});
