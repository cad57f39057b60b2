import { beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '#backend/planner/solver/engine.ts';
import { readSolverWasm } from '#backend/planner/solver/program.ts';
import type { Reason } from '#shared/domain/figure.ts';
import type { PortfolioProblem, PortfolioSolution } from '#shared/domain/plan.ts';
import { check } from '#shared/planner/portfolio/index.ts';
import {
  largeProblem,
  optionOf,
  poolOf,
  portfolioAt,
  problemOf,
  runOf,
  smallProblem,
  withQuotas,
} from '#test/fakes/portfolio.ts';
import { canAllHold } from '../../shared/planner/portfolio/brute-force.ts';

const hour = 3_600_000;
let engine: Engine;
beforeAll(async () => {
  engine = new Engine({
    wasm: await readSolverWasm(),
    memoryBytes: 2 ** 30,
    explainMs: 60_000,
    isStopped: () => false,
  });
});

async function solve(problem: PortfolioProblem, improveMs = 0): Promise<PortfolioSolution> {
  let last: PortfolioSolution | undefined;
  await engine.answer({ kind: 'solve', problem, strategy: 'optimal', improveMs }, (_kind, [solution]) => {
    last = solution;
  });
  if (last === undefined) throw new Error('the engine has not answered');
  return last;
}

/** A conflict's problem: only the runs and budgets that it names, less the one at `without`. */
function problemOfConflict(
  problem: PortfolioProblem,
  parts: readonly Reason[],
  without = -1,
): PortfolioProblem {
  const kept = parts.filter((_, index) => index !== without);
  const named = new Set(kept.flatMap(({ params }) => (params.run === undefined ? [] : [String(params.run)])));
  const all = new Set(named);
  for (const run of problem.runs.toReversed()) if (all.has(run.id)) for (const id of run.after) all.add(id);
  const projects = new Set(kept.map(({ params }) => params.project));
  return {
    ...problem,
    budgetMicros: kept.some(({ code }) => code === 'CONFLICT_BUDGET') ? problem.budgetMicros : null,
    projectBudgets: Object.fromEntries(
      Object.entries(problem.projectBudgets).filter(([project]) => projects.has(project)),
    ),
    runs: problem.runs
      .filter(({ id }) => all.has(id))
      .map((run) => (named.has(run.id) ? run : { ...run, deadlineAt: null })),
  };
}

describe('what is proven', () => {
  it('is exact for a few runs, and below every plan for more', async () => {
    for (let seed = 1; seed <= 24; seed += 1) {
      const problem = smallProblem(seed, { runs: 1 + (seed % 10), pools: 1 + (seed % 4) });
      const solution = await solve(problem);
      expect(check(problem, solution), `seed ${seed}`).toEqual([]);
      expect(solution.bound ?? Number.NaN).toBeLessThanOrEqual(solution.objective);
      if (problem.runs.length <= 5) expect(solution.gap, `seed ${seed}`).toBe(0);
      expect({ ...(await solve(problem)), tookMs: 0 }).toEqual({ ...solution, tookMs: 0 });
    }
  });

  it('holds with quotas that pools share, too, and rises by them where they are scarce', async () => {
    for (let seed = 1; seed <= 14; seed += 1) {
      const problem = withQuotas(smallProblem(seed, { runs: 3 + (seed % 8), pools: 3 }), seed);
      const solution = await solve(problem);
      expect(check(problem, solution), `seed ${seed}`).toEqual([]);
      expect(solution.bound ?? Number.NaN).toBeLessThanOrEqual(solution.objective);
    }
    const problem = largeProblem(3, 60, 20, 2);
    const quotas = [{ id: 'q', title: 'q', most: 3, perMachine: 1 }];
    const limited = { ...problem, pools: problem.pools.map((pool) => ({ ...pool, quotas })) };
    const [free, scarce] = [await solve(problem), await solve(limited)];
    expect(check(limited, scarce)).toEqual([]);
    expect(scarce.bound ?? 0).toBeLessThanOrEqual(scarce.objective);
    expect(scarce.bound ?? 0).toBeGreaterThan((free.bound ?? 0) * 1.02);
  });

  it('never rises with more money or more pools, whatever the size', async () => {
    for (const seed of [1, 2]) {
      const problem = { ...largeProblem(seed, 60, 30, 0.1), budgetMicros: 9_000_000_000 };
      const bound = async (changed: Partial<PortfolioProblem>) =>
        (await solve({ ...problem, ...changed })).bound ?? Number.NaN;
      const now = await solve(problem);
      // What is proven of the larger problem is below every plan of the smaller one.
      expect(await bound({ budgetMicros: 9_500_000_000 })).toBeLessThanOrEqual(now.objective + 1e-6);
      expect(await bound({ budgetMicros: null })).toBeLessThanOrEqual(now.objective + 1e-6);
      const poorer = await solve({ ...problem, pools: problem.pools.slice(5) });
      expect(now.bound ?? Number.NaN).toBeLessThanOrEqual(poorer.objective + 1e-6);
    }
  });

  it('is within one per cent at the first answer where there is room', async () => {
    const problem = largeProblem(4, 150, 60, 0.5);
    const solution = await solve(problem);
    expect(solution).toMatchObject({ placed: 150, late: 0 });
    expect(solution.gap ?? 1).toBeLessThanOrEqual(0.01);
  });
});

describe('why not all can be in time', () => {
  it('is the smallest set that cannot hold: without any one of it the rest can', async () => {
    let found = 0;
    for (let seed = 1; seed <= 120; seed += 1) {
      const problem = smallProblem(seed, { runs: 2 + (seed % 3), pools: 1 + (seed % 2) });
      const { conflict, placed, late } = await solve(problem);
      if (placed === problem.runs.length && late === 0) {
        expect(conflict).toEqual([]);
        continue;
      }
      const start = conflict.findIndex(({ code }) => /^CONFLICT_(SINGLE|PAIR|TOGETHER)$/.test(code));
      const alone = conflict.filter(({ code }) => code.startsWith('CONFLICT_ALONE'));
      expect(start >= 0 || alone.length > 0, `seed ${seed}`).toBe(true);
      for (const part of alone) expect(canAllHold(problemOfConflict(problem, [part]))).toBe(false);
      if (start < 0) continue;
      found += 1;
      const parts = conflict.slice(start + 1);
      expect(canAllHold(problemOfConflict(problem, parts)), `seed ${seed}`).toBe(false);
      for (const index of parts.keys()) {
        expect(canAllHold(problemOfConflict(problem, parts, index)), `seed ${seed}, ${index}`).toBe(true);
      }
    }
    expect(found).toBeGreaterThan(10);
  });

  it('is said in words', async () => {
    const friday = Date.UTC(2026, 10, 27, 18);
    const both = [optionOf('a', 8, 6, 200), optionOf('b', 8, 5, 400)];
    const problem = problemOf(
      [
        runOf('A', { options: both, deadlineAt: friday, project: 'X' }),
        runOf('B', { options: both, deadlineAt: friday, project: 'X' }),
        runOf('C', { options: [optionOf('a', 1, 1, 1)] }),
      ],
      [poolOf('a', 8), poolOf('b', 8)],
      { projectBudgets: { X: 500_000_000, Y: 1 } },
    );
    const { conflict } = await solve(problem);
    expect(conflict.map(({ message }) => message)).toEqual([
      'These 3 cannot hold together. Without any one of them the rest can:',
      'the budget of project “X” of $500.00',
      '“A” by 2026-11-27 18:00 UTC',
      '“B” by 2026-11-27 18:00 UTC',
    ]);
  });

  it('is proven among many runs: too many GPU hours by a deadline, too little money', async () => {
    const runs = Array.from({ length: 40 }, (_, index) =>
      runOf(`r${index}`, {
        options: [optionOf('a', 4, 10, 100), optionOf('b', 4, 12, 40)],
        // Ten on `a` and eight on `b` by then.
        deadlineAt: portfolioAt + (index < 20 ? 50 : 1000) * hour,
      }),
    );
    const pools = [poolOf('a', 8), poolOf('b', 8)];
    const late = await solve(problemOf(runs, pools), 20_000);
    expect(late.late).toBe(2);
    expect(late.conflict[0]?.params).toEqual({ parts: 19 });
    const poor = await solve(problemOf(runs.slice(20), pools, { budgetMicros: 350_000_000 }), 20_000);
    expect(poor.placed).toBe(8);
    expect(poor.conflict[0]?.params).toEqual({ parts: 10 });
    expect(poor.conflict[1]?.message).toBe('the budget of $350.00');
  });
});
