import { describe, expect, it } from 'vitest';
import { type PortfolioProblem, portfolioSolution, strategies } from '#shared/domain/plan.ts';
import {
  byRule,
  check,
  exactPlan,
  firstPlan,
  frontOf,
  readProblem,
  type Schedule,
  toSolution,
} from '#shared/planner/portfolio/index.ts';
import {
  largeProblem,
  optionOf,
  poolOf,
  portfolioAt,
  problemOf,
  runOf,
  smallProblem,
} from '#test/fakes/portfolio.ts';
import { countedFor, leastObjective } from './brute-force.ts';

const hour = 3_600_000;

function plan(problem: PortfolioProblem, strategy: (typeof strategies)[number]) {
  const instance = readProblem(problem);
  const schedule = strategy === 'optimal' ? firstPlan(instance, []) : byRule(instance, strategy);
  return solutionOf(schedule, strategy);
}

const solutionOf = (schedule: Schedule, strategy: (typeof strategies)[number] = 'optimal') =>
  toSolution(schedule, { strategy, bound: null, improving: false, tookMs: 0, conflict: [] });

function best(problem: PortfolioProblem): number | null {
  const instance = readProblem(problem);
  return exactPlan(instance, firstPlan(instance, []))?.objective() ?? null;
}

const seeds = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index);

describe('plans of many runs', () => {
  it('hold everything that a plan must hold, whatever the strategy, and are the same every time', () => {
    for (const seed of seeds(150)) {
      const problem = smallProblem(seed, { runs: 1 + (seed % 14), pools: 1 + (seed % 5) });
      for (const strategy of strategies) {
        const solution = plan(problem, strategy);
        expect(check(problem, solution), `seed ${seed}, ${strategy}`).toEqual([]);
        expect(portfolioSolution.safeParse(solution).success).toBe(true);
        expect(plan(structuredClone(problem), strategy)).toEqual(solution);
        const counted = problem.runs.reduce((sum, run) => {
          const { endAt, costMicros } = solution.assignments.find(({ runId }) => runId === run.id) ?? {};
          return sum + countedFor(run, endAt == null ? null : { endAt, costMicros: costMicros ?? 0 });
        }, 0);
        expect(solution.objective).toBeCloseTo(counted, 6);
      }
    }
  });

  it('hold it with hundreds of runs, too, and the optimal one counts no more than any other', () => {
    const problem = { ...largeProblem(7, 120, 40, 0.3), budgetMicros: 20_000_000_000 };
    const solutions = strategies.map((strategy) => plan(problem, strategy));
    for (const solution of solutions) expect(check(problem, solution)).toEqual([]);
    const [optimal, ...others] = solutions.map(({ objective }) => objective);
    expect(Math.min(...others)).toBeGreaterThanOrEqual((optimal ?? 0) - 1e-6);
  });

  it('are the best there is for a few runs: as looking at all of them says', () => {
    for (const seed of seeds(60, 1000)) {
      const problem = smallProblem(seed, { runs: 1 + (seed % 4), pools: 1 + (seed % 4) });
      expect(best(problem), `seed ${seed}`).toBeCloseTo(leastObjective(problem), 6);
    }
    for (const seed of seeds(3, 2000)) {
      const problem = smallProblem(seed, { runs: 5, pools: 4 });
      expect(best(problem), `seed ${seed}`).toBeCloseTo(leastObjective(problem), 6);
    }
  });

  it('are never worse with more money, and never better with a pool less', () => {
    for (const seed of seeds(60, 3000)) {
      const problem = smallProblem(seed, { runs: 1 + (seed % 5), pools: 2 + (seed % 3) });
      const now = best(problem);
      if (now === null) continue;
      const { budgetMicros } = problem;
      const richer = best({
        ...problem,
        budgetMicros: budgetMicros === null ? null : budgetMicros + 7_000_000,
      });
      const poorer = best({ ...problem, pools: problem.pools.slice(1) });
      expect(richer ?? now, `seed ${seed}`).toBeLessThanOrEqual(now + 1e-6);
      expect(poorer ?? now, `seed ${seed}`).toBeGreaterThanOrEqual(now - 1e-6);
    }
  });

  it('make a front as far as they are let', () => {
    const instance = readProblem(largeProblem(4, 40, 20, 0.2));
    const made: number[] = [];
    frontOf(instance, 9, { made: (plans) => void made.push(plans), isStopped: () => made.length >= 3 });
    expect(made).toEqual([2, 3, 4]);
  });

  it('make a front none of which both counts less and ends sooner than another', () => {
    const problem = largeProblem(3, 40, 12, 0.3);
    const front = frontOf(readProblem(problem), 6).map((schedule) => solutionOf(schedule));
    expect(front.length).toBeGreaterThan(2);
    for (const [index, solution] of front.entries()) {
      expect(check(problem, solution)).toEqual([]);
      const next = front[index + 1];
      if (next === undefined) continue;
      expect(next.makespanMs).toBeGreaterThan(solution.makespanMs);
      expect(next.objective).toBeLessThan(solution.objective);
    }
  });
});

