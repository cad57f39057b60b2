import { api } from '#backend/api/index.ts';
import type { EventBus } from '#backend/events.ts';
import { compareBuying, expectedWaits } from '#backend/planner/index.ts';
import { usualTrainingOf } from '#renderer/features/fit/question.ts';
import type { AcceleratorModel } from '#shared/domain/catalog.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { PortfolioProblem, PortfolioSolution, SavedPlan, Strategy } from '#shared/domain/plan.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import type { Scenario } from '#shared/domain/what-if.ts';
import { acceleratorFinder } from '#shared/planner/accelerators.ts';
import { fit as judgeMemory } from '#shared/planner/fit/index.ts';
import { findPreset, presets } from '#shared/planner/models/index.ts';
import type { OfferTable } from '#shared/planner/offer-table.ts';
import { planFileName, readPlanContent, readPlanFile, writePlanFile } from '#shared/planner/plan-file.ts';
import { summaryOf } from '#shared/planner/plan-summary.ts';
import { byRule, readProblem, tellConflict, toSolution } from '#shared/planner/portfolio/index.ts';
import { estimateTime } from '#shared/planner/time.ts';
import { asItStands, demandUnder, limitsUnder, problemUnder } from '#shared/planner/what-if.ts';
import { fixtureId } from './fixture-data.ts';
import {
  fixtureDemand,
  fixturePlacement,
  fixturePools,
  fixturePriceChanges,
  fixtureProblem,
  fixtureRuns,
} from './fixture-plan-data.ts';

const hour = 3_600_000;

interface Surroundings {
  now: number;
  events: EventBus;
  machines: readonly Machine[];
  runs: ReadonlyMap<string, RunSummary>;
  catalog: { accelerators: readonly AcceleratorModel[]; offers(): OfferTable };
}

/** What is known of a plan before its content has been looked at. */
type Kept = Omit<SavedPlan, 'summary' | 'priceChanges'>;

