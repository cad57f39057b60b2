import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { along, axisOf, byTime, evenAxisOf, moneyAxisOf } from '#renderer/features/plan/one/scatter-scale.ts';

const amounts = fc.double({ min: 1e-3, max: 1e9, noNaN: true });

describe('a logarithmic axis', () => {
  test('has room for all that it is made for, and marks within, growing, few enough to be read', () => {
    fc.assert(
      fc.property(fc.array(amounts, { minLength: 1, maxLength: 30 }), (values) => {
        const axis = axisOf(values);
        for (const value of values) {
          expect(along(axis, value)).toBeGreaterThan(0);
          expect(along(axis, value)).toBeLessThan(1);
        }
        expect(axis.ticks.length).toBeLessThanOrEqual(8);
        for (const [index, tick] of axis.ticks.entries()) {
          expect(tick >= axis.low && tick <= axis.high).toBe(true);
          expect(tick).toBeGreaterThan(axis.ticks[index - 1] ?? 0);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the same factor takes the same room', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e4, noNaN: true }),
        fc.double({ min: 1.1, max: 10, noNaN: true }),
        (value, factor) => {
          const axis = axisOf([1, 1e6]);
          const [a, b, c] = [value, value * factor, value * factor ** 2].map((each) => along(axis, each));
          if (c !== undefined && c < 1 && a !== undefined && b !== undefined)
            expect(b - a).toBeCloseTo(c - b, 9);
        },
      ),
    );
  });

  test('what is free stands at its low end; with nothing to show there is an axis all the same', () => {
    expect(along(axisOf([0, 10, 1000]), 0)).toBe(0);
    expect(axisOf([])).toEqual({ low: 1, high: 10, ticks: [1, 2, 5, 10] });
    expect(axisOf([0])).toEqual(axisOf([]));
  });

  test('marks are 1, 2 and 5 times powers of ten, and round between two of them', () => {
    expect(axisOf([1, 100]).ticks).toEqual([1, 2, 5, 10, 20, 50, 100]);
    expect(axisOf([310, 320]).ticks).toEqual([300, 350]);
  });
});

describe('an even axis', () => {
  test('counts from 0: each step takes the same room, marks are whole', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2000), { maxLength: 10 }), (values) => {
        const axis = evenAxisOf(values);
        const [zero, one] = [along(axis, 0), along(axis, 1)];
        expect(zero).toBeGreaterThan(0);
        for (const value of values) {
          expect(along(axis, value)).toBeCloseTo(zero + value * (one - zero), 9);
          expect(along(axis, value)).toBeLessThan(1);
        }
        expect(axis.ticks.every(Number.isInteger)).toBe(true);
        expect(axis.ticks.length).toBeLessThanOrEqual(7);
      }),
    );
  });
});

test('points go by time, the cheaper of two that take as long first; none is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ ms: fc.nat(5), micros: fc.nat(5) })), (points) => {
      const sorted = byTime(points);
      expect(new Set(sorted)).toEqual(new Set(points));
      for (const [index, point] of sorted.entries()) {
        const next = sorted[index + 1];
        if (next)
          expect(point.ms < next.ms || (point.ms === next.ms && point.micros <= next.micros)).toBe(true);
      }
    }),
  );
});

describe('an axis of money', () => {
  test('has round marks in the currency that is shown, and shows the same amounts at the same places', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 10_000, max: 1_000_000_000_000 }), { minLength: 1, maxLength: 20 }),
        fc.constantFrom(1, 0.92, 7.13, 150.4, 1387),
        (micros, perDollar) => {
          const axis = moneyAxisOf(micros, perDollar);
          const plain = moneyAxisOf(micros, 1);
          expect(axis.ticks.length).toBeLessThanOrEqual(8);
          for (const tick of axis.ticks) {
            // At most three digits that are not 0: no mark of 9.2 or 713 because a dollar is so much.
            const shown = (tick / 1e6) * perDollar;
            expect(Number(shown.toPrecision(3))).toBeCloseTo(shown, 9 - Math.ceil(Math.log10(shown + 1)));
          }
          for (const value of micros) expect(along(axis, value)).toBeCloseTo(along(plain, value), 6);
        },
      ),
      { numRuns: 200 },
    );
    const euros = moneyAxisOf([120_000_000, 9_000_000_000], 0.92).ticks.map((tick) =>
      Math.round((tick * 0.92) / 1e6),
    );
    expect(euros).toEqual([100, 200, 500, 1000, 2000, 5000]);
  });
});
