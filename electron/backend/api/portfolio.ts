import type { Portfolio } from '#backend/planner/index.ts';
import { api } from './base.ts';

const never = new AbortController().signal;

/** The procedures of `plan` about many runs: the plan's router takes them in. */
export const portfolioProcedures = (portfolio: Portfolio) => ({
  pools: api.plan.pools.handler(() => portfolio.pools()),
  options: api.plan.options.handler(({ input }) => portfolio.options(input.demands, input.limits)),
  solve: api.plan.solve.handler(({ input, signal = never }) => portfolio.solve(input, signal)),
  cancelSolve: api.plan.cancelSolve.handler(({ input }) => portfolio.cancel(input.solveId)),
  compare: api.plan.compare.handler(({ input, signal = never }) =>
    portfolio.compare(input.problem, input.strategies, input.scenario, signal),
  ),
  front: api.plan.front.handler(({ input, signal = never }) =>
    portfolio.front(input.problem, input.points, input.scenario, signal),
  ),
  accept: api.plan.accept.handler(({ input, context }) => portfolio.accept(input, context.actor)),
});
