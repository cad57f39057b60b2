import type { Pool, PortfolioProblem, PortfolioRun } from '#shared/domain/plan.ts';

/** The objective as docs/planning.md writes it, written down once more: dollars. */
export function countedFor(run: PortfolioRun, placed: { costMicros: number; endAt: number } | null): number {
  const dearest = Math.max(0, ...run.options.map(({ costMicros }) => costMicros)) / 1e6;
  const slack = 2 ** (Math.max(-100, Math.min(100, run.priority)) / 10) * (100 + dearest);
  if (placed === null) return dearest + slack;
  const late = (placed.endAt - (run.deadlineAt ?? Number.POSITIVE_INFINITY)) / 3_600_000;
  return placed.costMicros / 1e6 + (late > 0 ? slack * (0.5 + (0.5 * late) / (late + 24)) : 0);
}

interface Placed {
  runId: string;
  poolId: string;
  gpus: number;
  nodes: number;
  startAt: number;
  endAt: number;
  costMicros: number;
  project: string | null;
}

/** The least objective of all: every order, every option, each as early as it can be, looked at one by one. For very few runs. */
export function leastObjective(problem: PortfolioProblem): number {
  let best = Number.POSITIVE_INFINITY;
  const go = (
    left: readonly PortfolioRun[],
    placed: readonly Placed[],
    gone: ReadonlySet<string>,
    sum: number,
  ) => {
    if (sum >= best) return;
    if (left.length === 0) {
      best = sum;
      return;
    }
    for (const run of left) {
      if (run.after.some((id) => left.some((other) => other.id === id))) continue;
      const rest = left.filter((other) => other !== run);
      const isBlocked = run.after.some((id) => gone.has(id) || !placed.some(({ runId }) => runId === id));
      for (const option of isBlocked ? [] : run.options) {
        const pool = problem.pools.find(({ id }) => id === option.poolId);
        if (pool === undefined || option.gpus > pool.gpus) continue;
        const startAt = earliest(problem, pool, placed, run, option);
        if (startAt === null) continue;
        const { poolId, gpus, costMicros, nodes = 1 } = option;
        const next = [
          ...placed,
          {
            runId: run.id,
            poolId,
            gpus,
            nodes,
            startAt,
            endAt: startAt + option.durationMs,
            costMicros,
            project: run.project,
          },
        ];
        if (isPaid(problem, next))
          go(rest, next, gone, sum + countedFor(run, { costMicros, endAt: startAt + option.durationMs }));
      }
      go(rest, placed, new Set([...gone, run.id]), sum + countedFor(run, null));
    }
  };
  go(problem.runs, [], new Set(), 0);
  return best;
}

/** Whether all runs can be placed in time, budgets kept: every order and option looked at. */
export function canAllHold(problem: PortfolioProblem): boolean {
  const go = (left: readonly PortfolioRun[], placed: readonly Placed[]): boolean => {
    if (left.length === 0) return true;
    return left.some((run) => {
      if (run.after.some((id) => !placed.some(({ runId }) => runId === id))) return false;
      const rest = left.filter((other) => other !== run);
      return run.options.some((option) => {
        const pool = problem.pools.find(({ id }) => id === option.poolId);
        if (pool === undefined || option.gpus > pool.gpus) return false;
        const startAt = earliest(problem, pool, placed, run, option);
        if (startAt === null) return false;
        const endAt = startAt + option.durationMs;
        if (endAt > (run.deadlineAt ?? endAt)) return false;
        const { poolId, gpus, costMicros, nodes = 1 } = option;
        const next = [
          ...placed,
          { runId: run.id, poolId, gpus, nodes, startAt, endAt, costMicros, project: run.project },
        ];
        return isPaid(problem, next) && go(rest, next);
      });
    });
  };
  return go(problem.runs, []);
}

function isPaid({ budgetMicros, projectBudgets }: PortfolioProblem, placed: readonly Placed[]): boolean {
  const spent = (of: readonly Placed[]) => of.reduce((sum, { costMicros }) => sum + costMicros, 0);
  if (budgetMicros !== null && spent(placed) > budgetMicros) return false;
  return Object.entries(projectBudgets).every(
    ([project, budget]) => spent(placed.filter((each) => each.project === project)) <= budget,
  );
}

function earliest(
  problem: PortfolioProblem,
  pool: Pool,
  placed: readonly Placed[],
  run: PortfolioRun,
  { gpus, durationMs: ms, nodes = 1 }: PortfolioRun['options'][number],
): number | null {
  const here = placed.filter(({ poolId }) => poolId === pool.id);
  const from = Math.max(
    problem.at,
    run.earliestAt ?? problem.at,
    ...placed.filter(({ runId }) => run.after.includes(runId)).map(({ endAt }) => endAt),
  );
  const freeAt = (instant: number) =>
    pool.gpus -
    pool.busy.reduce((sum, busy) => sum + (busy.untilAt > instant ? busy.gpus : 0), 0) -
    here.reduce((sum, each) => sum + (each.startAt <= instant && each.endAt > instant ? each.gpus : 0), 0);
  const quotas = (pool.quotas ?? []).map(({ id, most, perMachine }) => ({
    most,
    takes: perMachine * nodes,
    others: placed.flatMap((each) => {
      const other = problem.pools.find((candidate) => candidate.id === each.poolId);
      const named = other?.quotas?.find((quota) => quota.id === id);
      return named === undefined ? [] : [{ ...each, takes: named.perMachine * each.nodes }];
    }),
  }));
  if (quotas.some(({ most, takes }) => takes > most)) return null;
  const hasRoom = (instant: number) =>
    quotas.every(
      ({ most, takes, others }) =>
        others.reduce(
          (sum, each) => sum + (each.startAt <= instant && each.endAt > instant ? each.takes : 0),
          takes,
        ) <= most,
    );
  const instants = [
    from,
    ...pool.busy.map(({ untilAt }) => untilAt),
    ...here.flatMap(({ startAt, endAt }) => [startAt, endAt]),
    ...quotas.flatMap(({ others }) => others.flatMap(({ startAt, endAt }) => [startAt, endAt])),
  ].sort((a, b) => a - b);
  for (const start of instants) {
    if (start < from) continue;
    const during = [start, ...instants.filter((each) => each > start && each < start + ms)];
    if (during.every((each) => freeAt(each) >= gpus && hasRoom(each))) return start;
  }
  throw new Error('a pool is never free again');
}
