import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chartData,
  inOrder,
  onlyPositive,
  withoutKnown,
  withPoints,
} from '#renderer/features/runs/detail/metric-data.ts';

describe('a series as a line', () => {
  it('has gaps where a value is not a number', () => {
    expect(
      chartData([
        [1, 0.5],
        [2, null],
        [3, Number.NaN],
        [4, 0.4],
      ]),
    ).toEqual({ x: [1, 2, 3, 4], y: [0.5, null, null, 0.4], marks: [] });
  });

  it('gives way where an attempt resumed further back, and marks the place', () => {
    expect(
      chartData([
        [10, 1],
        [20, 2],
        [30, 3],
        [20, 2.5],
        [30, 2.4],
      ]),
    ).toEqual({ x: [10, 20, 30], y: [1, 2.5, 2.4], marks: [20] });
  });

  it('always rises', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.option(fc.double()))), (points) => {
        const { x, y } = chartData(points);
        expect(x.length).toBe(y.length);
        x.forEach((step, index) => {
          expect(step).toBeGreaterThan(index === 0 ? -1 : (x[index - 1] ?? 0));
        });
        expect(y.every((value) => value === null || Number.isFinite(value))).toBe(true);
      }),
    );
  });

  it('shows only what a logarithmic scale has a place for', () => {
    expect(onlyPositive([1, 0, -1, null])).toEqual([1, null, null, null]);
  });
});

describe('points that come', () => {
  it('are added to their series, or begin a new one', () => {
    const one = withPoints([], 'loss', [[1, 0.5]], 100);
    const two = withPoints(one, 'loss', [[2, 0.4]], 100);
    expect(two).toEqual([
      {
        name: 'loss',
        points: [
          [1, 0.5],
          [2, 0.4],
        ],
        total: 2,
        last: 0.4,
      },
    ]);
    expect(withPoints(two, 'lr', [[1, 1e-4]], 100).map(({ name }) => name)).toEqual(['loss', 'lr']);
  });

  it('never grow beyond what is kept; the newest stay', () => {
    let series = withPoints([], 'loss', [], 100);
    for (let step = 0; step < 5000; step++) series = withPoints(series, 'loss', [[step, step]], 100);
    expect(series[0]?.points.length).toBeLessThanOrEqual(100);
    expect(series[0]?.points.at(-1)).toEqual([4999, 4999]);
    expect(series[0]?.total).toBe(5000);
  });
});

describe('the order of charts', () => {
  it('begins with the losses', () => {
    const names = ['accuracy', 'val_loss', 'lr', 'train_loss', 'loss'].map((name) => ({ name }));
    expect(inOrder(names).map(({ name }) => name)).toEqual([
      'loss',
      'train_loss',
      'val_loss',
      'accuracy',
      'lr',
    ]);
  });
});

it('does not take twice what an answer and the events around it both tell', () => {
  const series = [
    {
      name: 'loss',
      points: [
        [1, 0.5],
        [2, 0.4],
      ] as [number, number][],
      total: 2,
      last: 0.4,
    },
  ];
  expect(
    withoutKnown(series, 'loss', [
      [1, 0.5],
      [2, 0.4],
      [3, 0.3],
    ]),
  ).toEqual([[3, 0.3]]);
  // Another value at the same step is another attempt's.
  expect(withoutKnown(series, 'loss', [[2, 0.41]])).toEqual([[2, 0.41]]);
  expect(withoutKnown(series, 'lr', [[1, 0.5]])).toEqual([[1, 0.5]]);
});
