import { type Choice, type Instance, item, type Job } from './instance.ts';
import { dollarsAt, Schedule, type Slot } from './schedule.ts';

/** More runs than this are not searched through. */
export const mostExactRuns = 6;
/** Steps of the search after which it gives up: about half a second. */
const mostSteps = 150_000;
const leastWin = 1e-9;

/**
 * The best of all schedules, for a few runs; null where the search would take too long. Runs are appended in every order with
 * every option, each as early as it can be among those before it: one of these schedules is optimal, since no run counts less
 * for ending later. Neighbours that do not touch each other are appended in one order only.
 * @param start a schedule to beat: the better it is, the shorter the search.
 */
export function exactPlan(instance: Instance, start: Schedule): Schedule | null {
  if (instance.jobs.length > mostExactRuns) return null;
  const search = new Search(instance, start);
  return search.run() ? search.best() : null;
}

class Search {
  readonly #instance: Instance;
  readonly #schedule: Schedule;
  readonly #decided: boolean[];
  /** What each run counts at least. */
  readonly #least: number[];
  #bestSlots: (Slot | null)[];
  #bestObjective: number;
  #steps = 0;

  constructor(instance: Instance, start: Schedule) {
    this.#instance = instance;
    this.#schedule = new Schedule(instance);
    this.#decided = instance.jobs.map(() => false);
    this.#least = instance.jobs.map(({ choices, weight }) =>
      Math.min(weight.leftOut, choices[0]?.dollars ?? Number.POSITIVE_INFINITY),
    );
    this.#bestSlots = [...start.slots];
    this.#bestObjective = start.objective();
  }

  run(): boolean {
    const least = this.#least.reduce((sum, dollars) => sum + dollars, 0);
    return this.#append(null, 0, least);
  }

  best(): Schedule {
    const schedule = new Schedule(this.#instance);
    schedule.copyFrom(this.#bestSlots);
    return schedule;
  }

  /** @param rest what those that are not decided count at least. False: it takes too long. */
  #append(last: { job: Job; choice: Choice | null } | null, counted: number, rest: number): boolean {
    this.#steps += 1;
    if (this.#steps > mostSteps) return false;
    if (this.#decided.every(Boolean)) {
      if (counted < this.#bestObjective - leastWin) {
        this.#bestObjective = counted;
        this.#bestSlots = [...this.#schedule.slots];
      }
      return true;
    }
    for (const job of this.#instance.jobs) {
      if (item(this.#decided, job.index)) continue;
      if (!job.before.every((index) => item(this.#decided, index))) continue;
      const left = rest - item(this.#least, job.index);
      this.#decided[job.index] = true;
      const isDone = this.#decide(job, last, counted, left);
      this.#decided[job.index] = false;
      if (!isDone) return false;
    }
    return true;
  }

  #decide(
    job: Job,
    last: { job: Job; choice: Choice | null } | null,
    counted: number,
    rest: number,
  ): boolean {
    const schedule = this.#schedule;
    for (const choice of schedule.isReady(job) ? job.choices : []) {
      if (counted + choice.dollars + rest >= this.#bestObjective - leastWin) break;
      if (!schedule.affords(job, choice.micros)) break;
      if (isSwapped(last, job, choice)) continue;
      const slot = schedule.find(job, choice);
      if (slot === null) continue;
      const now = counted + dollarsAt(job, slot);
      if (now + rest >= this.#bestObjective - leastWin) continue;
      schedule.put(job, slot);
      const isDone = this.#append({ job, choice }, now, rest);
      schedule.takeOut(job);
      if (!isDone) return false;
    }
    const now = counted + job.weight.leftOut;
    if (now + rest >= this.#bestObjective - leastWin || isSwapped(last, job, null)) return true;
    return this.#append({ job, choice: null }, now, rest);
  }
}

/** The two before could as well be appended the other way round, and are. */
function isSwapped(
  last: { job: Job; choice: Choice | null } | null,
  job: Job,
  choice: Choice | null,
): boolean {
  if (last === null || last.job.index < job.index) return false;
  if (job.before.includes(last.job.index)) return false;
  if (last.choice === null || choice === null) return true;
  return last.choice.pool !== choice.pool && !shareQuota(last.choice, choice);
}

const shareQuota = (a: Choice, b: Choice): boolean =>
  a.held.some(({ quota }) => b.held.some((other) => other.quota === quota));
