import { gunzipSync, gzipSync } from 'node:zlib';
import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import type { Store } from '#backend/store/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Placement, PlanSummary, PortfolioProblem, SavedPlan } from '#shared/domain/plan.ts';
import { savedPlan } from '#shared/domain/plan.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { OfferTable } from '#shared/planner/offer-table.ts';
import { type PlaceInputs, place, workEngine } from '#shared/planner/place/index.ts';
import {
  type PlaceContent,
  type PlanContent,
  type PortfolioContent,
  planFileName,
  readPlanContent,
  readPlanFile,
  writePlanFile,
} from '#shared/planner/plan-file.ts';
import { summaryOf } from '#shared/planner/plan-summary.ts';
import { limitsOfEach, optionsOf } from '#shared/planner/portfolio/index.ts';
import {
  changesOf,
  type Prices,
  type PriceThen,
  pricesAsked,
  pricesThen,
} from '#shared/planner/price-changes.ts';
import { KeptInputs } from './kept-inputs.ts';

export interface SavedPlansDependencies {
  store: Store;
  events: EventBus;
  activity: Pick<Activity, 'record'>;
  clock: Clock;
  /** Inputs of an answer that was given lately; null: not known any more. */
  recentInputs(hash: string): PlaceInputs | null;
  /** Prices as they are now. */
  catalog: {
    table(): OfferTable;
    egress(): PlaceInputs['egress'];
    storage(): PlaceInputs['storage'];
  };
}

interface PlanRow {
  id: string;
  name: string;
  kind: string;
  createdAt: number;
  changedAt: number;
  inputsHash: string;
  runIds: string;
}
const columns = 'id, name, kind, createdAt, changedAt, inputsHash, runIds';
const mostContentBytes = 256 * 1024 * 1024;

/** What is known of a plan without asking again. */
interface Looked {
  summary: PlanSummary;
  /** The prices that it follows from; null: they are not known any more. */
  before: PriceThen[] | null;
}

/** Plans that somebody wanted to keep: question, answer, and the inputs that the answer follows from. */
export class SavedPlans {
  readonly #dependencies: SavedPlansDependencies;
  readonly #inputs: KeptInputs;
  /** What plans come to and from which prices, so that a list does not unpack them all each time. By id and last change. */
  readonly #known = new Map<string, Looked>();

  constructor(dependencies: SavedPlansDependencies) {
    this.#dependencies = dependencies;
    this.#inputs = new KeptInputs(dependencies.store);
  }

