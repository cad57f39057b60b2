import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Band, bandHead, layOutGantt, timeTicks } from '#renderer/features/plan/many/gantt-layout.ts';
import { isCrowded, loadOf } from '#renderer/features/plan/many/gantt-load.ts';
import type { PortfolioProblem, Strategy } from '#shared/domain/plan.ts';
import { byRule, readProblem, toSolution } from '#shared/planner/portfolio/index.ts';
import { largeProblem, optionOf, poolOf, problemOf, runOf } from '#test/fakes/portfolio.ts';
import { fixtureProblem } from '#test/lab/fixture-plan-data.ts';

const laidOut = (problem: PortfolioProblem, strategy: Exclude<Strategy, 'optimal'> = 'cheapest') => {
  const { assignments } = toSolution(byRule(readProblem(problem), strategy), {
    strategy,
    bound: null,
    improving: false,
    tookMs: 0,
    conflict: [],
  });
  return { assignments, layout: layOutGantt(problem.at, problem.pools, problem.runs, assignments) };
};

/** Every lane that something stands on, with from and until when. */
const piecesOf = ({ bars, busy }: Band, at: number) => [
  ...busy.map(({ lane, lanes, untilAt }) => ({ lane, lanes, startAt: at, endAt: untilAt })),
  ...bars.flatMap(({ pieces, startAt, endAt }) => pieces.map((piece) => ({ ...piece, startAt, endAt }))),
];

describe('the schedule as bands', () => {
  test('every placed run has its lanes, none lies on another, all lies within its band', () => {
    const strategies = fc.constantFrom('cheapest', 'fastest', 'balanced', 'greedy' as const);
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 60 }), strategies, (seed, runs, strategy) => {
        const problem = largeProblem(seed, runs, 12, 0.2);
        const { assignments, layout } = laidOut(problem, strategy);
        const placed = assignments.filter(({ poolId }) => poolId !== null);
        expect(layout.bands.flatMap(({ bars }) => bars)).toHaveLength(placed.length);
        let top = 0;
        for (const band of layout.bands) {
          expect(band.top).toBe(top);
          top += band.height;
          expect(band.height).toBeGreaterThanOrEqual(bandHead + band.lanes * band.laneHeight);
          const pieces = piecesOf(band, problem.at);
          for (const [index, one] of pieces.entries()) {
            expect(one.lane + one.lanes).toBeLessThanOrEqual(band.lanes);
            for (const other of pieces.slice(index + 1)) {
              const sameLanes = one.lane < other.lane + other.lanes && other.lane < one.lane + one.lanes;
              const sameTime = one.startAt < other.endAt - 1 && other.startAt < one.endAt - 1;
              expect(sameLanes && sameTime).toBe(false);
            }
          }
          for (const { runId, pieces: own } of band.bars) {
            const gpus = assignments.find((each) => each.runId === runId)?.gpus ?? 0;
            expect(own.reduce((sum, { lanes }) => sum + lanes, 0)).toBe(Math.max(1, Math.ceil(gpus)));
          }
        }
        expect(layout.height).toBe(top);
        for (const { endAt } of placed) expect(endAt ?? 0).toBeLessThanOrEqual(layout.to);
      }),
      { numRuns: 60 },
    );
  });

  test('own machines are there with nothing on them, offers only where something runs', () => {
    const own = poolOf('own', 2);
    const idle = poolOf('idle', 8);
    const offer = poolOf('offer', 8);
    const rented = { ...offer, place: { ...offer.place, kind: 'on-demand' as const } };
    const { layout } = laidOut(
      problemOf(
        [runOf('r', { options: [optionOf('own', 1, 2, 4)] })],
        [
          { ...own, place: { ...own.place, kind: 'machine' } },
          { ...idle, place: { ...idle.place, kind: 'machine' } },
          rented,
        ],
      ),
    );
    expect(layout.bands.map(({ pool, bars }) => [pool.id, bars.length])).toEqual([
      ['own', 1],
      ['idle', 0],
    ]);
  });
});

describe('marks of the time axis', () => {
  test('stand within, evenly, and not nearer than asked', () => {
    const hour = 3_600_000;
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) }),
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 100, max: 3000 }),
        (from, hours, width) => {
          const to = from + hours * hour;
          const ticks = timeTicks(from, to, width, 80);
          for (const [index, tick] of ticks.entries()) {
            expect(tick >= from && tick <= to).toBe(true);
            const before = ticks[index - 1];
            if (before !== undefined)
              expect(((tick - before) / (to - from)) * width).toBeGreaterThanOrEqual(80 - 1e-6);
          }
        },
      ),
    );
  });
});

describe('how full a pool is', () => {
  const hour = 3_600_000;

  test('adds up to what its runs take, never more than all of it, whatever the stretches', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 60_000, max: 50 * hour }),
        (seed, runs, binMs) => {
          const { layout } = laidOut(largeProblem(seed, runs, 6, 0.2));
          for (const band of layout.bands) {
            const bins = loadOf(band, layout.from, binMs);
            const taken = band.bars.reduce(
              (sum, { startAt, endAt, pieces }) =>
                sum + (endAt - startAt) * pieces.reduce((all, { lanes }) => all + lanes, 0),
              0,
            );
            const shown = bins.reduce((sum, { share }) => sum + share, 0) * band.lanes * binMs;
            expect(shown).toBeCloseTo(taken, -2);
            for (const [index, bin] of bins.entries()) {
              expect(bin.share).toBeLessThanOrEqual(1.000001);
              expect(bin.lateShare).toBeLessThanOrEqual(bin.share + 1e-9);
              expect(bin.runs).toBeGreaterThanOrEqual(Math.max(1, bin.late));
              expect(bin.startAt).toBeGreaterThanOrEqual(bins[index - 1]?.endAt ?? layout.from);
            }
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  test('is shown where a thousand runs cannot be told apart, and no longer once they are near', () => {
    const problem = largeProblem(3, 1000, 12, 0.2);
    const short = laidOut(fixtureProblem(Date.UTC(2026, 10, 1), 1000)).layout;
    const { at, pools, runs } = problem;
    const { assignments, layout: manyGpus } = laidOut(problem);
    for (const layout of [short, manyGpus]) {
      const perMs = 800 / (layout.to - layout.from);
      const crowded = layout.bands.filter((band) => isCrowded(band, perMs));
      expect(crowded.length).toBeGreaterThan(0);
      // Of a thousand bars there are no more columns than the page is wide, and no pool is higher than it.
      for (const band of crowded) {
        expect(loadOf(band, layout.from, 9 / perMs).length).toBeLessThanOrEqual(90);
        expect(band.height).toBeLessThan(260);
      }
    }
    const all = new Set(pools.map(({ id }) => id));
    const opened = layOutGantt(at, pools, runs, assignments, all);
    for (const layout of [short, opened])
      expect(layout.bands.some((band) => isCrowded(band, (89 * 800) / (layout.to - layout.from)))).toBe(
        false,
      );
    const few = laidOut(largeProblem(3, 8, 1, 0.2)).layout;
    expect(few.bands.some((band) => isCrowded(band, 1e-12))).toBe(false);
  });
});
