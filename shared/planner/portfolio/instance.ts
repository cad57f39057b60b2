import type { Pool, PoolQuota, PortfolioProblem, PortfolioRun } from '#shared/domain/plan.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { type Weight, weightOf } from './objective.ts';
import { Timetable } from './timetable.ts';
import { microsPerDollar } from './units.ts';

/** What a choice takes of a quota, which all pools that name it share. */
export interface Held {
  quota: number;
  amount: number;
}

/** One option of a run that could be taken on these pools. */
export interface Choice {
  pool: number;
  gpus: number;
  /** Whole ms. */
  ms: number;
  micros: number;
  dollars: number;
  carbonGrams: number;
  held: readonly Held[];
}

/** A run as the schedulers see it. */
export interface Job {
  index: number;
  run: PortfolioRun;
  /** Cheapest first; the same order every time. Those that another one on the same pool beats in everything are gone. */
  choices: Choice[];
  weight: Weight;
  /** Runs that must have ended before, and those that wait for this one: indexes of jobs. */
  before: number[];
  next: number[];
  /** No plan can start it earlier: its own earliest start, and the fastest that those before it can be. */
  readyAt: number;
  dueAt: number;
  /** By when it must have ended for those after it to be in time. */
  tailDueAt: number;
  /** Names runs that are not there: it can never start. */
  orphan: boolean;
}

/** A problem, checked and indexed. */
export interface Instance {
  problem: PortfolioProblem;
  at: number;
  jobs: Job[];
  pools: Pool[];
  quotas: PoolQuota[];
  /** Every job after those that it waits for. */
  order: number[];
}

/** What a list must have at a place that was computed from its length. */
export function item<T>(list: ArrayLike<T>, index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError(`nothing at ${index} of ${list.length}`);
  return value;
}

/** Reads a problem. Throws PLAN_RUN_TWICE, PLAN_POOL_TWICE, PLAN_CYCLE (naming the runs that wait for each other). */
export function readProblem(problem: PortfolioProblem): Instance {
  const { at, pools } = problem;
  const poolIndex = indexed(
    pools.map(({ id }) => id),
    'PLAN_POOL_TWICE',
    'pool',
  );
  const runIndex = indexed(
    problem.runs.map(({ id }) => id),
    'PLAN_RUN_TWICE',
    'run',
  );
  const quotas = quotasOf(pools);
  const jobs = problem.runs.map((run, index): Job => {
    const before = [...new Set(run.after)].flatMap((id) => runIndex.get(id) ?? []);
    return {
      index,
      run,
      choices: choicesOf(run, pools, poolIndex, quotas),
      weight: weightOf(run.priority, Math.max(0, ...run.options.map(({ costMicros }) => costMicros))),
      before,
      next: [],
      readyAt: Math.max(at, run.earliestAt ?? at),
      dueAt: run.deadlineAt ?? Number.POSITIVE_INFINITY,
      tailDueAt: run.deadlineAt ?? Number.POSITIVE_INFINITY,
      orphan: run.after.some((id) => !runIndex.has(id)),
    };
  });
  for (const job of jobs) {
    for (const index of job.before) item(jobs, index).next.push(job.index);
  }
  const order = inOrder(jobs);
  foresee(jobs, order);
  return { problem, at, jobs, pools, quotas, order };
}

export const timetables = ({ at, pools }: Instance): Timetable[] =>
  pools.map(({ gpus, busy }) => new Timetable(at, gpus, busy));

/** What is left of each quota, over time. */
export const quotaTimetables = ({ at, quotas }: Instance): Timetable[] =>
  quotas.map(({ most }) => new Timetable(at, most, []));

/** Each once; where pools disagree on what is left of one, the least. */
function quotasOf(pools: readonly Pool[]): PoolQuota[] {
  const found = new Map<string, PoolQuota>();
  for (const quota of pools.flatMap((pool) => pool.quotas ?? [])) {
    const known = found.get(quota.id);
    if (known === undefined || quota.most < known.most) found.set(quota.id, quota);
  }
  return [...found.values()];
}

function heldBy({ quotas = [] }: Pool, nodes: number, all: readonly PoolQuota[]): readonly Held[] {
  if (quotas.length === 0) return nothingHeld;
  return quotas.map(({ id, perMachine }) => ({
    quota: all.findIndex((each) => each.id === id),
    amount: perMachine * nodes,
  }));
}

const nothingHeld: readonly Held[] = [];

