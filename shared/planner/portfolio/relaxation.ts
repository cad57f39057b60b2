import { type Choice, type Instance, item, type Job, quotaTimetables, timetables } from './instance.ts';
import { lateDollars, leastLateDollars } from './objective.ts';
import type { Timetable } from './timetable.ts';
import { microsPerDollar, msPerHour } from './units.ts';

/** A limit that many runs share: what they use of it together may not be more than `most`. */
export type Limit =
  | { kind: 'pool'; pool: number; untilAt: number; most: number }
  | { kind: 'quota'; quota: number; untilAt: number; most: number }
  | { kind: 'budget'; most: number }
  | { kind: 'project'; project: string; most: number };

/** One way to place a run, and what it uses of which limits. */
export interface Column {
  job: number;
  /** An option in time; null: late, wherever. */
  choice: Choice | null;
  /** What taking it counts. */
  counts: number;
  /** Limits by index: of its pool, each of which it takes so many GPU hours of, and budgets, of which it takes so many dollars. */
  windows: readonly number[];
  hours: number;
  /** The same of quotas, each with hours of its own unit. */
  held: readonly { limit: number; hours: number }[];
  budgets: readonly number[];
  dollars: number;
}

/** The limits of a pool. Of those that it must be done by, a run counts in all that are not before its deadline. */
interface Windows {
  untilAt: number[];
  /** By the first of them, that and all after it. */
  from: number[][];
}

/** Dollars that no budget reaches. */
const unlimited = 1e12;

/** Instants until which a pool's GPU hours are counted: more bring the relaxation nearer to a schedule, and cost time. */
const mostWindows = 6;

/**
 * The assignment problem behind a schedule: each run takes one option that can be in time, or is late for what that counts and
 * costs at least, or is left out. Of a pool, what ends by a deadline uses no more GPU hours than are free until then; budgets are
 * budgets.
 * Who follows whom at which hour is left to the scheduler, so every schedule is a solution of this that counts no more here than
 * there: what is proven to be the least here, no schedule can be below.
 */
export class Relaxation {
  readonly instance: Instance;
  readonly limits: Limit[] = [];
  /** By job, cheapest first. */
  readonly columns: Column[][];
  /** By job: what it counts when none of its columns is taken. */
  readonly outside: number[];

  /**
   * @param counted `dollars`: the objective's; `outside`: only how many runs are outside, so that the least is 0 where all can be
   * in time together.
   */
  constructor(instance: Instance, counted: 'dollars' | 'outside' = 'dollars') {
    this.instance = instance;
    const tables = timetables(instance);
    const ends = instance.jobs.map((job) => job.choices.map((choice) => firstEnd(job, choice, tables)));
    const inTime = instance.jobs.map((job) =>
      job.choices.filter((_, index) => {
        const endAt = item(item(ends, job.index), index);
        return Number.isFinite(endAt) && endAt <= job.dueAt;
      }),
    );
    this.outside = instance.jobs.map(({ weight }) => (counted === 'dollars' ? weight.leftOut : 1));
    const windows = this.#addWindows(inTime, tables, ofPool, 'pool');
    const quotaWindows = this.#addWindows(inTime, quotaTimetables(instance), ofQuotas, 'quota');
    const budgetsOf = this.#addBudgets();
    this.columns = instance.jobs.map((job) => {
      const budgets = budgetsOf(job);
      const columns = item(inTime, job.index).map(
        (choice): Column => ({
          job: job.index,
          choice,
          counts: counted === 'dollars' ? choice.dollars : 0,
          windows: windowsOf(windows.get(choice.pool), job.dueAt),
          hours: hoursOf(choice),
          held: heldIn(quotaWindows, choice, job.dueAt),
          budgets,
          dollars: choice.dollars,
        }),
      );
      const late = counted === 'dollars' ? leastLate(job, item(ends, job.index)) : null;
      if (late === null) return columns;
      columns.push({
        job: job.index,
        choice: null,
        windows: none,
        hours: 0,
        held: nothingHeld,
        budgets,
        ...late,
      });
      return columns.sort((a, b) => a.counts - b.counts);
    });
  }

