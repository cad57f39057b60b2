import type { Logger } from 'pino';
import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import type { Store } from '#backend/store/index.ts';
import type { Budget, BudgetState, CostSummary, IdleCost, RunCost } from '#shared/domain/cost.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import type { Figure } from '#shared/domain/figure.ts';
import type { Actor } from '#shared/domain/role.ts';
import { csvMoney } from '#shared/planner/csv-money.ts';
import { giveAlerts } from './alerts.ts';
import { budgetState, paceFrom } from './budget-state.ts';
import { BudgetsTable } from './budgets.ts';
import type { Charge } from './charge.ts';
import { type ExportWhat, exportCosts } from './export.ts';
import { idleOf } from './idle.ts';
import { UsageLedger } from './ledger.ts';
import { budgetPeriod, checkedPeriod, dayCuts, type Period } from './period.ts';
import type { RateSource } from './rates.ts';
import { runCostFigure, runCostOf } from './run-cost.ts';
import { RunFactsTable } from './run-facts.ts';
import { paidUnused, type Spending, spendingBetween } from './spending.ts';
import { summarise } from './summary.ts';

export interface CostsDependencies {
  store: Store;
  events: EventBus;
  activity: Pick<Activity, 'record'>;
  clock: Clock;
  log: Pick<Logger, 'warn'>;
  rates: RateSource;
}

export interface RunsAsked extends Period {
  project?: string | null | undefined;
  user?: string | null | undefined;
  limit: number;
}

/** How often budgets are looked at where nothing happens; asleep in between, they are looked at once. */
const lookEveryMs = 5 * 60_000;
/** Several runs that begin or end together are looked at together. */
const settleMs = 2_000;

/** What was spent, by whom, for what, and what will be. What each call does is said in the contract. */
export class Costs {
  readonly #dependencies: CostsDependencies;
  readonly #ledger: UsageLedger;
  readonly #facts: RunFactsTable;
  readonly #budgets: BudgetsTable;
  readonly #ending = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #endSubscription: () => void = () => undefined;
  #settling = false;

  constructor(dependencies: CostsDependencies) {
    this.#dependencies = dependencies;
    this.#ledger = new UsageLedger(dependencies.store);
    this.#facts = new RunFactsTable(dependencies.store);
    this.#budgets = new BudgetsTable(dependencies.store);
  }

  /** Takes in what happened while nobody counted, and listens. Call once, before runs are. */
  start(): void {
    this.#follow();
    this.#endSubscription = this.#dependencies.events.subscribe((event) => this.#hear(event));
    this.#do(() => this.#keepLooking());
  }