/** Planning that only pretends: places are made up, plans over many runs are the real arithmetic without its solver. */
export function fixturePlans({ now, events, machines, runs, catalog }: Surroundings) {
  const saved = new Map<string, { plan: SavedPlan; content: string }>();
  const keep = (known: Kept, content: string): SavedPlan => {
    const summary = summaryOf(readPlanContent(content));
    const plan = {
      ...known,
      summary,
      priceChanges: summary.prices === null ? null : fixturePriceChanges(known.createdAt < now - 24 * hour),
    };
    saved.set(plan.id, { plan, content });
    events.publish({ type: 'plans.changed' });
    return plan;
  };
  const find = (planId: string) => {
    const found = saved.get(planId);
    if (!found) throw new TrainyardError('PLAN_UNKNOWN', 'There is no such plan (any more).');
    return found;
  };
  const placed = (
    scenario: Scenario | null,
    question: Pick<Parameters<typeof place>[0], 'demand' | 'limits' | 'objective'>,
  ) => place({ ...question, scenario });
  function place({
    demand,
    limits,
    objective,
    scenario,
  }: {
    demand: typeof fixtureDemand;
    limits: Parameters<typeof fixturePlacement>[2];
    objective: Parameters<typeof fixturePlacement>[3];
    scenario: Scenario | null;
  }) {
    if (!scenario) return fixturePlacement(now, demand, limits, objective);
    const factor = (1 + scenario.pricePercent / 100) * (1 + scenario.workPercent / 100);
    return fixturePlacement(
      now,
      demandUnder(demand, scenario),
      limitsUnder(limits, scenario),
      objective,
      factor,
    );
  }
  keepExamples(keep, now, placed);
  keepFit(keep, now, catalog.accelerators);
  return api.plan.router({
    presets: api.plan.presets.handler(() => [...presets]),
    readModel: api.plan.readModel.handler(() => first(presets)),
    readModelAt: api.plan.readModelAt.handler(() => first(presets)),
    fit: api.plan.fit.handler(({ input: { model, setup, gpus, tokens, measured, accelerator } }) => {
      const models = acceleratorFinder(catalog.accelerators);
      const found = models(accelerator);
      if (!found) throw new TrainyardError('ACCELERATOR_UNKNOWN', `${accelerator} is not known.`);
      const about = { model, setup, accelerator: found, gpus };
      return {
        fit: judgeMemory(about),
        time: tokens === null ? null : estimateTime({ ...about, tokens, measured, find: models }),
      };
    }),
    measured: api.plan.measured.handler(() => []),
    probe: api.plan.probe.handler(() => ({ runId: fixtureId('r', 0) })),
    demandOf: api.plan.demandOf.handler(({ input }) => {
      const name = /^name:\s*(\S+)/m.exec(input.yaml)?.[1] ?? 'run';
      return [{ ...fixtureDemand, name, model: input.model, setup: input.setup }];
    }),
    place: api.plan.place.handler(({ input }) => place(input)),
    explain: api.plan.explain.handler(({ input }) => {
      const one = place(input).alternatives[input.alternative];
      if (!one?.costFigure || !one.timeFigure)
        throw new TrainyardError('NOT_FOUND', 'It is not there (any more).');
      return { cost: one.costFigure, time: one.timeFigure };
    }),
    pools: api.plan.pools.handler(() => fixturePools(now)),
    options: api.plan.options.handler(({ input }) => ({
      at: now,
      inputsHash: null,
      prices: { oldestAt: now - 400 * hour, newestAt: now - 90 * hour },
      runs: fixtureRuns(now, input.demands.length),
      pools: fixturePools(now),
    })),
    solve: api.plan.solve.handler(({ input }) =>
      solved(input.scenario ? problemUnder(input.problem, input.scenario) : input.problem, input.strategy),
    ),
    cancelSolve: api.plan.cancelSolve.handler(() => undefined),
    compare: api.plan.compare.handler(({ input }) =>
      input.strategies.map((strategy) => solved(input.problem, strategy)),
    ),
    front: api.plan.front.handler(({ input }) =>
      (['fastest', 'balanced', 'cheapest'] as const)
        .map((strategy) => solved(input.problem, strategy))
        .sort((a, b) => a.makespanMs - b.makespanMs)
        .filter((one, index, all) => all.slice(0, index).every(({ objective }) => objective > one.objective)),
    ),
    accept: api.plan.accept.handler(({ input }) =>
      input.runs.map(({ runId }, index) => ({ runId, queued: fixtureId('r', index), why: null })),
    ),
    breakEven: api.plan.breakEven.handler(({ input }) =>
      compareBuying(input.scenario, input.against, {
        offers: catalog.offers(),
        accelerators: catalog.accelerators,
      }),
    ),
    queue: api.plan.queue.handler(({ input }) =>
      expectedWaits(input, {
        machine: (id) => machines.find((machine) => machine.id === id),
        runsOn: (id) => [...runs.values()].filter(({ machineId }) => machineId === id),
      }),
    ),
    list: api.plan.list.handler(() => [...saved.values()].map(({ plan }) => plan)),
    open: api.plan.open.handler(({ input }) => find(input.planId)),
    save: api.plan.save.handler(({ input: { planId, name, kind, content, inputsHash } }) =>
      keep({ id: planId, name, kind, createdAt: now, changedAt: now, inputsHash, runIds: [] }, content),
    ),
    rename: api.plan.rename.handler(({ input }) => {
      const { plan, content } = find(input.planId);
      return keep({ ...plan, name: input.name }, content);
    }),
    remove: api.plan.remove.handler(({ input }) => {
      saved.delete(input.planId);
      events.publish({ type: 'plans.changed' });
    }),
    exportFile: api.plan.exportFile.handler(({ input }) => {
      const { plan, content } = find(input.planId);
      const { name, createdAt, inputsHash } = plan;
      const text = writePlanFile({
        name,
        createdAt,
        inputsHash,
        content: readPlanContent(content),
        inputs: null,
      });
      return { fileName: planFileName(name, 'trainyard-plan.json'), text };
    }),
    importFile: api.plan.importFile.handler(({ input }) => {
      const { name, inputsHash, content } = readPlanFile(input.text);
      const plan = {
        id: input.planId,
        name,
        kind: content.kind,
        createdAt: now,
        changedAt: now,
        inputsHash,
        runIds: [],
      };
      return keep(plan, JSON.stringify(content));
    }),
  });
}

function first<T>(all: readonly T[]): T {
  const [one] = all;
  if (one === undefined) throw new TrainyardError('NOT_FOUND', 'It is not there (any more).');
  return one;
}

