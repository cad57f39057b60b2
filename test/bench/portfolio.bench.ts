import { systemClock } from '#backend/clock.ts';
import { Solver } from '#backend/planner/solver/index.ts';
import { loadHighs } from '#backend/planner/solver/load-highs.ts';
import { Master } from '#backend/planner/solver/master.ts';
import { readSolverWasm } from '#backend/planner/solver/program.ts';
import type { PortfolioProblem } from '#shared/domain/plan.ts';
import { check, Relaxation, readProblem } from '#shared/planner/portfolio/index.ts';
import { largeProblem } from '#test/fakes/portfolio.ts';
import { against, type Bench, within } from './row.ts';

const seeds = [1, 2, 3];
/** Room for all, and not where each would be cheapest. 200 runs fit each of the 300 offers: 60,000 options, as many as there can be. */
const smallOf = (seed: number) => largeProblem(seed, 200, 300, 0.1, true);
/** 1,000 runs fit about half of them: 140,000. */
const largeOf = (seed: number) => largeProblem(seed, 1000, 300, 0.3);
const wanted = 0.01;
/** HiGHS alone is not waited for longer; it then counts as if it had just got there. */
const coldMs = 60_000;

interface Ours {
  firstMs: number;
  firstGap: number;
  wantedMs: number;
}

async function ours(solver: Solver, problem: PortfolioProblem): Promise<Ours> {
  const startedAt = performance.now();
  const asking = new AbortController();
  const { promise, resolve } = Promise.withResolvers<number>();
  const end = Promise.withResolvers<void>();
  const look = (gap: number | null, isLast: boolean) => {
    if ((gap ?? 1) <= wanted) resolve(performance.now() - startedAt);
    else if (isLast) resolve(coldMs);
  };
  const first = await solver.solve(problem, 'optimal', {
    improveMs: coldMs,
    improved({ gap, improving }) {
      look(gap, !improving);
      if (!improving) end.resolve();
    },
    signal: asking.signal,
  });
  const firstMs = performance.now() - startedAt;
  if (check(problem, first).length > 0) throw new Error('the plan does not hold');
  look(first.gap, !first.improving);
  const wantedMs = await promise;
  asking.abort();
  // Only then is the worker free, and the core for who is measured next.
  if (first.improving) await end.promise;
  return { firstMs, firstGap: first.gap ?? 1, wantedMs };
}

/** The same model, all of its columns, given to HiGHS without a start: until its own gap is one per cent. */
async function cold(problem: PortfolioProblem): Promise<number> {
  const highs = await loadHighs(await readSolverWasm());
  const relaxation = new Relaxation(readProblem(problem));
  const startedAt = performance.now();
  const master = new Master(highs, relaxation, relaxation.columns);
  try {
    const { model, columns } = master;
    model.changeColsIntegrality(
      { kind: 'range', from: 0, to: columns.length - 1 },
      new Int32Array(columns.length).fill(highs.constants.variableType.integer),
    );
    model.options.set({ time_limit: coldMs / 1000, mip_rel_gap: wanted });
    model.run();
    return Math.min(coldMs, performance.now() - startedAt);
  } finally {
    master.dispose();
  }
}

export const bench: Bench = {
  name: 'portfolio',
  about: 'plans for 200 and 1,000 runs over 300 offers, against HiGHS alone on the same model',
  missing: () => null,
  async run() {
    const solver = new Solver({ clock: systemClock, workers: 1 });
    try {
      // The worker and HiGHS in it are there, and warm.
      await ours(solver, smallOf(9));
      const small: Ours[] = [];
      const large: Ours[] = [];
      const alone: number[] = [];
      for (const seed of seeds) {
        small.push(await ours(solver, smallOf(seed)));
        alone.push(await cold(smallOf(seed)));
        large.push(await ours(solver, largeOf(seed)));
      }
      const row = (measure: string, unit: string, reach: number) =>
        ({ name: 'portfolio', measure, unit, reach, lowerIsBetter: true }) as const;
      return [
        within(
          row('200 × 300: first answer', 's', 0.6),
          small.map(({ firstMs }) => firstMs / 1000),
        ),
        within(
          row('200 × 300: its proven gap', '%', 1),
          small.map(({ firstGap }) => firstGap * 100),
        ),
        within(
          row('1,000 × 300: first answer', 's', 3),
          large.map(({ firstMs }) => firstMs / 1000),
        ),
        within(
          row('1,000 × 300: its proven gap', '%', 1),
          large.map(({ firstGap }) => firstGap * 100),
        ),
        against(
          { ...row('200 × 300: to 1 % proven', 's', 10) },
          small.map(({ wantedMs }) => wantedMs / 1000),
          alone.map((ms) => ms / 1000),
        ),
      ];
    } finally {
      await solver.close();
    }
  },
};
