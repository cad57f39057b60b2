import type { Costs } from '#backend/costs/index.ts';
import { api } from './base.ts';

export const costsRouter = (costs: Costs) =>
  api.costs.router({
    summary: api.costs.summary.handler(({ input }) => costs.summary(input)),
    runs: api.costs.runs.handler(({ input }) => costs.runs(input)),
    run: api.costs.run.handler(({ input }) => costs.run(input.runId)),
    setProject: api.costs.setProject.handler(({ input, context }) =>
      costs.setProject(input.runId, input.project, context.actor),
    ),
    setPlanned: api.costs.setPlanned.handler(({ input: { runId, ...planned }, context }) =>
      costs.setPlanned(runId, planned, context.actor),
    ),
    projects: api.costs.projects.handler(() => costs.projects()),
    budgets: api.costs.budgets.handler(() => costs.budgets()),
    setBudget: api.costs.setBudget.handler(({ input, context }) => costs.setBudget(input, context.actor)),
    removeBudget: api.costs.removeBudget.handler(({ input, context }) =>
      costs.removeBudget(input.budgetId, context.actor),
    ),
    export: api.costs.export.handler(({ input }) => costs.export(input)),
  });
