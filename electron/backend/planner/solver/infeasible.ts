import type { Highs } from 'highs';
import type { Reason } from '#shared/domain/figure.ts';
import {
  type Demand,
  demandsOf,
  holdsExactly,
  type Instance,
  impossibleAlone,
  type Job,
  portfolioReason,
  problemOf,
  Relaxation,
  readProblem,
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
  readonly #hopeless: readonly Job[];
  /** Of those that are not hopeless by themselves; found when it is asked for. */
  #joint: Reason[] | null = null;

  constructor(highs: Highs, relaxation: Relaxation, isStopped: () => boolean) {
    this.#highs = highs;
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
    const isStopped = this.#isStopped;
    const hopeless = new Set(this.#hopeless.map(({ index }) => index));
    const demands = demandsOf(instance).filter(
      (demand) => demand.kind !== 'run' || !hopeless.has(demand.job),
    );
    const canHold = (some: readonly Demand[]) =>
      isStopped() ? null : holdTogether(this.#highs, instance, some, isStopped);
    const conflict = smallestConflict(narrowed(this.#highs, instance, demands, isStopped), canHold);
    return conflict === null ? [portfolioReason('CONFLICT_UNPROVEN')] : tellConflict(instance, conflict);
  }
}

/**
 * Farkas' certificate: where the linear relaxation proves that not all can hold, what has a price in the proof is all that it
 * needs. The rest is not looked at again.
 */
function narrowed(
  highs: Highs,
  instance: Instance,
  demands: readonly Demand[],
  isStopped: () => boolean,
): Demand[] {
  const asked = problemOf(instance, demands);
  const relaxation = new Relaxation(readProblem(asked), 'outside');
  const { bound, prices } = relax(highs, relaxation, isStopped);
  if (bound <= certain) return [...demands];
  const ids = new Set(
    relaxation.instance.jobs
      .filter(({ index }) => relaxation.least(index, prices) > certain)
      .map(({ run }) => run.id),
  );
  const paid = relaxation.limits.filter((_, index) => (prices[index] ?? 0) > 0);
  return demands.filter((demand) => {
    if (demand.kind === 'run') return ids.has(instance.jobs[demand.job]?.run.id ?? '');
    if (demand.kind === 'budget') return paid.some(({ kind }) => kind === 'budget');
    return paid.some((limit) => limit.kind === 'project' && limit.project === demand.project);
  });
}

function holdTogether(
  highs: Highs,
  instance: Instance,
  demands: readonly Demand[],
  isStopped: () => boolean,
): boolean | null {
  const problem = problemOf(instance, demands);
  const exactly = holdsExactly(problem);
  if (exactly !== null) return exactly;
  const relaxation = new Relaxation(readProblem(problem), 'outside');
  const { bound } = relax(highs, relaxation, isStopped);
  if (bound > certain) return false;
  if (relaxation.size > mostColumns) return null;
  const whole = wholeBound(highs, relaxation, isStopped);
  // A whole number of runs is outside: anything above none is at least one.
  return whole === null ? null : whole <= certain;
}
