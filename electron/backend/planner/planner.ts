import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import type { Store } from '#backend/store/index.ts';
import type { LaunchRequest } from '#shared/contract/runs.ts';
import { because } from '#shared/domain/because.ts';
import type {
  AcceleratorModel,
  CatalogRegion,
  CatalogSource,
  EgressTable,
  OwnCosts,
  StoragePrice,
} from '#shared/domain/catalog.ts';
import type { HourlyRate } from '#shared/domain/cost.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Figure } from '#shared/domain/figure.ts';
import type { FitReport, TimeEstimate } from '#shared/domain/fit.ts';
import type { Placement, PlanLimits, RunDemand } from '#shared/domain/plan.ts';
import type { Quota } from '#shared/domain/quota.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Run } from '#shared/domain/run.ts';
import type { SitePolicy } from '#shared/domain/sensitivity.ts';
import type { CheckedTasks, SpecIssue } from '#shared/domain/spec.ts';
import { task } from '#shared/domain/task-sentences.ts';
import type { Scenario } from '#shared/domain/what-if.ts';
import type { MeasuredThroughput, ModelShape, Setup } from '#shared/domain/workload.ts';
import { acceleratorFinder } from '#shared/planner/accelerators.ts';
import { fit as judgeMemory } from '#shared/planner/fit/index.ts';
import type { OfferTable } from '#shared/planner/offer-table.ts';
import {
  inputsHashOf,
  type Objective,
  type OwnMachine,
  type PlaceInputs,
  place,
  workEngine,
} from '#shared/planner/place/index.ts';
import { estimateTime } from '#shared/planner/time.ts';
import { changesNothing, demandUnder, limitsUnder } from '#shared/planner/what-if.ts';
import type { BuyingInputs } from './buying.ts';
import { demandOfTask } from './demand.ts';
import { measuredLines } from './lines.ts';
import { measuredThroughputs, type RunThroughput } from './measured.ts';
import { catalogNames, type GpuRules, ownMachines } from './own-machines.ts';
import { Probes } from './probe.ts';
import { SavedPlans } from './saved-plans.ts';
import { inputsUnder } from './under-scenario.ts';

/** What planning asks of the catalogue. */
export interface PlannerCatalog {
  table(): OfferTable;
  accelerators(): AcceleratorModel[];
  regions(): CatalogRegion[];
  egress(): EgressTable[];
  storage(): StoragePrice[];
  sources(): CatalogSource[];
  ownCosts(): { machineId: string; costs: OwnCosts; rate: HourlyRate }[];
}

export interface PlannerDependencies {
  store: Store;
  events: EventBus;
  activity: Pick<Activity, 'record'>;
  clock: Clock;
  catalog: PlannerCatalog;
  /** What providers let the user rent at once. */
  quotas(): Quota[];
  /** What sites may hold. */
  policies(): SitePolicy[];
  rules: GpuRules;
  check(yaml: string): CheckedTasks;
  launch(request: LaunchRequest, actor: Actor): Run;
}

export interface PlaceAsked {
  demand: RunDemand;
  limits: PlanLimits;
  objective: Objective;
  scenario: Scenario | null;
}

/** Inputs of so many answers are kept in memory, so that what is shown can be saved. */
const mostRecent = 40;

/** Where one run should go, from what is on this computer. What each call does is said in the contract. */
export class Planner {
  readonly saved: SavedPlans;
  readonly probes: Probes;
  readonly #dependencies: PlannerDependencies;
  readonly #recent = new Map<string, PlaceInputs>();

  constructor(dependencies: PlannerDependencies) {
    this.#dependencies = dependencies;
    this.saved = new SavedPlans({
      ...dependencies,
      recentInputs: (hash) => this.#recent.get(hash) ?? null,
    });
    this.probes = new Probes(dependencies);
  }

  /** Every machine of one's own as planning sees it at a moment. */
  machines(at: number): OwnMachine[] {
    const { store, catalog, policies, rules } = this.#dependencies;
    const costs = new Map(catalog.ownCosts().map((each) => [each.machineId, each]));
    return ownMachines(
      {
        store,
        accelerators: catalog.accelerators(),
        policies: new Map(policies().map((policy) => [policy.siteId, policy])),
        rules,
        lines: measuredLines(store),
        rateOf(machineId) {
          const known = costs.get(machineId);
          return {
            rate: known?.rate ?? unpriced,
            pue: known?.costs.pue ?? null,
            networkGbps: known?.costs.networkGbps ?? null,
          };
        },
      },
      at,
    );
  }