  /** The newest first. */
  list(): SavedPlan[] {
    const rows = this.#dependencies.store.sql.all<PlanRow>(
      `SELECT ${columns} FROM plans ORDER BY changedAt DESC, id`,
    );
    const keys = new Set(rows.map(keyOfRow));
    for (const key of this.#known.keys()) if (!keys.has(key)) this.#known.delete(key);
    const now = this.#pricesNow();
    return rows.map((row) => this.#planOf(row, now));
  }

  /** Throws PLAN_UNKNOWN. */
  open(planId: string): { plan: SavedPlan; content: string } {
    const plan = this.#require(planId);
    return { plan, content: this.#content(planId) };
  }

  /**
   * Keeps a plan, or its new content under the same id. Throws PLAN_FILE_UNREADABLE, PLAN_FILE_BROKEN for what is no plan,
   * PLAN_KIND_OTHER, and PLAN_INPUTS_GONE where a placement's inputs are not known any more.
   */
  save(
    plan: { planId: string; name: string; kind: SavedPlan['kind']; content: string; inputsHash: string },
    actor: Actor,
  ): SavedPlan {
    const { planId, name, kind, inputsHash } = plan;
    const content = readPlanContent(plan.content);
    if (content.kind !== kind) {
      throw new TrainyardError(
        'PLAN_KIND_OTHER',
        `This is a plan of the kind “${content.kind}”, not “${kind}”.`,
        {
          params: { is: content.kind, asked: kind },
        },
      );
    }
    const { store } = this.#dependencies;
    return store.transaction(() => {
      this.#keepInputs(content, inputsHash);
      this.#write({ planId, name, kind, inputsHash, content: plan.content });
      return this.#changed(planId, 'plan.save', actor, { name, kind });
    });
  }

  rename(planId: string, name: string, actor: Actor): SavedPlan {
    const { store, clock } = this.#dependencies;
    return store.transaction(() => {
      const before = this.#require(planId);
      store.sql.run('UPDATE plans SET name = ?, changedAt = ? WHERE id = ?', name, clock.now(), planId);
      return this.#changed(planId, 'plan.rename', actor, { name, before: before.name });
    });
  }

  remove(planId: string, actor: Actor): void {
    const { store, activity, events } = this.#dependencies;
    store.transaction(() => {
      const { name } = this.#require(planId);
      store.sql.run('DELETE FROM plans WHERE id = ?', planId);
      const hashes = store.sql.all<{ inputsHash: string }>('SELECT DISTINCT inputsHash FROM plans');
      this.#inputs.keepOnly(new Set(hashes.map(({ inputsHash }) => inputsHash)));
      activity.record({ actor, action: 'plan.remove', target: name, details: { planId } });
      store.afterCommit(() => events.publish({ type: 'plans.changed' }));
    });
  }

  exportFile(planId: string): { fileName: string; text: string } {
    const { plan, content } = this.open(planId);
    const { name, createdAt, inputsHash } = plan;
    const inputs = this.#inputs.has(inputsHash) ? this.#inputs.export(inputsHash) : null;
    return {
      fileName: planFileName(name, 'trainyard-plan.json'),
      text: writePlanFile({ name, createdAt, inputsHash, content: readPlanContent(content), inputs }),
    };
  }

  /** Throws PLAN_FILE_UNREADABLE, PLAN_FILE_NEWER, PLAN_FILE_BROKEN, PLAN_INPUTS_DAMAGED: nothing is kept then. */
  importFile(planId: string, text: string, actor: Actor): SavedPlan {
    const { store, clock } = this.#dependencies;
    const { name, inputsHash, content, inputs } = readPlanFile(text);
    return store.transaction(() => {
      if (inputs !== null) this.#inputs.import(inputsHash, inputs, clock.now());
      this.#write({ planId, name, kind: content.kind, inputsHash, content: JSON.stringify(content) });
      return this.#changed(planId, 'plan.importFile', actor, { name, kind: content.kind });
    });
  }

  /** The answer anew, from the inputs that were kept with it: the same, on any computer, for ever. */
  recompute(planId: string): { answer: Placement; again: Placement } {
    const { plan, content } = this.open(planId);
    const { answer } = contentOf(readPlanContent(content), 'place');
    const inputs = this.#inputs.read(plan.inputsHash);
    const { demand, limits, objective, at } = answer;
    return {
      answer,
      again: place({ demand, limits, objective, at }, inputs, workEngine(inputs.accelerators)),
    };
  }

  /**
   * What a plan over many runs chooses from, judged anew from the offers that were kept with it: the same as it was, whatever
   * prices have become. All else of its question is in it.
   */
  recomputeProblem(planId: string): { problem: PortfolioProblem; again: PortfolioProblem } {
    const { plan, content } = this.open(planId);
    const { question, sources, limits } = contentOf(readPlanContent(content), 'portfolio');
    const { problem } = question;
    const inputs = this.#inputs.read(plan.inputsHash);
    const engine = workEngine(inputs.accelerators);
    const demands = new Map(sources.map(({ id, demand }) => [id, demand]));
    const runs = problem.runs.map((run) => {
      const demand = demands.get(run.id);
      if (demand === undefined) return run;
      const asked = { demand, limits: limitsOfEach(limits), objective: 'cheapest', at: problem.at } as const;
      return { ...run, options: optionsOf(place(asked, inputs, engine)) };
    });
    return { problem, again: { ...problem, runs } };
  }

  /** Runs that were launched from a plan are told with it. */
  noteRuns(planId: string, runIds: readonly string[]): void {
    const { store, clock, events } = this.#dependencies;
    store.transaction(() => {
      const { runIds: before } = this.#require(planId);
      const all = [...new Set([...before, ...runIds])];
      store.sql.run(
        'UPDATE plans SET runIds = ?, changedAt = ? WHERE id = ?',
        JSON.stringify(all),
        clock.now(),
        planId,
      );
      store.afterCommit(() => events.publish({ type: 'plans.changed' }));
    });
  }

  #keepInputs(content: PlanContent, inputsHash: string): void {
    const { recentInputs, clock } = this.#dependencies;
    if (this.#inputs.has(inputsHash)) return;
    const inputs = recentInputs(inputsHash);
    if (inputs !== null) this.#inputs.keep(inputs, clock.now());
    else if (content.kind === 'place') this.#inputs.read(inputsHash);
  }

  #write(plan: { planId: string; name: string; kind: string; inputsHash: string; content: string }): void {
    const { store, clock } = this.#dependencies;
    const now = clock.now();
    store.sql.run(
      `INSERT INTO plans (id, name, kind, createdAt, changedAt, inputsHash, runIds, content)
       VALUES (?, ?, ?, ?, ?, ?, '[]', ?)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, changedAt = excluded.changedAt,
         inputsHash = excluded.inputsHash, content = excluded.content`,
      plan.planId,
      plan.name,
      plan.kind,
      now,
      now,
      plan.inputsHash,
      gzipSync(plan.content),
    );
  }

  #require(planId: string): SavedPlan {
    const row = this.#dependencies.store.sql.get<PlanRow>(
      `SELECT ${columns} FROM plans WHERE id = ?`,
      planId,
    );
    if (row === undefined) throw planUnknown();
    return this.#planOf(row, this.#pricesNow());
  }

  #content(planId: string): string {
    const row = this.#dependencies.store.sql.get<{ content: Uint8Array }>(
      'SELECT content FROM plans WHERE id = ?',
      planId,
    );
    if (row === undefined) throw planUnknown();
    return gunzipSync(row.content, { maxOutputLength: mostContentBytes }).toString('utf8');
  }

  #pricesNow(): Prices {
    const { catalog } = this.#dependencies;
    return { offers: catalog.table(), egress: catalog.egress(), storage: catalog.storage() };
  }

  #planOf(row: PlanRow, now: Prices): SavedPlan {
    const key = keyOfRow(row);
    const known = this.#known.get(key) ?? this.#look(row, now);
    this.#known.set(key, known);
    const { summary, before } = known;
    return savedPlan.parse({
      ...row,
      runIds: JSON.parse(row.runIds),
      summary,
      priceChanges: before === null ? null : changesOf(before, now),
    });
  }

  #look({ id, inputsHash }: PlanRow, now: Prices): Looked {
    try {
      const content = readPlanContent(this.#content(id));
      const then = this.#inputs.prices(inputsHash, now.offers);
      return {
        summary: summaryOf(content),
        before: then === null ? null : pricesThen(pricesAsked(content), then),
      };
    } catch (thrown) {
      // One plan that cannot be read any more hides none of the others: why is said when it is opened.
      if (!(thrown instanceof TrainyardError)) throw thrown;
      return { summary: { costMicros: null, timeMs: null, prices: null }, before: null };
    }
  }

  #changed(planId: string, action: string, actor: Actor, details: Record<string, unknown>): SavedPlan {
    const { store, activity, events } = this.#dependencies;
    const plan = this.#require(planId);
    activity.record({ actor, action, target: plan.name, details: { planId, ...details } });
    store.afterCommit(() => events.publish({ type: 'plans.changed' }));
    return plan;
  }
}

/** The plan itself, or the one that scenarios change. */
function contentOf<K extends BaseContent['kind']>(
  content: PlanContent,
  kind: K,
): Extract<BaseContent, { kind: K }> {
  const base = content.kind === 'what-if' ? content.base : content;
  if (isKind(base, kind)) return base;
  throw new TrainyardError(
    'PLAN_KIND_OTHER',
    `This is a plan of the kind “${content.kind}”, not “${kind}”.`,
    {
      params: { is: content.kind, asked: kind },
    },
  );
}

type BaseContent = PlaceContent | PortfolioContent;

const isKind = <K extends BaseContent['kind']>(
  content: PlanContent,
  kind: K,
): content is Extract<BaseContent, { kind: K }> => content.kind === kind;

const keyOfRow = ({ id, changedAt }: PlanRow): string => `${id} ${changedAt}`;

const planUnknown = () => new TrainyardError('PLAN_UNKNOWN', 'This plan is not there any more.');
