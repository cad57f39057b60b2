import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numberAt, positionOf, readNumber, writeNumber } from '#renderer/features/plan/range-field.tsx';

describe('numbers as they are typed', () => {
  test.each([
    ['300,000', 300_000],
    ['300000', 300_000],
    ['1,234,567.5', 1_234_567.5],
    ['2.5', 2.5],
    ['2,5', 2.5],
    ['-3', -3],
    ['−3', -3],
    [' 7 ', 7],
    ['0', 0],
    ['', null],
    ['-', null],
    ['1,2,3', null],
    ['1e999', null],
    ['ten', null],
  ])('%s is %s', (text, number) => {
    expect(readNumber(text)).toBe(number);
  });

  test('what is written is read as the same, to six digits behind the point', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 1e15 }), fc.constantFrom(1, 10, 1000, 1e6), (value, by) => {
        expect(readNumber(writeNumber(value / by))).toBeCloseTo(value / by, 6);
      }),
    );
  });
});

describe('a slider', () => {
  const scales = fc
    .record({
      min: fc.double({ min: 0.01, max: 1000, noNaN: true }),
      times: fc.double({ min: 2, max: 100_000, noNaN: true }),
      growing: fc.boolean(),
    })
    .map(({ min, times, growing }) => ({ min, max: min * times, growing }));
  const positions = fc.integer({ min: 0, max: 100 });

  test('never goes back as the number grows, and stays within its ends whatever is typed', () => {
    fc.assert(
      fc.property(
        scales,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        ({ min, max, growing }, a, b) => {
          const [low, high] = a < b ? [a, b] : [b, a];
          const [left, right] = [positionOf(low, min, max, growing), positionOf(high, min, max, growing)];
          expect(left).toBeLessThanOrEqual(right);
          expect(left).toBeGreaterThanOrEqual(0);
          expect(right).toBeLessThanOrEqual(100);
        },
      ),
    );
  });

  test('gives larger numbers further to the right, near its own ends', () => {
    fc.assert(
      fc.property(scales, positions, positions, ({ min, max, growing }, a, b) => {
        const [left, right] = [
          numberAt(Math.min(a, b), min, max, growing),
          numberAt(Math.max(a, b), min, max, growing),
        ];
        expect(left).toBeLessThanOrEqual(right);
        const room = growing ? max * 0.05 : Math.max(1, (max - min) / 100);
        expect(right).toBeLessThanOrEqual(max + room);
        expect(left).toBeGreaterThanOrEqual(min - (growing ? min * 0.1 : room));
      }),
    );
  });

  test('says short numbers: two digits where it grows', () => {
    expect([0, 50, 100].map((at) => numberAt(at, 1, 100, true))).toEqual([1, 10, 100]);
    expect(numberAt(30, 1000, 5_000_000, true)).toBe(13_000);
    expect([0, 50, 100].map((at) => numberAt(at, -7, 7, false))).toEqual([-7, 0, 7]);
    expect(numberAt(33, 0, 10, false)).toBe(3.3);
  });
});