/** By the rule, the optimal one by the greedy rule with a made-up proof; who is late is said to be in conflict. */
function solved(problem: PortfolioProblem, strategy: Strategy): PortfolioSolution {
  const schedule = byRule(readProblem(problem), strategy === 'optimal' ? 'cheapest' : strategy);
  const found = toSolution(schedule, { strategy, bound: null, improving: false, tookMs: 310, conflict: [] });
  const deadlines = new Map(problem.runs.map(({ id, name, deadlineAt }) => [id, { name, deadlineAt }]));
  const late = found.assignments.filter(
    ({ runId, endAt }) => (endAt ?? 0) > (deadlines.get(runId)?.deadlineAt ?? Number.POSITIVE_INFINITY),
  );
  const instance = readProblem(problem);
  const parts = late.slice(0, 3).flatMap(({ runId }) => {
    const job = instance.jobs.findIndex(({ run }) => run.id === runId);
    return job < 0 ? [] : [{ kind: 'run', job } as const];
  });
  return {
    ...found,
    ...(strategy === 'optimal' ? { gap: 0.0031, bound: found.objective / 1.0031 } : {}),
    conflict: parts.length > 0 ? tellConflict(instance, parts, true) : [],
  };
}

/** One saved plan of each kind that has a page of its own. */
function keepExamples(
  keep: (plan: Kept, content: string) => SavedPlan,
  now: number,
  placed: (
    scenario: Scenario | null,
    question: { demand: typeof fixtureDemand; limits: typeof noLimits; objective: 'balanced' },
  ) => ReturnType<typeof fixturePlacement>,
): void {
  const question = {
    demand: fixtureDemand,
    limits: noLimits,
    objective: 'balanced' as const,
    scenario: null,
  };
  const plan = (
    number: number,
    name: string,
    kind: SavedPlan['kind'],
    age: number,
    runIds: string[] = [],
  ) => ({
    id: fixtureId('p', number),
    name,
    kind,
    createdAt: now - age,
    changedAt: now - age,
    inputsHash: '5d41402abc4b2a76',
    runIds,
  });
  keep(
    plan(0, 'SFT before the deadline', 'place', 5 * hour),
    JSON.stringify({ kind: 'place', yaml: null, question, answer: placed(null, question) }),
  );
  const problem = fixtureProblem(now, 24);
  keep(
    plan(1, 'December, all projects', 'portfolio', 49 * hour, [fixtureId('r', 1), fixtureId('r', 2)]),
    JSON.stringify({
      kind: 'portfolio',
      sources: problem.runs.map(({ id, name }) => ({ id, yaml: null, demand: { ...fixtureDemand, name } })),
      limits: noLimits,
      question: { problem, strategy: 'optimal', scenario: null },
      answer: solved(problem, 'optimal'),
      prices: { oldestAt: now - 400 * hour, newestAt: now - 90 * hour },
    }),
  );
  const dearer = { ...asItStands, id: 'dearer', name: 'Prices +20 %', pricePercent: 20 };
  const noSpot = { ...asItStands, id: 'no-spot', name: 'Spot off', spotOff: true };
  keep(
    plan(2, 'SFT, if prices rise', 'what-if', 20 * hour),
    JSON.stringify({
      kind: 'what-if',
      base: { kind: 'place', yaml: null, question, answer: placed(null, question) },
      scenarios: [dearer, noSpot].map((scenario) => ({
        scenario,
        place: placed(scenario, question),
        portfolio: null,
      })),
    }),
  );
}

/** A saved fit that is close: what would help is part of its page. */
function keepFit(
  keep: (plan: Kept, content: string) => SavedPlan,
  now: number,
  accelerators: readonly AcceleratorModel[],
): void {
  const models = acceleratorFinder(accelerators);
  const [model, accelerator] = [findPreset('Llama-3.1-8B'), models('H100')];
  if (!model || !accelerator) throw new Error('neither the model nor the GPU of the example is there');
  const tokens = 2e9;
  const question = { model, setup: usualTrainingOf(model), accelerator, gpus: 2 };
  keep(
    {
      id: fixtureId('p', 3),
      name: 'Llama on two H100',
      kind: 'fit',
      createdAt: now - 3 * hour,
      changedAt: now - 3 * hour,
      inputsHash: '5d41402abc4b2a76',
      runIds: [],
    },
    JSON.stringify({
      kind: 'fit',
      question: { ...question, accelerator: accelerator.name, tokens },
      answer: {
        fit: judgeMemory(question),
        time: estimateTime({ ...question, tokens, measured: [], find: models }),
      },
    }),
  );
}

const noLimits = {
  deadlineAt: null,
  budgetMicros: null,
  maxCarbonGrams: null,
  providers: [],
  excludedProviders: [],
  offerLabels: {},
};