  async close(): Promise<void> {
    this.#endSubscription();
    this.#ending.abort(new Error('closing'));
    while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay]);
  }

  summary(asked: Period): CostSummary {
    const period = checkedPeriod(asked);
    const cuts = dayCuts(period);
    const spending = this.#spending(cuts);
    const facts = this.#facts.all(runIdsOf(spending.charges));
    return summarise(period, spending, facts, this.#idle(cuts, spending));
  }

  runs({ project, user, limit, ...asked }: RunsAsked): RunCost[] {
    const period = checkedPeriod(asked);
    const runIds = runIdsOf(this.#spending([period.from, period.to]).charges);
    const facts = this.#facts.all(runIds);
    const wanted = runIds.filter((id) => {
      const own = facts.get(id);
      const fits = (asks: string | null | undefined, is: string | null | undefined) =>
        asks === undefined || asks === (is ?? null);
      return fits(project, own?.project) && fits(user, own?.user);
    });
    return this.#costsOf(wanted, period)
      .map(({ cost }) => cost)
      .sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0) || (a.runId < b.runId ? -1 : 1))
      .slice(0, limit);
  }

  /** Throws RUN_UNKNOWN. */
  run(runId: string): { cost: RunCost; figure: Figure } {
    const facts = this.#known(runId);
    const { rates, store, clock } = this.#dependencies;
    const [found] = this.#costsOf([runId], null);
    const cost =
      found?.cost ??
      runCostOf({
        facts,
        summary: store.runs.summary(runId),
        charges: [],
        period: null,
        rates,
        now: clock.now(),
      });
    return { cost, figure: runCostFigure(cost, found?.charges ?? [], rates) };
  }

  setProject(runId: string, project: string | null, actor: Actor): void {
    const { store, activity } = this.#dependencies;
    const { name, project: before } = this.#known(runId);
    store.transaction(() => {
      this.#facts.setProject(runId, project);
      activity.record({
        actor,
        action: 'run.setProject',
        target: runId,
        details: { name, project, before },
      });
      this.#changed();
    });
  }

  setPlanned(
    runId: string,
    planned: { planId: string | null; micros: number; ms: number },
    actor: Actor,
  ): void {
    const { store, activity } = this.#dependencies;
    const { name } = this.#known(runId);
    store.transaction(() => {
      this.#facts.setPlanned(runId, planned);
      activity.record({ actor, action: 'run.setPlanned', target: runId, details: { name, ...planned } });
      this.#changed();
    });
  }

  projects(): string[] {
    return this.#facts.projects();
  }

  budgets(): BudgetState[] {
    const now = this.#now();
    const spendings = new Map<Budget['period'], { period: Period; charges: Charge[] }>();
    return this.#budgets.list().map((budget) => {
      const period = budgetPeriod(budget.period, now);
      const spending = spendings.get(budget.period) ?? {
        period,
        charges: this.#spending(rising([period.from, paceFrom(period, now), period.to])).charges,
      };
      spendings.set(budget.period, spending);
      const own = this.#ofBudget(budget, spending.charges);
      const lately = own.filter(({ from }) => from >= paceFrom(period, now));
      const sum = (charges: readonly Charge[]) => charges.reduce((total, { micros }) => total + micros, 0);
      return budgetState(budget, period, { spentMicros: sum(own), lately: sum(lately) }, now);
    });
  }

  setBudget(given: Omit<Budget, 'createdAt'>, actor: Actor): Budget {
    const { store, activity } = this.#dependencies;
    const before = this.#budgets.get(given.id);
    const budget: Budget = {
      ...given,
      alertAt: [...new Set(given.alertAt)].sort((a, b) => a - b),
      createdAt: before?.createdAt ?? this.#now(),
    };
    store.transaction(() => {
      this.#budgets.set(budget);
      const { id, createdAt: _, ...details } = budget;
      activity.record({ actor, action: 'budget.set', target: id, details });
      this.#changed();
    });
    return budget;
  }

  /** Throws BUDGET_UNKNOWN. */
  removeBudget(budgetId: string, actor: Actor): void {
    const { store, activity } = this.#dependencies;
    store.transaction(() => {
      const { name } = this.#budgets.remove(budgetId);
      activity.record({ actor, action: 'budget.remove', target: budgetId, details: { name } });
      this.#changed();
    });
  }

  export({ what, ...period }: Period & { what: ExportWhat }): { fileName: string; text: string } {
    const summary = this.summary(period);
    const runs = what === 'runs' ? this.runs({ ...period, limit: Number.POSITIVE_INFINITY }) : [];
    return exportCosts(what, summary, runs, csvMoney(this.#dependencies.store.settings.get()));
  }

  /** Takes in what attempts say now and gives the alerts that are due. For tests, and for who cannot wait for the next look. */
  look(): void {
    this.#follow();
    giveAlerts({ store: this.#dependencies.store, budgets: this.#budgets }, this.budgets(), this.#now());
  }

  #now(): number {
    return Math.round(this.#dependencies.clock.now());
  }

  #spending(cuts: readonly number[]): Spending {
    return spendingBetween({ ledger: this.#ledger, rates: this.#dependencies.rates }, cuts, this.#now());
  }

  /** Each run's cost from its beginning until now. */
  #costsOf(runIds: readonly string[], period: Period | null): { cost: RunCost; charges: Charge[] }[] {
    const { store, rates } = this.#dependencies;
    const now = this.#now();
    const begin = this.#ledger.beginning(runIds);
    if (begin === null) return [];
    const cuts = rising([
      Math.min(begin, now - 1),
      ...(period === null ? [] : [period.from, period.to]),
      now,
    ]);
    const facts = this.#facts.all(runIds);
    const own = new Map<string, Charge[]>(runIds.map((id) => [id, []]));
    for (const charge of this.#spending(cuts).charges) own.get(charge.use.runId)?.push(charge);
    return [...own].flatMap(([runId, charges]) => {
      const known = facts.get(runId);
      if (known === undefined || charges.length === 0) return [];
      const summary = store.runs.summary(runId);
      return [{ cost: runCostOf({ facts: known, summary, charges, period, rates, now }), charges }];
    });
  }

  #idle(cuts: readonly number[], { charges, paid }: Spending): IdleCost[] {
    const { store, rates } = this.#dependencies;
    const now = this.#now();
    const idle = store.machines.ids().flatMap((id) => {
      const history = rates.ratesOf(id);
      const machine = history.length === 0 ? undefined : store.machines.get(id);
      if (machine === undefined) return [];
      const its = charges.filter(({ use }) => use.machineId === id);
      return idleOf(machine, paid.get(id) ?? paidUnused(history, cuts, now), its) ?? [];
    });
    return idle.sort((a, b) => b.idleMicros - a.idleMicros || (a.machineName < b.machineName ? -1 : 1));
  }

  #ofBudget({ project, user }: Budget, charges: readonly Charge[]): Charge[] {
    if (project === null && user === null) return [...charges];
    const facts = this.#facts.all(runIdsOf(charges));
    return charges.filter(({ use }) => {
      const own = facts.get(use.runId);
      return (project === null || own?.project === project) && (user === null || own?.user === user);
    });
  }

  /** Also of runs that nobody has looked at yet. Throws RUN_UNKNOWN. */
  #known(runId: string) {
    this.#facts.follow(runId);
    this.#ledger.follow(runId);
    return this.#facts.require(runId);
  }

  #follow(): void {
    const facts = this.#facts.follow();
    const usage = this.#ledger.follow();
    const closed = this.#ledger.closeForgotten(this.#now());
    if (facts || usage || closed) this.#changed();
  }

  #hear(event: AppEvent): void {
    try {
      this.#take(event);
    } catch (error) {
      // Who changed the run must not fail for it, and the next look takes it in.
      this.#dependencies.log.warn({ err: error }, 'the use of a machine could not be written down');
    }
  }

  #take(event: AppEvent): void {
    if (event.type === 'run.changed') {
      this.#facts.follow(event.run.id);
      if (this.#ledger.follow(event.run.id)) this.#changed();
    } else if (event.type === 'run.removed') {
      this.#ledger.closeForgotten(this.#now());
      this.#changed();
    } else if (event.type === 'catalog.changed') this.#changed();
  }

  /** Pages ask again, and budgets are looked at once things have settled. */
  #changed(): void {
    const { store, events } = this.#dependencies;
    store.afterCommit(() => {
      events.publish({ type: 'costs.changed' });
      if (this.#settling || this.#ending.signal.aborted) return;
      this.#settling = true;
      this.#do(async () => {
        await this.#dependencies.clock.sleep(settleMs, this.#ending.signal);
        this.#settling = false;
        this.#lookSafely();
      });
    });
  }

  async #keepLooking(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      await this.#dependencies.clock.sleep(lookEveryMs, this.#ending.signal);
      this.#lookSafely();
    }
  }

  #lookSafely(): void {
    try {
      this.look();
    } catch (error) {
      this.#dependencies.log.warn({ err: error }, 'costs could not be looked at');
    }
  }

  #do(work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => {
        // Only waiting can end early, and only by `close`.
        if (!this.#ending.signal.aborted) throw error;
      })
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }
}

const runIdsOf = (charges: readonly Charge[]): string[] => [...new Set(charges.map(({ use }) => use.runId))];

const rising = (cuts: readonly number[]): number[] => [...new Set(cuts)].sort((a, b) => a - b);
