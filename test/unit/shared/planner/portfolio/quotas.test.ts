import { describe, expect, it } from 'vitest';
import { type PortfolioProblem, strategies } from '#shared/domain/plan.ts';
import {
  byRule,
  check,
  exactPlan,
  firstPlan,
  Relaxation,
  readProblem,
  toSolution,
} from '#shared/planner/portfolio/index.ts';
import {
  optionOf,
  poolOf,
  portfolioAt,
  problemOf,
  runOf,
  seeded,
  smallProblem,
  withQuotas,
} from '#test/fakes/portfolio.ts';
import { leastObjective } from './brute-force.ts';

const hour = 3_600_000;
const limited = (seed: number, runs: number, pools: number) =>
  withQuotas(smallProblem(seed, { runs, pools }), seed);

function plan(problem: PortfolioProblem, strategy: (typeof strategies)[number] = 'optimal') {
  const instance = readProblem(problem);
  const schedule = strategy === 'optimal' ? firstPlan(instance, []) : byRule(instance, strategy);
  return toSolution(schedule, { strategy, bound: null, improving: false, tookMs: 0, conflict: [] });
}

describe('quotas that several pools share', () => {
  it('hold at every moment, whatever the strategy', () => {
    for (let seed = 1; seed <= 120; seed += 1) {
      const problem = limited(seed, 1 + (seed % 14), 1 + (seed % 5));
      for (const strategy of strategies)
        expect(check(problem, plan(problem, strategy)), `seed ${seed}, ${strategy}`).toEqual([]);
    }
  });

  it('are part of what is the best there is: as looking at all plans says; no bound is above it', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const problem = limited(seed, 1 + (seed % 4), 2 + (seed % 3));
      const instance = readProblem(problem);
      const best = exactPlan(instance, firstPlan(instance, []))?.objective();
      const least = leastObjective(problem);
      expect(best, `seed ${seed}`).toBeCloseTo(least, 6);
      const relaxation = new Relaxation(instance);
      const random = seeded(seed);
      for (const scale of [0, 1, 30]) {
        const prices = relaxation.limits.map(() => scale * random());
        expect(relaxation.bound(prices), `seed ${seed}`).toBeLessThanOrEqual(least + 1e-6);
      }
    }
  });

  it('never make a plan worse by being raised', () => {
    for (let seed = 200; seed < 230; seed += 1) {
      const problem = limited(seed, 4, 3);
      const raised = {
        ...problem,
        pools: problem.pools.map((pool) => ({
          ...pool,
          quotas: (pool.quotas ?? []).map((quota) => ({ ...quota, most: quota.most + 1 })),
        })),
      };
      expect(leastObjective(raised)).toBeLessThanOrEqual(leastObjective(problem) + 1e-6);
      const best = (each: PortfolioProblem) => {
        const instance = readProblem(each);
        return exactPlan(instance, firstPlan(instance, []))?.objective() ?? Number.NaN;
      };
      expect(best(raised)).toBeLessThanOrEqual(best(problem) + 1e-6);
    }
  });

  it('are told as what a run waits for; a run that takes more than there is has no option', () => {
    const quotas = [{ id: 'q', title: 'aws us-east-1 · p', most: 192, perMachine: 192 }];
    const pools = [
      { ...poolOf('a', 8), quotas },
      { ...poolOf('b', 8), quotas },
    ];
    const runs = ['a', 'b'].map((pool) => runOf(`on ${pool}`, { options: [optionOf(pool, 8, 3, 30)] }));
    const two = runOf('two machines', { options: [{ ...optionOf('a', 8, 3, 30), nodes: 2 }] });
    const problem = problemOf([...runs, two], pools);
    const { assignments } = plan(problem);
    expect(assignments.map(({ startAt }) => startAt)).toEqual([portfolioAt, portfolioAt + 3 * hour, null]);
    expect(assignments.map(({ reasons }) => reasons.map(({ code }) => code))).toEqual([
      [],
      ['PORTFOLIO_WAITS_FOR_QUOTA'],
      ['PORTFOLIO_NO_OPTION'],
    ]);
    expect(assignments[1]?.reasons[0]?.message).toBe(
      'Waits 3 h until your quota “aws us-east-1 · p” has room for it.',
    );
    const moved = assignments.map((each) =>
      each.runId === 'on b' ? { ...each, startAt: portfolioAt, endAt: portfolioAt + 3 * hour } : each,
    );
    expect(check(problem, { ...plan(problem), assignments: moved, makespanMs: 3 * hour })).toMatchObject([
      { what: 'over-quota', runs: ['on a', 'on b'] },
      { what: 'over-quota', runs: ['on a', 'on b'] },
    ]);
  });
});
