import type { Strategy } from '#shared/domain/plan.ts';
import type { Instance, Job } from './instance.ts';
import { item } from './instance.ts';
import { compare, Schedule, type Slot, visit } from './schedule.ts';
import { gramsPerKg, msPerHour } from './units.ts';

/** What a rule may look at beside the slot itself. */
interface Loads {
  /** GPU hours that the plan has put on this pool so far. */
  load(pool: number): number;
  gpus(pool: number): number;
}

/** A way to plan that looks at one run after the other and never takes back what it decided. */
interface Rule {
  /** Who goes first: lower, then the next number. */
  turn(job: Job): readonly number[];
  /** Which of the slots it takes: the lowest. */
  score(job: Job, slot: Slot, loads: Loads): readonly number[];
}

const isLate = (job: Job, slot: Slot) => (slot.endAt > job.dueAt ? 1 : 0);
const shortest = (job: Job) => Math.min(...job.choices.map(({ ms }) => ms));
const byDeadline = (job: Job) => [job.tailDueAt, -job.run.priority];
const gpuHours = ({ choice }: Slot) => (choice.gpus * choice.ms) / msPerHour;

/** The strategies that the field knows; `optimal` is made of more than a rule (optimal.ts). Ties go to who ends first. */
const rules: Record<Exclude<Strategy, 'optimal'>, (instance: Instance) => Rule> = {
  /** The least money that keeps the deadline; those with the nearest deadline choose first. */
  cheapest: () => ({
    turn: byDeadline,
    score: (job, slot) => [isLate(job, slot), slot.choice.micros, slot.endAt],
  }),
  /** Wherever it ends first, the longest runs placed first: what is short fills the gaps. */
  fastest: () => ({
    turn: (job) => [-shortest(job)],
    score: (_job, slot) => [slot.endAt, slot.choice.micros],
  }),
  /** The pool with the most capacity for what it already has to do (capacity to load), large runs first. */
  greedy: () => ({
    turn: (job) => [-Math.max(0, ...job.choices.map(({ gpus, ms }) => gpus * ms))],
    score: (job, slot, { load, gpus }) => [
      isLate(job, slot),
      -gpus(slot.choice.pool) / (load(slot.choice.pool) + gpuHours(slot)),
      slot.endAt,
    ],
  }),
  /** Strictly by priority: nobody waits for, or gets a worse place because of, somebody less important. */
  priority: () => ({
    turn: (job) => [-job.run.priority, job.tailDueAt],
    score: (_job, slot) => [slot.endAt, slot.choice.micros],
  }),
  /** Every pool as full as the others: the one takes it that is then the least loaded per GPU. */
  balanced: () => ({
    turn: byDeadline,
    score: (job, slot, { load, gpus }) => [
      isLate(job, slot),
      (load(slot.choice.pool) + gpuHours(slot)) / gpus(slot.choice.pool),
      slot.choice.micros,
    ],
  }),
  /** The least sum of dollars, hours until the end and kilograms of CO2, each by its weight. */
  weighted: ({ at, problem: { weights } }) => ({
    turn: byDeadline,
    score: (job, slot) => [
      isLate(job, slot),
      weights.cost * slot.choice.dollars +
        (weights.time * (slot.endAt - at)) / msPerHour +
        (weights.carbon * slot.choice.carbonGrams) / gramsPerKg,
      slot.endAt,
    ],
  }),
};

/** Plans by a rule. A run that nothing affordable is left for is left out. */
export function byRule(instance: Instance, strategy: Exclude<Strategy, 'optimal'>): Schedule {
  const rule = rules[strategy](instance);
  const schedule = new Schedule(instance);
  const loads = instance.pools.map(() => 0);
  const looks: Loads = {
    load: (pool) => item(loads, pool),
    gpus: (pool) => item(instance.pools, pool).gpus,
  };
  visit(instance, rule.turn, (job) => {
    if (!schedule.isReady(job)) return;
    let best: { slot: Slot; score: readonly number[] } | null = null;
    for (const choice of job.choices) {
      if (!schedule.affords(job, choice.micros)) break;
      const slot = schedule.find(job, choice);
      if (slot === null) continue;
      const score = rule.score(job, slot, looks);
      if (best === null || compare(score, best.score) < 0) best = { slot, score };
    }
    if (best === null) return;
    schedule.put(job, best.slot);
    const { pool } = best.slot.choice;
    loads[pool] = item(loads, pool) + gpuHours(best.slot);
  });
  return schedule;
}
