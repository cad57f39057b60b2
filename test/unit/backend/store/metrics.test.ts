import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Point } from '#backend/store/index.ts';
import { mergeEpochs, thin } from '#backend/store/thin.ts';
import { seedRuns } from '#test/lab/seed.ts';
import { tempStore } from '#test/temp-store.ts';

const value = fc.oneof(fc.double(), fc.integer({ min: -5, max: 5 }));
const series = fc.array(value, { maxLength: 700 }).map((values) => values.map((v, x): Point => [x, v]));

describe('thinning', () => {
  it('stays within its bound, in order, and keeps the lowest and the highest', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 2, max: 900 }), (points, most) => {
        const kept = thin(points, most);
        expect(kept.length).toBeLessThanOrEqual(Math.max(most, 2));
        const xs = kept.map(([x]) => x);
        expect(xs).toEqual([...new Set(xs)].sort((a, b) => a - b));
        expect(kept.every((point) => points.includes(point))).toBe(true);
        // -0 and 0 are one value to a chart, and two to toBe.
        const finite = points.map(([, v]) => v + 0).filter(Number.isFinite);
        const keptValues = kept.map(([, v]) => v + 0);
        if (finite.length > 0) {
          expect(keptValues.filter(Number.isFinite)).toEqual(
            expect.arrayContaining([Math.min(...keptValues.filter(Number.isFinite))]),
          );
          expect(Math.min(...keptValues.filter(Number.isFinite))).toBe(Math.min(...finite));
          expect(Math.max(...keptValues.filter(Number.isFinite))).toBe(Math.max(...finite));
        }
        if (points.length <= most) expect(kept).toEqual(points);
      }),
      { numRuns: 500 },
    );
  });

  it('lets a later attempt replace what the earlier one said from where it resumed', () => {
    expect(
      mergeEpochs([
        [
          [0, 1],
          [10, 2],
          [20, 3],
          [30, 4],
        ],
        [],
        [
          [20, 5],
          [30, 6],
        ],
      ]),
    ).toEqual([
      [0, 1],
      [10, 2],
      [20, 5],
      [30, 6],
    ]);
  });
});

describe('metrics', () => {
  it('gives back what was added in whatever batches', async () => {
    const store = await tempStore();
    const { runIds } = seedRuns(store, 60, { machines: 1 });
    let next = 0;
    fc.assert(
      fc.property(fc.array(series, { maxLength: 6 }), (batches) => {
        const runId = runIds[next % runIds.length] ?? '';
        const name = `m${next}`;
        next += 1;
        let x = 0;
        const numbered = batches.map((batch) => batch.map(([, v]): Point => [x++, v]));
        for (const points of numbered) store.metrics.append([{ runId, epoch: 1, name, points }]);
        const got = store.metrics.read(runId, 5_000).find((one) => one.name === name);
        const want = numbered.flat();
        expect(got?.points ?? []).toEqual(want.map(([at, v]) => [at, Number.isFinite(v) ? v : null]));
        expect(got?.total ?? 0).toBe(want.length);
        const last = want.at(-1)?.[1];
        expect(got?.last ?? null).toBe(last !== undefined && Number.isFinite(last) ? last : null);
      }),
      { numRuns: 60 },
    );
  });

  it('bounds what one series takes and keeps its peak', async () => {
    const store = await tempStore();
    const { runIds } = seedRuns(store, 1, { machines: 1 });
    const [runId = ''] = runIds;
    for (let from = 0; from < 60_000; from += 3_000) {
      const points = Array.from(
        { length: 3_000 },
        (_none, i): Point => [from + i, from + i === 777 ? 1e9 : 1],
      );
      store.metrics.append([{ runId, epoch: 1, name: 'loss', points }]);
    }
    const [read] = store.metrics.read(runId, 600);
    expect(read?.total).toBe(60_000);
    expect(read?.points.length).toBeLessThanOrEqual(600);
    expect(read?.points).toContainEqual([777, 1e9]);
    const bytes = store.sql.get<{ n: number }>('SELECT sum(length(points)) AS n FROM metricChunks')?.n ?? 0;
    expect(bytes).toBeLessThanOrEqual(20_000 * 16);
  });

  it('refuses names without end', async () => {
    const store = await tempStore();
    const { runIds } = seedRuns(store, 1, { machines: 1 });
    const [runId = ''] = runIds;
    const batches = Array.from({ length: 300 }, (_none, i) => ({
      runId,
      epoch: 1,
      name: i === 0 ? 'x'.repeat(300) : `name${i}`,
      points: [[1, 1] as const],
    }));
    expect(store.metrics.append(batches)).toHaveLength(100);
    expect(store.metrics.read(runId, 10)).toHaveLength(200);
  });
});
