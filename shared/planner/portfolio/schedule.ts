import { type Choice, type Instance, item, type Job, quotaTimetables, timetables } from './instance.ts';
import { lateDollars } from './objective.ts';
import type { Timetable } from './timetable.ts';

/** Where and when one run is to be. */
export interface Slot {
  choice: Choice;
  startAt: number;
  endAt: number;
}

/** A plan while it is being made: what is put where, what is left of pools and budgets. It is valid after every call. */
export class Schedule {
  readonly instance: Instance;
  readonly slots: (Slot | null)[];
  readonly #pools: Timetable[];
  readonly #quotas: Timetable[];
  #leftMicros: number;
  readonly #leftByProject: Map<string, number>;

  constructor(instance: Instance) {
    const { problem } = instance;
    this.instance = instance;
    this.slots = instance.jobs.map(() => null);
    this.#pools = timetables(instance);
    this.#quotas = quotaTimetables(instance);
    this.#leftMicros = problem.budgetMicros ?? Number.POSITIVE_INFINITY;
    this.#leftByProject = new Map(Object.entries(problem.projectBudgets));
  }

  /** Everything that it waits for is placed, so that it can be. */
  isReady(job: Job): boolean {
    return !job.orphan && job.before.every((index) => item(this.slots, index) !== null);
  }

  /** The budgets have room for it. */
  affords(job: Job, micros: number): boolean {
    if (micros > this.#leftMicros) return false;
    const { project } = job.run;
    return project === null || micros <= (this.#leftByProject.get(project) ?? Number.POSITIVE_INFINITY);
  }

  /** The first budget that has no room for so much; null: all have. */
  lacking(job: Job, micros: number): 'all' | 'project' | null {
    if (this.affords(job, micros)) return null;
    return micros > this.#leftMicros ? 'all' : 'project';
  }

  /** The earliest it could be with this choice among what is placed; null: never, or only after those that wait for it. */
  find(job: Job, choice: Choice): Slot | null {
    let from = job.readyAt;
    for (const index of job.before) from = Math.max(from, this.slots[index]?.endAt ?? from);
    const startAt = this.#earliest(choice, from);
    if (startAt === null) return null;
    const endAt = startAt + choice.ms;
    for (const index of job.next) {
      const later = this.slots[index];
      if (later && later.startAt < endAt) return null;
    }
    return { choice, startAt, endAt };
  }

  put(job: Job, slot: Slot): void {
    this.slots[job.index] = slot;
    this.#take(slot);
    this.#spend(job, slot.choice.micros);
  }

  /** Takes it out; what waits for it must be out already. Answers where it was. */
  takeOut(job: Job): Slot | null {
    const slot = this.slots[job.index] ?? null;
    if (slot === null) return null;
    this.slots[job.index] = null;
    this.#giveBack(slot);
    this.#spend(job, -slot.choice.micros);
    return slot;
  }

  /** What the objective counts for this run as it is now, dollars. */
  dollarsOf(job: Job): number {
    const slot = this.slots[job.index] ?? null;
    return slot === null ? job.weight.leftOut : dollarsAt(job, slot);
  }

  objective(): number {
    return this.instance.jobs.reduce((sum, job) => sum + this.dollarsOf(job), 0);
  }

  /** Places every run as `slots` has it: of another schedule of the same problem. */
  copyFrom(slots: readonly (Slot | null)[]): void {
    for (const job of this.instance.jobs) this.takeOut(job);
    for (const job of this.instance.jobs) {
      const slot = slots[job.index];
      if (slot) this.put(job, slot);
    }
  }

  /** The quota that keeps a run from starting at `from`, or as soon as its pool alone would let it; -1: none does. */
  quotaInTheWay(slot: Slot, from: number): number {
    const { pool, gpus, ms, held } = slot.choice;
    if (held.length === 0) return -1;
    this.#giveBack(slot);
    const alone = item(this.#pools, pool).earliest(gpus, ms, from) ?? slot.startAt;
    const waits = held.map(
      ({ quota, amount }) => item(this.#quotas, quota).earliest(amount, ms, alone) ?? slot.startAt,
    );
    this.#take(slot);
    const longest = Math.max(...waits);
    return alone < slot.startAt && longest > alone ? item(held, waits.indexOf(longest)).quota : -1;
  }

  /** When its pool and every quota have room for it at once. */
  #earliest({ pool, gpus, ms, held }: Choice, from: number): number | null {
    let startAt = item(this.#pools, pool).earliest(gpus, ms, from);
    if (held.length === 0) return startAt;
    for (let tried: number | null = null; startAt !== null && startAt !== tried; ) {
      tried = startAt;
      for (const { quota, amount } of held) {
        if (startAt !== null) startAt = item(this.#quotas, quota).earliest(amount, ms, startAt);
      }
      if (startAt !== null) startAt = item(this.#pools, pool).earliest(gpus, ms, startAt);
    }
    return startAt;
  }

  #take({ choice, startAt, endAt }: Slot): void {
    item(this.#pools, choice.pool).take(choice.gpus, startAt, endAt);
    for (const { quota, amount } of choice.held) item(this.#quotas, quota).take(amount, startAt, endAt);
  }

  #giveBack({ choice, startAt, endAt }: Slot): void {
    item(this.#pools, choice.pool).giveBack(choice.gpus, startAt, endAt);
    for (const { quota, amount } of choice.held) item(this.#quotas, quota).giveBack(amount, startAt, endAt);
  }

  #spend(job: Job, micros: number): void {
    this.#leftMicros -= micros;
    const { project } = job.run;
    const left = project === null ? undefined : this.#leftByProject.get(project);
    if (project !== null && left !== undefined) this.#leftByProject.set(project, left - micros);
  }
}

/** What the objective counts for a run that is placed so, dollars. */
export const dollarsAt = (job: Job, slot: Slot): number =>
  slot.choice.dollars + lateDollars(job.weight, slot.endAt - job.dueAt);

/** Visits every job, those first that it waits for, otherwise in the order of `rank` (lower first; ties as given). */
export function visit(
  instance: Instance,
  rank: (job: Job) => readonly number[],
  see: (job: Job) => void,
): void {
  const seen = new Set<number>();
  const ranks = instance.jobs.map((job) => rank(job));
  const sorted = instance.jobs.toSorted(
    (a, b) => compare(item(ranks, a.index), item(ranks, b.index)) || a.index - b.index,
  );
  // A stack of its own: chains of runs may be thousands long.
  for (const first of sorted) {
    const stack = [first];
    for (let job = stack.at(-1); job !== undefined; job = stack.at(-1)) {
      const missing = job.before.find((index) => !seen.has(index));
      if (missing !== undefined) {
        stack.push(item(instance.jobs, missing));
        continue;
      }
      stack.pop();
      if (seen.has(job.index)) continue;
      seen.add(job.index);
      see(job);
    }
  }
}

/** Lexicographic. */
export function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? 0;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
