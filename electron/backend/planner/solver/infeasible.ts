import type { Highs } from 'highs';
import type { Reason } from '#shared/domain/figure.ts';
import {
  type Demand,
  demandsOf,
  holdsExactly,
  type Instance,
  impossibleAlone,
  type Job,
  type Limit,
  portfolioReason,
  problemOf,
  Relaxation,
  type Schedule,
  smallestConflict,
  tellAlone,
  tellConflict,
} from '#shared/planner/portfolio/index.ts';
import { relax } from './relax.ts';
import { wholeBound } from './search.ts';

/** A bound above this says that not all can be in time; below it is noise. */
const certain = 1e-6;
/** HiGHS is asked for whole numbers, too, where there are no more columns than this. */
const mostColumns = 5_000;

/**
 * Why not all can be placed in time: the smallest set of runs and budgets that cannot hold together, in words. Of a few runs it
 * is found among their schedules; of many in the relaxation, which proves that they cannot, while that the rest can is as true
 * as GPU hours within deadlines are a schedule.
 */
export class Conflicts {
  readonly #highs: Highs;
  readonly #isStopped: () => boolean;
  readonly #limitMs: number;
  readonly #hopeless: readonly Job[];
  /** Of those that are not hopeless by themselves; found when it is asked for. */
  #joint: Reason[] | null = null;

  /** @param limitMs after it the runs that the proof needs are told, without claiming that they are as few as can be. */
  constructor(highs: Highs, relaxation: Relaxation, isStopped: () => boolean, limitMs: number) {
    this.#highs = highs;
    this.#limitMs = limitMs;
    this.#isStopped = isStopped;
    this.#hopeless = impossibleAlone(relaxation);
  }

  /** For a plan that was found; empty where all its runs are in time. */
  explain({ instance, slots }: Schedule): Reason[] {
    const failed = instance.jobs.filter((job) => {
      const slot = slots[job.index] ?? null;
      return slot === null || slot.endAt > job.dueAt;
    });
    const told = tellAlone(failed.filter((job) => this.#hopeless.includes(job)));
    if (failed.every((job) => this.#hopeless.includes(job))) return told;
    this.#joint ??= this.#findJoint(instance);
    return [...told, ...this.#joint];
  }

  #findJoint(instance: Instance): Reason[] {
    const until = performance.now() + this.#limitMs;
    const isStopped = () => this.#isStopped() || performance.now() > until;
    const hopeless = new Set(this.#hopeless.map(({ index }) => index));
    const demands = demandsOf(instance).filter(
      (demand) => demand.kind !== 'run' || !hopeless.has(demand.job),
    );
    const whole = new Relaxation(instance, 'outside');
    const canHold = (some: readonly Demand[]) =>
      isStopped() ? null : holdTogether(this.#highs, whole, some, isStopped);
    const needed = narrowed(this.#highs, whole, demands, isStopped);
    const conflict = smallestConflict(needed ?? demands, canHold);
    if (!isStopped() && conflict !== null) return tellConflict(instance, conflict, true);
    return needed === null ? [portfolioReason('CONFLICT_UNPROVEN')] : tellConflict(instance, needed, false);
  }
}

/**
 * Farkas' certificate: where the linear relaxation proves that not all can hold, what has a price in the proof is all that it
 * needs; the rest is not looked at again. Null where it proves nothing.
 */
function narrowed(
  highs: Highs,
  whole: Relaxation,
  demands: readonly Demand[],
  isStopped: () => boolean,
): Demand[] | null {
  const { relaxation, jobs } = partOf(whole, demands);
  const { bound, prices } = relax(highs, relaxation, isStopped);
  if (bound <= certain) return null;
  const needed = new Set(jobs.filter((_, index) => relaxation.least(index, prices) > certain));
  const paid = relaxation.limits.filter((_, index) => (prices[index] ?? 0) > 0);
  return demands.filter((demand) =>
    demand.kind === 'run' ? needed.has(demand.job) : paid.some((limit) => isOf(limit, demand)),
  );
}

function holdTogether(
  highs: Highs,
  whole: Relaxation,
  demands: readonly Demand[],
  isStopped: () => boolean,
): boolean | null {
  const exactly = holdsExactly(problemOf(whole.instance, demands));
  if (exactly !== null) return exactly;
  const { relaxation } = partOf(whole, demands);
  const { bound } = relax(highs, relaxation, isStopped);
  if (bound > certain) return false;
  if (relaxation.size > mostColumns) return null;
  const least = wholeBound(highs, relaxation, isStopped);
  return least === null ? null : least <= certain;
}

function partOf(whole: Relaxation, demands: readonly Demand[]): { relaxation: Relaxation; jobs: number[] } {
  const jobs = demands.flatMap((demand) => (demand.kind === 'run' ? [demand.job] : []));
  const relaxation = whole.only(jobs, (limit) => demands.some((demand) => isOf(limit, demand)));
  return { relaxation, jobs };
}

const isOf = (limit: Limit, demand: Demand): boolean =>
  limit.kind === demand.kind &&
  (limit.kind !== 'project' || limit.project === (demand.kind === 'project' ? demand.project : null));
