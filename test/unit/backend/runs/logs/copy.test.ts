import { readdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headBytes, LogCopy, tailBytes } from '#backend/runs/logs/copy.ts';
import { tempDirectory } from '#test/temp.ts';

/** Each 4 bytes say where they stand, so that a byte out of place shows. */
function logBytes(start: number, length: number): Buffer {
  const first = Math.floor(start / 4);
  const words = new Uint32Array(Math.ceil(length / 4) + 2);
  for (let index = 0; index < words.length; index++) words[index] = first + index;
  return Buffer.from(words.buffer).subarray(start - first * 4, start - first * 4 + length);
}

test('gives back what was kept, before and after it was opened anew', async () => {
  const directory = path.join(await tempDirectory('copy'), '1');
  const copy = new LogCopy(directory);
  expect(copy.end).toBe(0);
  copy.append(0, Buffer.from('hello '));
  copy.append(6, Buffer.from('world'));
  for (const each of [copy, new LogCopy(directory)]) {
    expect(each.end).toBe(11);
    expect(each.read(0, 100).toString()).toBe('hello world');
    expect(each.read(4, 3).toString()).toBe('o w');
    expect(each.read(11, 5)).toHaveLength(0);
  }
  copy.close();
});

test('bytes sent again are not kept twice; a gap is a gap', async () => {
  const copy = new LogCopy(path.join(await tempDirectory('copy'), '1'));
  copy.append(0, Buffer.from('abcdef'));
  copy.append(3, Buffer.from('defghi'));
  copy.append(0, Buffer.from('abc'));
  copy.append(20, Buffer.from('xyz'));
  expect(copy.ranges).toEqual([
    [0, 9],
    [20, 23],
  ]);
  expect(copy.read(0, 100).toString()).toBe('abcdefghi');
  expect(copy.read(12, 5)).toHaveLength(0);
  expect(copy.read(20, 5).toString()).toBe('xyz');
  copy.close();
});

test('of a long log it keeps the first and the last part, and no more', async () => {
  const directory = path.join(await tempDirectory('copy'), '1');
  const copy = new LogCopy(directory);
  const chunk = 1_500_000;
  const total = chunk * 100;
  for (let at = 0; at < total; at += chunk) copy.append(at, logBytes(at, chunk));
  copy.close();
  const again = new LogCopy(directory);
  expect(again.ranges).toHaveLength(2);
  expect(again.ranges[0]).toEqual([0, headBytes]);
  const [start, end] = again.ranges[1] ?? [0, 0];
  expect(end).toBe(total);
  expect(end - start).toBeGreaterThanOrEqual(tailBytes);
  expect(again.bytes).toBeLessThan(headBytes + tailBytes + 20_000_000);
  expect(again.read(total - 20_000_001, 20_000_001).equals(logBytes(total - 20_000_001, 20_000_001))).toBe(
    true,
  );
  again.clear();
  expect(again.end).toBe(0);
  expect(readdirSync(path.dirname(directory))).toEqual([]);
});

test('any order of pieces, overlaps and reopenings: what is given back is the log', async () => {
  const root = await tempDirectory('copy');
  let count = 0;
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ back: fc.nat(50), length: fc.nat(3000), jump: fc.nat(20), reopen: fc.boolean() }),
        { maxLength: 20 },
      ),
      (pieces) => {
        const directory = path.join(root, String(count++));
        let copy = new LogCopy(directory);
        for (const { back, length, jump, reopen } of pieces) {
          const at = Math.max(0, copy.end - back) + (jump > 17 ? 100 : 0);
          copy.append(at, logBytes(at, length));
          if (reopen) {
            copy.close();
            copy = new LogCopy(directory);
          }
        }
        for (const [start, end] of copy.ranges) {
          expect(copy.read(start, end - start + 1).equals(logBytes(start, end - start))).toBe(true);
        }
        copy.clear();
      },
    ),
    { numRuns: 300 },
  );
});