  /**
   * Only these jobs, and only those budgets that are kept; pools hold what they hold. Jobs are counted anew from 0. With fewer
   * demands, so what is proven of it is proven of any plan for these jobs.
   */
  only(jobs: readonly number[], keeps: (limit: Limit) => boolean): Relaxation {
    const part: Relaxation = Object.create(Relaxation.prototype);
    const isHard = ({ kind }: Limit) => kind === 'pool' || kind === 'quota';
    const most = (limit: Limit) => (isHard(limit) || keeps(limit) ? limit.most : unlimited);
    return Object.assign(part, {
      instance: this.instance,
      limits: this.limits.map((limit) => ({ ...limit, most: most(limit) })),
      outside: jobs.map((job) => item(this.outside, job)),
      columns: jobs.map((job, index) => item(this.columns, job).map((column) => ({ ...column, job: index }))),
    });
  }

  get size(): number {
    return this.columns.reduce((sum, { length }) => sum + length, this.columns.length);
  }

  /**
   * Lagrange's bound: with any price, not below 0, on what limits allow, the least that the runs count plus what they use at
   * these prices, less what all of the limits is worth, is a bound. No solver's tolerance can spoil it.
   */
  bound(prices: ArrayLike<number>): number {
    let sum = 0;
    for (const index of this.columns.keys()) sum += this.least(index, prices);
    for (const [index, { most }] of this.limits.entries()) sum -= item(prices, index) * most;
    return sum;
  }

  /** The least that a run counts at these prices. */
  least(job: number, prices: ArrayLike<number>): number {
    let least = item(this.outside, job);
    for (const column of item(this.columns, job)) {
      if (column.counts >= least) break;
      least = Math.min(least, priced(column, prices));
    }
    return least;
  }

  /** For each pool (or quota) that could get too full: the instants until which its hours are counted. */
  #addWindows(
    inTime: readonly Choice[][],
    tables: readonly Timetable[],
    eachUse: EachUse,
    kind: 'pool' | 'quota',
  ): Map<number, Windows> {
    const wanted = new Map<number, { job: number; dueAt: number; hours: number }[]>();
    for (const { index: job, dueAt } of this.instance.jobs) {
      if (!Number.isFinite(dueAt)) continue;
      const want = (at: number, hours: number) => {
        const here = wanted.get(at);
        const last = here?.at(-1);
        if (here === undefined) wanted.set(at, [{ job, dueAt, hours }]);
        else if (last?.job === job) last.hours = Math.max(last.hours, hours);
        else here.push({ job, dueAt, hours });
      };
      for (const choice of item(inTime, job)) eachUse(choice, want);
    }
    const windows = new Map<number, Windows>();
    for (const [at, ends] of wanted) {
      ends.sort((a, b) => a.dueAt - b.dueAt);
      const tight: { untilAt: number; most: number }[] = [];
      let hours = 0;
      for (const [index, end] of ends.entries()) {
        hours += end.hours;
        if (ends[index + 1]?.dueAt === end.dueAt) continue;
        const most = item(tables, at).freeUntil(end.dueAt) / msPerHour;
        // Where all that could ever be there fits, there is nothing to say.
        if (hours > most) tight.push({ untilAt: end.dueAt, most });
      }
      const kept = spread(tight, mostWindows);
      if (kept.length === 0) continue;
      const limits = kept.map(
        (window) =>
          this.limits.push(kind === 'pool' ? { kind, pool: at, ...window } : { kind, quota: at, ...window }) -
          1,
      );
      windows.set(at, {
        untilAt: kept.map(({ untilAt }) => untilAt),
        from: limits.map((_, index) => limits.slice(index)),
      });
    }
    return windows;
  }

  #addBudgets(): (job: Job) => number[] {
    const { budgetMicros, projectBudgets } = this.instance.problem;
    let all: number | null = null;
    if (budgetMicros !== null) {
      all = this.limits.push({ kind: 'budget', most: budgetMicros / microsPerDollar }) - 1;
    }
    const byProject = new Map(
      Object.entries(projectBudgets).map(([project, micros]) => [
        project,
        this.limits.push({ kind: 'project', project, most: micros / microsPerDollar }) - 1,
      ]),
    );
    return ({ run }) => {
      const own = run.project === null ? undefined : byProject.get(run.project);
      return [...(all === null ? [] : [all]), ...(own === undefined ? [] : [own])];
    };
  }
}