  place({ demand, limits, objective, scenario }: PlaceAsked, at = this.#dependencies.clock.now()): Placement {
    const base = this.#inputs(at);
    const changed = scenario !== null && !changesNothing(scenario) ? scenario : null;
    const inputs = changed === null ? base : inputsUnder(base, changed, at);
    this.#remember(inputs);
    return place(
      {
        demand: changed === null ? demand : demandUnder(demand, changed),
        limits: changed === null ? limits : limitsUnder(limits, changed),
        objective,
        at,
      },
      inputs,
      workEngine(inputs.accelerators),
    );
  }

  /** Throws PLAN_ALTERNATIVE_GONE where there is no such one, or it was excluded before it had a price. */
  explain(question: PlaceAsked & { alternative: number }): { cost: Figure; time: Figure } {
    const { costFigure, timeFigure } = this.place(question).alternatives[question.alternative] ?? {};
    if (costFigure && timeFigure) return { cost: costFigure, time: timeFigure };
    throw new TrainyardError(
      'PLAN_ALTERNATIVE_GONE',
      'There is nothing to explain of this alternative: it has no price and no time. Plan again.',
    );
  }

  /** Throws ACCELERATOR_UNKNOWN, FIT_GPUS_TOO_FEW, FIT_PIPELINE_TOO_DEEP. */
  fit(question: {
    model: ModelShape;
    setup: Setup;
    accelerator: string;
    gpus: number;
    tokens: number | null;
    measured: readonly MeasuredThroughput[];
  }): { fit: FitReport; time: TimeEstimate | null } {
    const { model, setup, gpus, tokens, measured } = question;
    const find = acceleratorFinder(this.#dependencies.catalog.accelerators());
    const accelerator = find(question.accelerator);
    if (accelerator === null) throw acceleratorUnknown(question.accelerator);
    const report = judgeMemory({ model, setup, accelerator, gpus });
    const time =
      tokens === null ? null : estimateTime({ model, setup, accelerator, gpus, tokens, measured, find });
    return { fit: report, time };
  }

  /** What buying is compared with. */
  buying(): BuyingInputs {
    const { catalog } = this.#dependencies;
    return { offers: catalog.table(), accelerators: catalog.accelerators() };
  }

  /** @param setup what steps without any more said of them are taken to be: a global batch of its sequences. */
  measured(setup: Setup | null = null): RunThroughput[] {
    const { store, catalog } = this.#dependencies;
    const tokensOfStep = setup?.kind === 'training' ? setup.globalBatch * setup.sequence : null;
    return measuredThroughputs({ store, nameOf: catalogNames(catalog.accelerators()), tokensOfStep });
  }

  /** What Trainyard itself cannot run yet can be planned all the same. Throws TASK_INVALID. */
  demandOf(yaml: string, model: ModelShape | null, setup: Setup | null): RunDemand[] {
    const { tasks, errors } = this.#dependencies.check(yaml);
    const mistakes = errors.filter(({ kind }) => kind === 'invalid');
    if (mistakes.length > 0 || tasks.length === 0) throw taskRefused(mistakes);
    const measured = model === null ? [] : this.measured(setup);
    return tasks.map((task) =>
      demandOfTask(task, {
        model,
        setup,
        // Another task's speed says nothing of this one's.
        measured: measured.flatMap(({ runName, ...each }) => (runName === task.name ? [each] : [])),
      }),
    );
  }

  #inputs(at: number): PlaceInputs {
    const { catalog } = this.#dependencies;
    return {
      offers: catalog.table(),
      accelerators: catalog.accelerators(),
      regions: catalog.regions(),
      egress: catalog.egress(),
      storage: catalog.storage(),
      machines: this.machines(at),
      quotas: this.#dependencies.quotas(),
      sourceTitles: Object.fromEntries(catalog.sources().map(({ id, title }) => [id, title])),
      priceFactor: 1,
    };
  }

  #remember(inputs: PlaceInputs): void {
    const hash = inputsHashOf(inputs);
    this.#recent.delete(hash);
    this.#recent.set(hash, inputs);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > mostRecent && oldest !== undefined) this.#recent.delete(oldest);
  }
}

const unpriced: HourlyRate = { microsPerHour: 0, basis: 'none', since: 0 };

const acceleratorUnknown = (name: string) =>
  new TrainyardError(
    'ACCELERATOR_UNKNOWN',
    `The catalogue has no accelerator “${name}”. Its names are in the table of offers, and in “trainyard price”.`,
    { params: { name } },
  );

/** As a launch of it would be refused. */
function taskRefused(issues: readonly SpecIssue[]): TrainyardError {
  const [first] = issues;
  const where = first === undefined || first.line === 0 ? '' : `line ${first.line}: `;
  const what = first ?? task('it holds no task');
  return new TrainyardError('TASK_INVALID', `The task file cannot be planned: ${where}${what.message}`, {
    params: { line: first?.line ?? 0, key: first?.key ?? '', ...because('what', what) },
  });
}
