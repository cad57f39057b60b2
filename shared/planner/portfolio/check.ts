import type { Assignment, PortfolioProblem, PortfolioSolution } from '#shared/domain/plan.ts';

/** One thing that is wrong with a plan. Empty `runs`: with the plan as a whole. */
export interface Breach {
  what:
    | 'run-missing'
    | 'run-unknown'
    | 'run-twice'
    | 'not-an-option'
    | 'half-placed'
    | 'wrong-length'
    | 'too-early'
    | 'before-dependency'
    | 'pool-overfull'
    | 'over-quota'
    | 'over-budget'
    | 'over-project-budget'
    | 'wrong-total';
  runs: string[];
  detail: string;
}

/** Starts and ends are whole ms: so much may be lost to rounding. */
const roundingMs = 1;
/** Parts of GPUs are added up. */
const roundingGpus = 1e-6;

/**
 * Everything that a plan must hold, looked at anew from the problem alone: it shares nothing with those who make plans.
 * Deadlines are not among it: being late is allowed, it is counted (objective.ts).
 */
export function check(problem: PortfolioProblem, solution: PortfolioSolution): Breach[] {
  const breaches: Breach[] = [];
  const tell = (what: Breach['what'], runs: string[], detail: string) =>
    breaches.push({ what, runs, detail });
  const runs = new Map(problem.runs.map((run) => [run.id, run]));
  const found = new Map<string, Assignment>();
  for (const assignment of solution.assignments) {
    const { runId } = assignment;
    if (!runs.has(runId)) tell('run-unknown', [runId], 'is not in the problem');
    if (found.has(runId)) tell('run-twice', [runId], 'is assigned twice');
    found.set(runId, assignment);
  }
  const placed: Placed[] = [];
  for (const run of problem.runs) {
    const assignment = found.get(run.id);
    if (assignment === undefined) {
      tell('run-missing', [run.id], 'has no assignment');
      continue;
    }
    const { poolId, startAt, endAt, gpus, costMicros } = assignment;
    if (poolId === null) {
      if (startAt !== null || endAt !== null || gpus !== 0 || costMicros !== 0)
        tell('half-placed', [run.id], 'has no pool, but times, GPUs or a cost');
      continue;
    }
    if (startAt === null || endAt === null) {
      tell('half-placed', [run.id], 'has a pool, but no times');
      continue;
    }
    const options = run.options.filter(
      (option) => option.poolId === poolId && option.gpus === gpus && option.costMicros === costMicros,
    );
    if (options.length === 0)
      tell('not-an-option', [run.id], `${gpus} GPUs of ${poolId} is none of its options`);
    else if (!options.some(({ durationMs }) => Math.abs(endAt - startAt - durationMs) <= roundingMs))
      tell('wrong-length', [run.id], `takes ${endAt - startAt} ms`);
    if (startAt < Math.max(problem.at, run.earliestAt ?? problem.at))
      tell('too-early', [run.id], `begins at ${startAt}`);
    const nodes = Math.max(1, ...options.map((option) => option.nodes ?? 1));
    placed.push({ id: run.id, poolId, nodes, gpus, startAt, endAt, costMicros, project: run.project });
  }
  for (const run of problem.runs) {
    const startAt = found.get(run.id)?.startAt ?? null;
    if (startAt === null) continue;
    for (const id of run.after) {
      const endAt = found.get(id)?.endAt ?? null;
      if (endAt === null || endAt > startAt) tell('before-dependency', [run.id, id], `begins at ${startAt}`);
    }
  }
  for (const { id, gpus, busy } of problem.pools) {
    const here = placed.filter(({ poolId }) => poolId === id);
    // The load only rises where somebody begins.
    for (const { startAt } of here) {
      const together = here.filter((other) => other.startAt <= startAt && other.endAt > startAt);
      const taken =
        together.reduce((sum, other) => sum + other.gpus, 0) +
        busy.reduce((sum, other) => sum + (other.untilAt > startAt ? other.gpus : 0), 0);
      if (taken > gpus + roundingGpus)
        tell(
          'pool-overfull',
          together.map((other) => other.id),
          `${taken} of ${gpus} GPUs on ${id} at ${startAt}`,
        );
    }
  }
  checkQuotas(problem, placed, tell);
  checkMoney(problem, solution, placed, tell);
  return breaches;
}

interface Placed {
  id: string;
  poolId: string;
  gpus: number;
  nodes: number;
  startAt: number;
  endAt: number;
  costMicros: number;
  project: string | null;
}

/** Of every quota, what the runs on all pools that name it take at once. */
function checkQuotas(
  { pools }: PortfolioProblem,
  placed: readonly Placed[],
  tell: (what: Breach['what'], runs: string[], detail: string) => void,
): void {
  const named = pools.flatMap(({ id, quotas = [] }) => quotas.map((quota) => ({ ...quota, pool: id })));
  for (const [quota, parts] of Map.groupBy(named, ({ id }) => id)) {
    const most = Math.min(...parts.map((part) => part.most));
    const perMachine = new Map(parts.map((part) => [part.pool, part.perMachine]));
    const here = placed.filter(({ poolId }) => perMachine.has(poolId));
    for (const { startAt } of here) {
      const together = here.filter((other) => other.startAt <= startAt && other.endAt > startAt);
      const taken = together.reduce(
        (sum, { poolId, nodes }) => sum + nodes * (perMachine.get(poolId) ?? 0),
        0,
      );
      if (taken > most + roundingGpus)
        tell(
          'over-quota',
          together.map(({ id }) => id),
          `${taken} of ${most} of ${quota} at ${startAt}`,
        );
    }
  }
}

function checkMoney(
  problem: PortfolioProblem,
  solution: PortfolioSolution,
  placed: readonly Placed[],
  tell: (what: Breach['what'], runs: string[], detail: string) => void,
): void {
  const total = placed.reduce((sum, { costMicros }) => sum + costMicros, 0);
  if (problem.budgetMicros !== null && total > problem.budgetMicros)
    tell('over-budget', [], `${total} of ${problem.budgetMicros}`);
  for (const [project, budget] of Object.entries(problem.projectBudgets)) {
    const spent = placed.reduce((sum, run) => sum + (run.project === project ? run.costMicros : 0), 0);
    if (spent > budget) tell('over-project-budget', [], `${spent} of ${budget} for ${project}`);
  }
  const ends = placed.map(({ endAt }) => endAt - problem.at);
  const late = problem.runs.filter(({ id, deadlineAt }) =>
    placed.some((run) => run.id === id && deadlineAt !== null && run.endAt > deadlineAt),
  ).length;
  if (
    solution.placed !== placed.length ||
    solution.costMicros !== total ||
    solution.makespanMs !== Math.max(0, ...ends) ||
    solution.late !== late
  )
    tell('wrong-total', [], `${placed.length} placed, ${late} late, ${total} micros`);
}
