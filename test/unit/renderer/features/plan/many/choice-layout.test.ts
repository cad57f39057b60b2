import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choicesOf, layOutChoices, missedOf } from '#renderer/features/plan/many/choice-layout.ts';
import type { Choices } from '#renderer/features/plan/many/many-store.ts';
import type { PortfolioSolution, Strategy } from '#shared/domain/plan.ts';

const solution = (
  costMicros: number,
  makespanMs: number,
  { strategy = 'optimal', late = 0, left = 0 }: { strategy?: Strategy; late?: number; left?: number } = {},
): PortfolioSolution => ({
  strategy,
  assignments: Array.from({ length: 3 }, (_, index) => ({
    runId: `r${index}`,
    poolId: null,
    gpus: 0,
    startAt: null,
    endAt: null,
    costMicros: 0,
    reasons: [],
  })),
  placed: 3 - left,
  late,
  costMicros,
  makespanMs,
  objective: costMicros / 1e6,
  bound: null,
  gap: null,
  improving: false,
  tookMs: 1,
  conflict: [],
});

const choices = (part: Partial<Choices>): Choices => ({
  strategies: [],
  front: [],
  doing: null,
  error: null,
  ...part,
});

describe('plans side by side', () => {
  test('the front comes first, each plan under a name of its own', () => {
    const all = choicesOf(
      choices({
        front: [solution(9, 1), solution(5, 2)],
        strategies: [solution(5, 2), solution(9, 1, { strategy: 'fastest' })],
      }),
    );
    expect(all.map(({ key, place }) => [key, place])).toEqual([
      ['front 1', 1],
      ['front 2', 2],
      ['strategy optimal', 1],
      ['strategy fastest', 2],
    ]);
  });

  test('late and left out are counted together', () => {
    expect(missedOf(solution(1, 1, { late: 1, left: 2 }))).toBe(3);
  });

  test('dearer stands higher, later stands further right, whatever the numbers; all stand within', () => {
    const amounts = fc.record({
      cost: fc.integer({ min: 0, max: 1e12 }),
      ms: fc.integer({ min: 0, max: 1e10 }),
      late: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(amounts, { minLength: 1, maxLength: 20 }), (list) => {
        const all = choicesOf(
          choices({ front: list.map(({ cost, ms, late }) => solution(cost, ms, { late })) }),
        );
        for (const across of ['time', 'missed'] as const) {
          const { points, xs, ys } = layOutChoices(all, across, 0.9);
          expect(points).toHaveLength(all.length);
          for (const { x, y } of points) for (const at of [x, y]) expect(at >= 0 && at <= 1).toBe(true);
          expect(Math.max(xs.ticks.length, ys.ticks.length)).toBeLessThanOrEqual(9);
          for (const [index, { choice, x }] of points.entries()) {
            const next = points[index + 1];
            if (!next) continue;
            expect(next.x).toBeGreaterThanOrEqual(x);
            const of = across === 'time' ? (one: PortfolioSolution) => one.makespanMs : missedOf;
            if (next.x > x) expect(of(next.choice.solution)).toBeGreaterThan(of(choice.solution));
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
