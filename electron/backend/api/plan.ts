import {
  compareBuying,
  expectedWaits,
  type Planner,
  type Portfolio,
  readModelAt,
  type WaitSources,
} from '#backend/planner/index.ts';
import { modelFromText, presets } from '#shared/planner/models/index.ts';
import { api } from './base.ts';
import { portfolioProcedures } from './portfolio.ts';

export interface PlanServices {
  planner: Planner;
  portfolio: Portfolio;
  waits: WaitSources;
}

export const planRouter = ({ planner, portfolio, waits }: PlanServices) =>
  api.plan.router({
    presets: api.plan.presets.handler(() => [...presets]),
    readModel: api.plan.readModel.handler(({ input }) => modelFromText(input.text, input.name)),
    readModelAt: api.plan.readModelAt.handler(({ input, signal }) => readModelAt(input.path, signal)),
    fit: api.plan.fit.handler(({ input }) => planner.fit(input)),
    measured: api.plan.measured.handler(() => planner.measured()),
    probe: api.plan.probe.handler(({ input, context }) => planner.probes.launch(input, context.actor)),
    demandOf: api.plan.demandOf.handler(({ input }) =>
      planner.demandOf(input.yaml, input.model, input.setup),
    ),
    place: api.plan.place.handler(({ input }) => planner.place(input)),
    explain: api.plan.explain.handler(({ input }) => planner.explain(input)),
    ...portfolioProcedures(portfolio),
    breakEven: api.plan.breakEven.handler(({ input }) =>
      compareBuying(input.scenario, input.against, planner.buying()),
    ),
    queue: api.plan.queue.handler(({ input }) => expectedWaits(input, waits)),
    list: api.plan.list.handler(() => planner.saved.list()),
    open: api.plan.open.handler(({ input }) => planner.saved.open(input.planId)),
    save: api.plan.save.handler(({ input, context }) => planner.saved.save(input, context.actor)),
    rename: api.plan.rename.handler(({ input, context }) =>
      planner.saved.rename(input.planId, input.name, context.actor),
    ),
    remove: api.plan.remove.handler(({ input, context }) =>
      planner.saved.remove(input.planId, context.actor),
    ),
    exportFile: api.plan.exportFile.handler(({ input }) => planner.saved.exportFile(input.planId)),
    importFile: api.plan.importFile.handler(({ input, context }) =>
      planner.saved.importFile(input.planId, input.text, context.actor),
    ),
  });
