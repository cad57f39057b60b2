import { modelFromText, presets } from '#shared/planner/models/index.ts';
import type { PlanServices } from './api/plan.ts';
import type { Catalog } from './catalog/index.ts';
import {
  compareBuying,
  expectedWaits,
  Planner,
  type PlannerDependencies,
  Portfolio,
  poolQuotas,
  readModelAt,
  type WaitSources,
} from './planner/index.ts';
import type { Quotas } from './quotas/index.ts';
import { heldByOthers, type RunsService, usable } from './runs/index.ts';
import type { Sensitivity } from './sensitivity/index.ts';

interface PlanningDependencies extends Pick<PlannerDependencies, 'store' | 'events' | 'activity' | 'clock'> {
  catalog: Catalog;
  quotas: Quotas;
  sensitivity: Sensitivity;
  runs: RunsService;
}

/** Newest runs that waits are measured from, per machine. */
const measuredRuns = 500;

/** The rooms of planning, with what they know of runs; main.ts opens them when somebody plans. */
export function openPlanning(dependencies: PlanningDependencies): PlanServices & { close(): Promise<void> } {
  const { store, events, activity, clock, catalog, quotas, sensitivity, runs } = dependencies;
  const planner = new Planner({
    ...dependencies,
    quotas: () => quotas.list(),
    policies: () => sensitivity.policies(),
    rules: { usable, heldByOthers },
    check: (yaml) => runs.check(yaml, {}),
    launch: (request, actor) => runs.launch(request, actor),
  });
  const portfolio = new Portfolio({
    store,
    events,
    activity,
    clock,
    judge: (demand, limits, at) =>
      planner.place({ demand, limits, objective: 'cheapest', scenario: null }, at),
    machines: (at) => planner.machines(at),
    quotasOf: (place) => poolQuotas(place, catalog.offer(place.id), quotas.list()),
    powerOf: (accelerator) => catalog.accelerator(accelerator)?.powerW ?? null,
    launch: (request, actor) => runs.launch(request, actor),
    openPlan: (planId) => planner.saved.open(planId).content,
    noteRuns: (planId, runIds) => planner.saved.noteRuns(planId, runIds),
  });
  const waits: WaitSources = {
    machine: (id) => store.machines.get(id),
    runsOn: (machineId) =>
      store.runs.list({
        search: '',
        states: [],
        machineId,
        archived: false,
        sort: 'created',
        descending: true,
        offset: 0,
        limit: measuredRuns,
      }).rows,
  };
  return {
    planner,
    portfolio,
    models: { presets, ofText: modelFromText, at: readModelAt },
    compareBuying: (scenario, against) => compareBuying(scenario, against, planner.buying()),
    expectedWaits: (question) => expectedWaits(question, waits),
    async close() {
      await portfolio.close();
    },
  };
}