function indexed(ids: readonly string[], code: string, what: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [index, id] of ids.entries()) {
    if (found.has(id))
      throw new TrainyardError(code, `The ${what} “${id}” is in the plan twice.`, { params: { id } });
    found.set(id, index);
  }
  return found;
}

/**
 * On one pool, an option that needs no fewer GPUs, no less time and no less money than another is never needed: exchanging
 * the two leaves a plan valid and its objective no worse. So no bound changes by leaving it out. Between pools that does not
 * hold (the better one may be taken), and all are kept.
 */
function choicesOf(
  run: PortfolioRun,
  pools: readonly Pool[],
  poolIndex: Map<string, number>,
  quotas: readonly PoolQuota[],
): Choice[] {
  const all = run.options.flatMap((option): Choice[] => {
    const pool = poolIndex.get(option.poolId);
    if (pool === undefined || option.gpus > item(pools, pool).gpus) return [];
    const { gpus, costMicros: micros, carbonGrams, nodes = 1 } = option;
    const held = heldBy(item(pools, pool), nodes, quotas);
    if (held.some(({ quota, amount }) => amount > item(quotas, quota).most)) return [];
    return [
      {
        pool,
        gpus,
        ms: Math.ceil(option.durationMs),
        micros,
        dollars: micros / microsPerDollar,
        carbonGrams,
        held,
      },
    ];
  });
  all.sort((a, b) => a.micros - b.micros || a.ms - b.ms || a.gpus - b.gpus || a.pool - b.pool);
  const kept = new Map<number, Choice[]>();
  return all.filter((choice) => {
    const same = kept.get(choice.pool);
    if (same === undefined) {
      kept.set(choice.pool, [choice]);
      return true;
    }
    const beaten = same.some(
      ({ ms, gpus, carbonGrams, held }) =>
        ms <= choice.ms &&
        gpus <= choice.gpus &&
        carbonGrams <= choice.carbonGrams &&
        held.every(({ amount }, index) => amount <= (choice.held[index]?.amount ?? amount)),
    );
    if (!beaten) same.push(choice);
    return !beaten;
  });
}

/** Every job after those that it waits for, otherwise as they were given. Throws PLAN_CYCLE. */
function inOrder(jobs: readonly Job[]): number[] {
  const missing = jobs.map(({ before }) => before.length);
  const order = jobs.flatMap(({ index, before }) => (before.length === 0 ? [index] : []));
  for (let done = 0; done < order.length; done += 1) {
    for (const next of item(jobs, item(order, done)).next) {
      const left = item(missing, next) - 1;
      missing[next] = left;
      if (left === 0) order.push(next);
    }
  }
  if (order.length < jobs.length) throw cycleIn(jobs, new Set(order));
  return order;
}

function cycleIn(jobs: readonly Job[], ended: ReadonlySet<number>): TrainyardError {
  const path: number[] = [];
  let at = jobs.findIndex(({ index }) => !ended.has(index));
  while (!path.includes(at)) {
    path.push(at);
    at = item(jobs, at).before.find((index) => !ended.has(index)) ?? at;
  }
  // Walked against the arrows; shown in the order in which they would run.
  const circle = [at, ...path.slice(path.indexOf(at) + 1).reverse(), at];
  const runs = circle.map((index) => item(jobs, index).run.name || item(jobs, index).run.id).join(' → ');
  return new TrainyardError(
    'PLAN_CYCLE',
    `These runs wait for each other: ${runs}. None of them could ever start.`,
    {
      params: { runs },
    },
  );
}

/** How early each can be, and how early it must have ended, whatever the plan. */
function foresee(jobs: readonly Job[], order: readonly number[]): void {
  const fastest = (job: Job) =>
    job.choices.reduce((least, { ms }) => Math.min(least, ms), Number.POSITIVE_INFINITY);
  for (const index of order) {
    const job = item(jobs, index);
    if (job.before.some((other) => item(jobs, other).orphan)) job.orphan = true;
    const readyAt = job.readyAt + fastest(job);
    for (const next of job.next) {
      const later = item(jobs, next);
      if (Number.isFinite(readyAt)) later.readyAt = Math.max(later.readyAt, readyAt);
      // What cannot be placed at all keeps all after it from being placed.
      else later.orphan = true;
    }
  }
  for (const index of order.toReversed()) {
    const job = item(jobs, index);
    for (const next of job.next) {
      const later = item(jobs, next);
      job.tailDueAt = Math.min(job.tailDueAt, later.tailDueAt - fastest(later));
    }
  }
}
