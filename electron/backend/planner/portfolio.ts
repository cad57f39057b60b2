import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import type { Store } from '#backend/store/index.ts';
import type { LaunchRequest } from '#shared/contract/runs.ts';
import type {
  Placement,
  PlaceRef,
  PlanLimits,
  PlanSummary,
  Pool,
  PoolQuota,
  PortfolioProblem,
  PortfolioRun,
  PortfolioSolution,
  RunDemand,
  Strategy,
} from '#shared/domain/plan.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Run } from '#shared/domain/run.ts';
import type { Scenario } from '#shared/domain/what-if.ts';
import type { OwnMachine } from '#shared/planner/place/index.ts';
import { pricesOf } from '#shared/planner/plan-summary.ts';
import { limitsOfEach, optionsOf, ownPools, rentedPools } from '#shared/planner/portfolio/index.ts';
import { problemUnder } from '#shared/planner/what-if.ts';
import { Acceptance, type AcceptRequest } from './acceptance.ts';
import { Solver, type SolverOptions } from './solver/index.ts';

/** How long a better plan is looked for in the background. */
const improveMs = 60_000;

export interface PortfolioDependencies {
  store: Store;
  events: EventBus;
  activity: Pick<Activity, 'record'>;
  clock: Clock;
  /** Judges one run, as plan.place does. */
  judge(demand: RunDemand, limits: PlanLimits, at: number): Placement | Promise<Placement>;
  /** Own machines, as they free up. */
  machines(at: number): OwnMachine[];
  /** Quotas that renting an offer counts against. */
  quotasOf(place: PlaceRef): readonly PoolQuota[];
  /** An accelerator's draw, W, for machines that a scenario buys. */
  powerOf(accelerator: string): number | null;
  /** The runs service's. */
  launch(request: LaunchRequest, actor: Actor): Run;
  /** The content of a saved plan (planContent as JSON). Throws where there is none. */
  openPlan(planId: string): string;
  /** Keeps which runs were launched from a plan. */
  noteRuns(planId: string, runIds: readonly string[]): void;
  /** Where it is to be other than usual. */
  solver?: Partial<SolverOptions>;
}

export interface PortfolioQuestion {
  solveId: string;
  problem: PortfolioProblem;
  strategy: Strategy;
  scenario: Scenario | null;
}

export interface JudgedOptions {
  /** When they were judged, epoch ms. */
  at: number;
  /** What they follow from; null: it changed while they were judged. */
  inputsHash: string | null;
  prices: PlanSummary['prices'];
  runs: PortfolioRun[];
  pools: Pool[];
}

/** Plans for many runs at once: what they may choose from, the plans themselves, and their acceptance. */
export class Portfolio {
  readonly #dependencies: PortfolioDependencies;
  readonly #solver: Solver;
  readonly #acceptance: Acceptance;
  /** Solves that go on, by their id. */
  readonly #going = new Map<string, AbortController>();

  constructor(dependencies: PortfolioDependencies) {
    this.#dependencies = dependencies;
    this.#solver = new Solver({ clock: dependencies.clock, ...dependencies.solver });
    this.#acceptance = new Acceptance(dependencies);
  }

  pools(): Pool[] {
    const at = this.#dependencies.clock.now();
    return ownPools(this.#dependencies.machines(at), at);
  }

  /** Each demand judged on everything there is; demands that differ by their name only are judged once. */
  async options(demands: readonly RunDemand[], limits: PlanLimits): Promise<JudgedOptions> {
    const { clock, judge, quotasOf } = this.#dependencies;
    const at = clock.now();
    const judged = new Map<string, Placement>();
    const runs: PortfolioRun[] = [];
    for (const [index, demand] of demands.entries()) {
      const key = JSON.stringify({ ...demand, name: '' });
      const placement = judged.get(key) ?? (await judge(demand, limitsOfEach(limits), at));
      judged.set(key, placement);
      runs.push({
        id: `run-${index + 1}`,
        name: demand.name,
        priority: 0,
        deadlineAt: limits.deadlineAt,
        earliestAt: null,
        after: [],
        project: null,
        options: optionsOf(placement),
      });
      // Others get their turn between two that are judged.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const named = new Set(runs.flatMap(({ options }) => options.map(({ poolId }) => poolId)));
    const rented = rentedPools([...judged.values()], quotasOf).filter(({ id }) => named.has(id));
    const hashes = new Set([...judged.values()].map(({ inputsHash }) => inputsHash));
    const [inputsHash = null] = hashes.size === 1 ? hashes : [];
    return {
      at,
      inputsHash,
      prices: pricesOf([...judged.values()]),
      runs,
      pools: [...this.pools(), ...rented],
    };
  }

  /** The first answer; better ones are published as plan.improved. The same id again ends what it did before. */
  async solve(question: PortfolioQuestion, signal: AbortSignal): Promise<PortfolioSolution> {
    const { events } = this.#dependencies;
    const { solveId, strategy } = question;
    this.cancel(solveId);
    const going = new AbortController();
    this.#going.set(solveId, going);
    // Whoever asked may be gone before there is an answer; after it, only `cancel` ends the search.
    const gone = () => going.abort();
    signal.addEventListener('abort', gone, { once: true });
    const over = () => {
      if (this.#going.get(solveId) === going) this.#going.delete(solveId);
    };
    try {
      const first = await this.#solver.solve(this.#under(question.problem, question.scenario), strategy, {
        improveMs,
        signal: going.signal,
        improved: (solution) => {
          events.publish({ type: 'plan.improved', solveId, solution });
          if (!solution.improving) over();
        },
      });
      if (!first.improving) over();
      return first;
    } catch (error) {
      over();
      throw error;
    } finally {
      signal.removeEventListener('abort', gone);
    }
  }

  cancel(solveId: string): void {
    this.#going.get(solveId)?.abort();
    this.#going.delete(solveId);
  }

  compare(
    problem: PortfolioProblem,
    strategies: readonly Strategy[],
    scenario: Scenario | null,
    signal: AbortSignal,
  ): Promise<PortfolioSolution[]> {
    return this.#solver.compare(this.#under(problem, scenario), strategies, signal);
  }

  front(
    problem: PortfolioProblem,
    points: number,
    scenario: Scenario | null,
    solveId: string | null,
    signal: AbortSignal,
  ): Promise<PortfolioSolution[]> {
    const { events } = this.#dependencies;
    return this.#solver.front(this.#under(problem, scenario), points, signal, (made, of) => {
      if (solveId !== null) events.publish({ type: 'plan.frontMade', solveId, made, of });
    });
  }

  accept(request: AcceptRequest, actor: Actor) {
    return this.#acceptance.accept(request, actor);
  }

  async close(): Promise<void> {
    for (const going of this.#going.values()) going.abort();
    this.#going.clear();
    await this.#solver.close();
  }

  #under(problem: PortfolioProblem, scenario: Scenario | null): PortfolioProblem {
    return scenario === null ? problem : problemUnder(problem, scenario, this.#dependencies.powerOf);
  }
}