describe('at the edges', () => {
  const two = [optionOf('a', 1, 2, 4), optionOf('b', 1, 1, 10)];
  const pools = [poolOf('a', 1), poolOf('b', 1)];

  it.each(strategies)('%s plans nothing where there is nothing', (strategy) => {
    expect(plan(problemOf([], pools), strategy)).toMatchObject({
      placed: 0,
      late: 0,
      costMicros: 0,
      objective: 0,
    });
    const without = plan(problemOf([runOf('r', { options: two })], []), strategy);
    expect(without).toMatchObject({ placed: 0, late: 0 });
    expect(without.assignments[0]?.reasons[0]?.code).toBe('PORTFOLIO_NO_OPTION');
  });

  it.each(strategies)('%s spends nothing of a budget of nothing', (strategy) => {
    const runs = [runOf('r', { options: two }), runOf('free', { options: [optionOf('a', 1, 1, 0)] })];
    const solution = plan(problemOf(runs, pools, { budgetMicros: 0 }), strategy);
    expect(solution).toMatchObject({ placed: 1, costMicros: 0 });
    expect(solution.assignments[0]?.reasons[0]?.code).toBe('PORTFOLIO_BUDGET');
    const ofProject = plan(
      problemOf([runOf('r', { options: two, project: 'x' })], pools, { projectBudgets: { x: 3_999_999 } }),
      strategy,
    );
    expect(ofProject.assignments[0]?.reasons[0]).toMatchObject({
      code: 'PORTFOLIO_PROJECT_BUDGET',
      params: { costMicros: 4_000_000, project: 'x' },
    });
  });

  it('one run goes where the strategy says', () => {
    const problem = problemOf([runOf('r', { options: two })], pools);
    const poolOfRun = (strategy: (typeof strategies)[number]) =>
      plan(problem, strategy).assignments[0]?.poolId;
    expect(poolOfRun('cheapest')).toBe('a');
    expect(poolOfRun('optimal')).toBe('a');
    expect(poolOfRun('fastest')).toBe('b');
    expect(poolOfRun('priority')).toBe('b');
    // 4 $ + 2 h against 10 $ + 1 h.
    expect(poolOfRun('weighted')).toBe('a');
    const hasty = { ...problem, weights: { cost: 1, time: 10, carbon: 0 } };
    expect(plan(hasty, 'weighted').assignments[0]?.poolId).toBe('b');
  });

  it('runs that are alike are placed one after the other, none twice at once', () => {
    const runs = Array.from({ length: 5 }, (_, index) =>
      runOf(`r${index}`, { options: [optionOf('a', 1, 2, 4)] }),
    );
    const problem = problemOf(runs, [poolOf('a', 1)]);
    const solution = plan(problem, 'optimal');
    expect(solution).toMatchObject({ placed: 5, makespanMs: 10 * hour, costMicros: 20_000_000 });
    expect(solution.assignments[4]?.reasons[0]).toMatchObject({
      code: 'PORTFOLIO_WAITS_FOR_POOL',
      params: { waitMs: 8 * hour, gpus: 1, pool: 'a' },
    });
  });

  it('who is busy is waited for, and more that is busy than is there harms nobody', () => {
    const busy = [
      { gpus: 2, untilAt: portfolioAt + 2 * hour },
      { gpus: 2, untilAt: portfolioAt + 5 * hour },
    ];
    const problem = problemOf([runOf('r', { options: [optionOf('a', 2, 1, 1)] })], [poolOf('a', 2, busy)]);
    const solution = plan(problem, 'fastest');
    expect(solution.assignments[0]?.startAt).toBe(portfolioAt + 5 * hour);
    expect(check(problem, solution)).toEqual([]);
  });

  it('a deadline that has passed makes a run late, and it is still placed', () => {
    const problem = problemOf(
      [runOf('r', { options: two, deadlineAt: portfolioAt - 30 * 24 * hour })],
      pools,
    );
    for (const strategy of strategies) {
      const solution = plan(problem, strategy);
      expect(solution).toMatchObject({ placed: 1, late: 1 });
      expect(solution.assignments[0]?.reasons[0]?.code).toBe('PORTFOLIO_DEADLINE_IMPOSSIBLE');
    }
  });

  it('what waits for what is not there, or not placed, is left out with the reason', () => {
    const solution = plan(
      problemOf(
        [
          runOf('first', { options: [optionOf('gone', 1, 1, 1)] }),
          runOf('second', { options: two, after: ['first'] }),
          runOf('third', { options: two, after: ['nobody'] }),
        ],
        pools,
      ),
      'optimal',
    );
    expect(solution.assignments.map(({ reasons }) => reasons[0]?.message)).toEqual([
      'None of the places in this plan can take it.',
      'Left out: it waits for “first”, which is not placed.',
      'Left out: it waits for a run that is not in this plan: nobody.',
    ]);
  });

  it('runs that wait for each other are refused by name, and so is what is there twice', () => {
    const circle = [
      runOf('a', { after: ['c'] }),
      runOf('b', { after: ['a'] }),
      runOf('c', { after: ['b'] }),
      runOf('d', { after: ['c'] }),
    ];
    expect(() => readProblem(problemOf(circle, pools))).toThrow(
      expect.objectContaining({ code: 'PLAN_CYCLE', params: { runs: 'a → b → c → a' } }),
    );
    expect(() => readProblem(problemOf([runOf('a', { after: ['a'] })], pools))).toThrow(
      expect.objectContaining({ code: 'PLAN_CYCLE', params: { runs: 'a → a' } }),
    );
    expect(() => readProblem(problemOf([runOf('a'), runOf('a')], pools))).toThrow(
      expect.objectContaining({ code: 'PLAN_RUN_TWICE' }),
    );
    expect(() => readProblem(problemOf([], [poolOf('a', 1), poolOf('a', 1)]))).toThrow(
      expect.objectContaining({ code: 'PLAN_POOL_TWICE' }),
    );
  });

  it('a chain of thousands is planned', () => {
    const runs = Array.from({ length: 3000 }, (_, index) =>
      runOf(`r${index}`, { options: [optionOf('a', 1, 1, 1)], after: index === 0 ? [] : [`r${index - 1}`] }),
    ).reverse();
    expect(plan(problemOf(runs, [poolOf('a', 4)]), 'cheapest')).toMatchObject({
      placed: 3000,
      makespanMs: 3000 * hour,
    });
  });
});

