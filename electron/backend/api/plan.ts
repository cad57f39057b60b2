import type {
  compareBuying,
  expectedWaits,
  Planner,
  Portfolio,
  readModelAt,
} from '#backend/planner/index.ts';
import type { modelFromText, presets } from '#shared/planner/models/index.ts';
import { api } from './base.ts';
import { portfolioProcedures } from './portfolio.ts';

export interface PlanServices {
  planner: Planner;
  portfolio: Portfolio;
  models: { presets: typeof presets; ofText: typeof modelFromText; at: typeof readModelAt };
  compareBuying(
    scenario: Parameters<typeof compareBuying>[0],
    against: Parameters<typeof compareBuying>[1],
  ): ReturnType<typeof compareBuying>;
  expectedWaits(question: Parameters<typeof expectedWaits>[0]): ReturnType<typeof expectedWaits>;
}

/** `open`: planning, loaded with the first question. */
export const planRouter = (open: () => Promise<PlanServices>) =>
  api.plan.router({
    presets: api.plan.presets.handler(async () => [...(await open()).models.presets]),
    readModel: api.plan.readModel.handler(async ({ input }) =>
      (await open()).models.ofText(input.text, input.name),
    ),
    readModelAt: api.plan.readModelAt.handler(async ({ input, signal }) =>
      (await open()).models.at(input.path, signal),
    ),
    fit: api.plan.fit.handler(async ({ input }) => (await open()).planner.fit(input)),
    measured: api.plan.measured.handler(async () => (await open()).planner.measured()),
    probe: api.plan.probe.handler(async ({ input, context }) =>
      (await open()).planner.probes.launch(input, context.actor),
    ),
    demandOf: api.plan.demandOf.handler(async ({ input }) =>
      (await open()).planner.demandOf(input.yaml, input.model, input.setup),
    ),
    place: api.plan.place.handler(async ({ input }) => (await open()).planner.place(input)),
    explain: api.plan.explain.handler(async ({ input }) => (await open()).planner.explain(input)),
    ...portfolioProcedures(async () => (await open()).portfolio),
    breakEven: api.plan.breakEven.handler(async ({ input }) =>
      (await open()).compareBuying(input.scenario, input.against),
    ),
    queue: api.plan.queue.handler(async ({ input }) => (await open()).expectedWaits(input)),
    list: api.plan.list.handler(async () => (await open()).planner.saved.list()),
    open: api.plan.open.handler(async ({ input }) => (await open()).planner.saved.open(input.planId)),
    save: api.plan.save.handler(async ({ input, context }) =>
      (await open()).planner.saved.save(input, context.actor),
    ),
    rename: api.plan.rename.handler(async ({ input, context }) =>
      (await open()).planner.saved.rename(input.planId, input.name, context.actor),
    ),
    remove: api.plan.remove.handler(async ({ input, context }) =>
      (await open()).planner.saved.remove(input.planId, context.actor),
    ),
    exportFile: api.plan.exportFile.handler(async ({ input }) =>
      (await open()).planner.saved.exportFile(input.planId),
    ),
    importFile: api.plan.importFile.handler(async ({ input, context }) =>
      (await open()).planner.saved.importFile(input.planId, input.text, context.actor),
    ),
  });
