import { expect, test } from 'vitest';
import { Flood } from '#renderer/features/terminals/flood.ts';
import { ParseQueue } from '#renderer/features/terminals/parse-queue.ts';

const kib = 1024;

/** A parser that is done with what it was given when the test says so. */
function slowParser() {
  const given: { bytes: number; parsed: () => void }[] = [];
  const queue = new ParseQueue((bytes, parsed) => given.push({ bytes: bytes.byteLength, parsed }));
  const done: string[] = [];
  const add = (name: string, bytes: number) =>
    queue.add(new Uint8Array(bytes), (parsed) => done.push(`${name} ${parsed ? 'parsed' : 'left out'}`));
  return { queue, given, done, add, parseNext: () => given.shift()?.parsed() };
}

test('a parser is given no more than it needs to be busy; the rest can be left out, and each is told once what became of it', () => {
  const { queue, given, done, add, parseNext } = slowParser();
  for (const name of ['a', 'b', 'c', 'd', 'e']) add(name, 64 * kib);
  expect([given.length, queue.waitingBytes]).toEqual([2, 3 * 64 * kib]);
  parseNext();
  expect([given.length, queue.waitingBytes, done]).toEqual([2, 2 * 64 * kib, ['a parsed']]);
  queue.drop();
  expect([queue.waitingBytes, done]).toEqual([0, ['a parsed', 'd left out', 'e left out']]);
  add('screen', 10);
  expect(given.map(({ bytes }) => bytes)).toEqual([64 * kib, 64 * kib]);
  parseNext();
  parseNext();
  parseNext();
  expect(done.slice(3)).toEqual(['b parsed', 'c parsed', 'screen parsed']);
});

test('what is to be done in line waits for what is before it, and for nothing where nothing is', () => {
  const { queue, done, add, parseNext } = slowParser();
  queue.inLine(() => done.push('at once'));
  add('a', 10);
  queue.inLine((inLine) => done.push(`behind ${inLine}`));
  expect(done).toEqual(['at once']);
  parseNext();
  parseNext();
  expect(done).toEqual(['at once', 'a parsed', 'behind true']);
  queue.inLine(() => done.push('at once again'));
  expect(done.at(-1)).toBe('at once again');
});

test('a parser that is done in the same breath is fed on', () => {
  let parsedBytes = 0;
  const queue = new ParseQueue((bytes, parsed) => {
    parsedBytes += bytes.byteLength;
    parsed();
  });
  for (let piece = 0; piece < 100; piece += 1) queue.add(new Uint8Array(64 * kib), () => undefined);
  expect([parsedBytes, queue.waitingBytes]).toEqual([100 * 64 * kib, 0]);
});

test('a flood is much within a few seconds, not much in all', () => {
  const flood = new Flood();
  for (let second = 0; second < 100; second += 1) flood.took(60 * kib, second * 1000);
  expect(flood.isOn(99_000)).toBe(false);
  flood.took(200 * kib, 99_100);
  expect(flood.isOn(99_200)).toBe(true);
  expect(flood.isOn(101_000)).toBe(true);
  expect(flood.isOn(105_000)).toBe(false);
});
