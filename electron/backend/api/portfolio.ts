import type { Portfolio } from '#backend/planner/index.ts';
import { api } from './base.ts';

const never = new AbortController().signal;

/** The procedures of `plan` about many runs: the plan's router takes them in. */
export const portfolioProcedures = (open: () => Promise<Portfolio>) => ({
  pools: api.plan.pools.handler(async () => (await open()).pools()),
  options: api.plan.options.handler(async ({ input }) => (await open()).options(input.demands, input.limits)),
  solve: api.plan.solve.handler(async ({ input, signal = never }) => (await open()).solve(input, signal)),
  cancelSolve: api.plan.cancelSolve.handler(async ({ input }) => (await open()).cancel(input.solveId)),
  compare: api.plan.compare.handler(async ({ input, signal = never }) =>
    (await open()).compare(input.problem, input.strategies, input.scenario, signal),
  ),
  front: api.plan.front.handler(async ({ input, signal = never }) =>
    (await open()).front(input.problem, input.points, input.scenario, input.solveId, signal),
  ),
  accept: api.plan.accept.handler(async ({ input, context }) => (await open()).accept(input, context.actor)),
});