describe('the check', () => {
  const problem = problemOf(
    [
      runOf('r', { options: [optionOf('a', 1, 2, 4)], project: 'x', earliestAt: portfolioAt + hour }),
      runOf('s', { options: [optionOf('a', 1, 2, 4)], after: ['r'], project: 'x' }),
    ],
    [poolOf('a', 1)],
    { budgetMicros: 8_000_000, projectBudgets: { x: 8_000_000 } },
  );
  const good = plan(problem, 'optimal');
  const breaches = (
    changed: Partial<(typeof good.assignments)[number]>,
    with_: PortfolioProblem = problem,
  ) => {
    const [first, ...others] = good.assignments;
    if (first === undefined) throw new Error('no assignment');
    const assignments = [{ ...first, ...changed }, ...others];
    return check(with_, { ...good, assignments }).map(({ what }) => what);
  };

  it('finds whatever is broken', () => {
    expect(check(problem, good)).toEqual([]);
    const startAt = good.assignments[0]?.startAt ?? 0;
    const endAt = good.assignments[0]?.endAt ?? 0;
    expect(breaches({ startAt: startAt - hour, endAt: endAt - hour })).toEqual(['too-early']);
    expect(breaches({ endAt: endAt + hour })).toContain('wrong-length');
    expect(breaches({ startAt: startAt + hour, endAt: endAt + hour })).toEqual(
      expect.arrayContaining(['pool-overfull', 'before-dependency']),
    );
    expect(breaches({ gpus: 2 })).toContain('not-an-option');
    expect(breaches({ poolId: 'b' })).toContain('not-an-option');
    expect(breaches({ poolId: null })).toContain('half-placed');
    expect(breaches({ startAt: null })).toContain('half-placed');
    expect(breaches({ runId: 's' })).toEqual(expect.arrayContaining(['run-twice', 'run-missing']));
    expect(breaches({ runId: 'z' })).toEqual(expect.arrayContaining(['run-unknown', 'run-missing']));
    expect(breaches({}, { ...problem, budgetMicros: 7_999_999 })).toEqual(['over-budget']);
    expect(breaches({}, { ...problem, projectBudgets: { x: 7_999_999 } })).toEqual(['over-project-budget']);
    const busy = [{ gpus: 1, untilAt: startAt + 1 }];
    expect(breaches({}, { ...problem, pools: [poolOf('a', 1, busy)] })).toEqual(['pool-overfull']);
    expect(check(problem, { ...good, costMicros: 1 }).map(({ what }) => what)).toEqual(['wrong-total']);
  });
});
