import type { Reason } from '#shared/domain/figure.ts';
import type { Assignment, PortfolioSolution, Strategy } from '#shared/domain/plan.ts';
import { item, type Job } from './instance.ts';
import type { Schedule, Slot } from './schedule.ts';
import { say } from './sentences.ts';

/** What is proven of a plan, and how it came about. */
export interface Proof {
  strategy: Strategy;
  /** Dollars below which no plan of this problem can be; null: nothing is proven. */
  bound: number | null;
  improving: boolean;
  tookMs: number;
  conflict: Reason[];
}

/** Objectives that differ by less are the same: cents of cents, what adding thousands of numbers loses. */
const sameDollars = 1e-6;

/** A finished schedule as it is shown, each run with what is to be said about it. */
export function toSolution(schedule: Schedule, proof: Proof): PortfolioSolution {
  const { instance, slots } = schedule;
  const assignments = instance.jobs.map((job) => toAssignment(schedule, job));
  const objective = schedule.objective();
  // What was added up in another order may differ in the last digits: a bound is never above what was found.
  const bound = proof.bound === null ? null : Math.min(proof.bound, objective);
  return {
    strategy: proof.strategy,
    assignments,
    placed: slots.filter((slot) => slot !== null).length,
    late: instance.jobs.filter((job) => (slots[job.index]?.endAt ?? 0) > job.dueAt).length,
    costMicros: assignments.reduce((sum, { costMicros }) => sum + costMicros, 0),
    makespanMs: Math.max(0, ...slots.map((slot) => (slot === null ? 0 : slot.endAt - instance.at))),
    objective,
    bound,
    gap: gapOf(objective, bound),
    improving: proof.improving,
    tookMs: proof.tookMs,
    conflict: proof.conflict,
  };
}

/** (objective − bound) / bound; null where nothing is proven, or all that is proven is that it is not below nothing. */
export function gapOf(objective: number, bound: number | null): number | null {
  if (bound === null) return null;
  if (objective - bound <= sameDollars) return 0;
  return bound <= 0 ? null : (objective - bound) / bound;
}

function toAssignment(schedule: Schedule, job: Job): Assignment {
  const slot = schedule.slots[job.index] ?? null;
  const { id: runId } = job.run;
  if (slot === null) {
    return {
      runId,
      poolId: null,
      gpus: 0,
      startAt: null,
      endAt: null,
      costMicros: 0,
      reasons: [whyLeftOut(schedule, job)],
    };
  }
  return {
    runId,
    poolId: item(schedule.instance.pools, slot.choice.pool).id,
    gpus: slot.choice.gpus,
    startAt: slot.startAt,
    endAt: slot.endAt,
    costMicros: slot.choice.micros,
    reasons: [...whyLate(schedule, job, slot), ...whyThen(schedule, job, slot)],
  };
}

function whyLate({ instance }: Schedule, job: Job, slot: Slot): Reason[] {
  if (slot.endAt <= job.dueAt) return [];
  const first = Math.min(...job.choices.map(({ ms }) => Math.max(job.readyAt, instance.at) + ms));
  if (first > job.dueAt) return [say('PORTFOLIO_DEADLINE_IMPOSSIBLE', { lateMs: first - job.dueAt })];
  return [say('PORTFOLIO_LATE', { lateMs: slot.endAt - job.dueAt })];
}

/** What it waited for, where it did not begin as soon as it could by itself. */
function whyThen(schedule: Schedule, job: Job, slot: Slot): Reason[] {
  const { instance, slots } = schedule;
  const own = Math.max(instance.at, job.run.earliestAt ?? instance.at);
  if (slot.startAt <= own) return [];
  const last = job.before
    .map((index) => ({ other: item(instance.jobs, index), endAt: slots[index]?.endAt ?? 0 }))
    .sort((a, b) => b.endAt - a.endAt)[0];
  if (last !== undefined && last.endAt >= slot.startAt)
    return [say('PORTFOLIO_WAITS_FOR_RUN', { run: nameOf(last.other) })];
  const pool = item(instance.pools, slot.choice.pool);
  const from = Math.max(own, last?.endAt ?? own);
  const waitMs = slot.startAt - from;
  const quota = instance.quotas[schedule.quotaInTheWay(slot, from)];
  if (quota !== undefined) return [say('PORTFOLIO_WAITS_FOR_QUOTA', { waitMs, quota: quota.title })];
  return [say('PORTFOLIO_WAITS_FOR_POOL', { waitMs, gpus: slot.choice.gpus, pool: pool.place.title })];
}

function whyLeftOut(schedule: Schedule, job: Job): Reason {
  const { jobs } = schedule.instance;
  const known = new Set(jobs.map(({ run }) => run.id));
  const unknown = job.run.after.find((id) => !known.has(id));
  if (unknown !== undefined) return say('PORTFOLIO_AFTER_UNKNOWN', { run: unknown });
  const cheapest = job.choices[0];
  if (cheapest === undefined) return say('PORTFOLIO_NO_OPTION');
  const missing = job.before.find((index) => schedule.slots[index] === null);
  if (missing !== undefined) return say('PORTFOLIO_AFTER_LEFT_OUT', { run: nameOf(item(jobs, missing)) });
  const costMicros = cheapest.micros;
  const lacking = schedule.lacking(job, cheapest.micros);
  if (lacking === 'all') return say('PORTFOLIO_BUDGET', { costMicros });
  if (lacking === 'project')
    return say('PORTFOLIO_PROJECT_BUDGET', { costMicros, project: job.run.project ?? '' });
  return say('PORTFOLIO_LEFT_OUT');
}

export const nameOf = ({ run }: Job): string => run.name || run.id;