/** What a column counts, and what it uses at these prices. */
export function priced(
  { counts, windows, hours, held, budgets, dollars }: Column,
  prices: ArrayLike<number>,
): number {
  let sum = counts;
  for (const limit of windows) sum += hours * (prices[limit] ?? 0);
  for (const each of held) sum += each.hours * (prices[each.limit] ?? 0);
  for (const limit of budgets) sum += dollars * (prices[limit] ?? 0);
  return sum;
}

const none: readonly number[] = [];

function windowsOf(windows: Windows | undefined, dueAt: number): readonly number[] {
  if (windows === undefined) return none;
  const first = windows.untilAt.findIndex((untilAt) => dueAt <= untilAt);
  return windows.from[first] ?? none;
}

const hoursOf = ({ gpus, ms }: Choice) => (gpus * ms) / msPerHour;

/** Tells of each pool (or quota), by its index, how many hours of it a choice takes; told, not answered: there are tens of thousands. */
type EachUse = (choice: Choice, use: (at: number, hours: number) => void) => void;

const ofPool: EachUse = (choice, use) => use(choice.pool, hoursOf(choice));
const ofQuotas: EachUse = ({ held, ms }, use) => {
  for (const { quota, amount } of held) use(quota, (amount * ms) / msPerHour);
};

/** Most choices hold nothing that could run short, and share this. */
const nothingHeld: Column['held'] = [];

function heldIn(windows: ReadonlyMap<number, Windows>, choice: Choice, dueAt: number): Column['held'] {
  if (windows.size === 0 || choice.held.length === 0) return nothingHeld;
  const held: { limit: number; hours: number }[] = [];
  ofQuotas(choice, (quota, hours) => {
    for (const limit of windowsOf(windows.get(quota), dueAt)) held.push({ limit, hours });
  });
  return held;
}

/** When it ends at the earliest, with nothing else there than what is busy now. */
function firstEnd(job: Job, { pool, gpus, ms }: Choice, tables: readonly Timetable[]): number {
  const startAt = job.orphan ? null : item(tables, pool).earliest(gpus, ms, job.readyAt);
  return startAt === null ? Number.POSITIVE_INFINITY : startAt + ms;
}

/**
 * What being late counts at least, and costs at least: of whichever options. Null where it cannot be late.
 * @param ends when each of its options ends at the earliest.
 */
function leastLate(job: Job, ends: readonly number[]): { counts: number; dollars: number } | null {
  if (!Number.isFinite(job.dueAt)) return null;
  let counts = Number.POSITIVE_INFINITY;
  let dollars = Number.POSITIVE_INFINITY;
  for (const [index, choice] of job.choices.entries()) {
    const endAt = item(ends, index);
    if (!Number.isFinite(endAt)) continue;
    const late = Math.max(leastLateDollars(job.weight), lateDollars(job.weight, endAt - job.dueAt));
    counts = Math.min(counts, choice.dollars + late);
    dollars = Math.min(dollars, choice.dollars);
  }
  return Number.isFinite(counts) ? { counts, dollars } : null;
}

/** So many of a list, evenly, the last one always among them. */
function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, index) =>
    item(list, Math.ceil(((index + 1) * list.length) / most) - 1),
  );
}
