import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChartPoint, namesThatFit, nextPoint } from '#renderer/features/plan/point-chart.tsx';

describe('points of a chart', () => {
  test('keys lead to the next, the first and the last, and never out', () => {
    expect(
      ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp', 'Home', 'End', 'a'].map((key) =>
        nextPoint(key, 2, 4),
      ),
    ).toEqual([3, 3, 1, 1, 0, 3, null]);
    expect(nextPoint('ArrowRight', 3, 4)).toBe(3);
    expect(nextPoint('ArrowLeft', 0, 4)).toBe(0);
    expect(nextPoint('End', 0, 0)).toBeNull();
  });

  test('names never lie on each other, and the one that is looked at has its name', () => {
    const point = fc.record({
      x: fc.double({ min: 0, max: 1, noNaN: true }),
      y: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 12 }), (places) => {
        const points = places.map(
          ({ x, y }, index): ChartPoint => ({
            key: String(index),
            x,
            y,
            look: 'spot',
            front: true,
            name: index === 0 ? '' : `n${index}`,
            title: '',
            label: '',
          }),
        );
        const active = points.at(-1);
        const shown = namesThatFit(points, active?.key ?? null);
        for (const [index, one] of shown.entries())
          for (const other of shown.slice(index + 1))
            expect(Math.abs(one.y - other.y) > 0.07 || Math.abs(one.x - other.x) > 0.24).toBe(true);
        expect(shown.includes(points[0] as ChartPoint)).toBe(false);
        if (active && active.name !== '') expect(shown[0]).toBe(active);
      }),
      { numRuns: 300 },
    );
  });
});
