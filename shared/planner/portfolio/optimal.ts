import { hasten, improve } from './improve.ts';
import { type Choice, type Instance, item, type Job } from './instance.ts';
import { dollarsAt, Schedule, type Slot, visit } from './schedule.ts';
import { byRule } from './strategies.ts';

/** What a relaxation says. */
export interface Guide {
  /** Of an option: who is lower is taken first. */
  rank(job: Job, choice: Choice): number;
  /** False: it is better left out, should not all find room. */
  isWanted(job: Job): boolean;
}

/**
 * The best of regret-greedy, the cheapest-first rule and the roundings of the relaxation, each improved. Of those that count the
 * same, the one whose runs end sooner.
 */
export function firstPlan(instance: Instance, guides: readonly Guide[]): Schedule {
  const starts = [
    ...guides.map((guide) => byGuide(instance, guide)),
    byRegret(instance),
    byRule(instance, 'cheapest'),
  ];
  return starts.map(polish).reduce((best, next) => (isBetter(next, best) ? next : best));
}

/** A plan made of what a search took: as far as a schedule can keep it, improved. */
export const planFrom = (instance: Instance, guide: Guide): Schedule => polish(byGuide(instance, guide));

function polish(schedule: Schedule): Schedule {
  improve(schedule);
  hasten(schedule);
  return schedule;
}

/** Counts less; where that is the same, its runs end sooner. */
export function isBetter(schedule: Schedule, than: Schedule): boolean {
  const difference = schedule.objective() - than.objective();
  if (Math.abs(difference) > sameDollars) return difference < 0;
  return endsOf(schedule) < endsOf(than);
}

/** Objectives that differ by less are the same: what adding thousands of numbers loses. */
const sameDollars = 1e-6;

const endsOf = ({ slots }: Schedule) => slots.reduce((sum, slot) => sum + (slot?.endAt ?? 0), 0);

/** Rounds a relaxation: each takes what the guide likes best of what is in time, the nearest deadlines first. */
export function byGuide(instance: Instance, guide: Guide): Schedule {
  const schedule = new Schedule(instance);
  visit(
    instance,
    (job) => [guide.isWanted(job) ? 0 : 1, job.tailDueAt, -job.run.priority],
    (job) => {
      // What is not wanted gets what is left, when all is improved.
      if (!guide.isWanted(job) || !schedule.isReady(job)) return;
      const wishes = job.choices.map((choice) => ({ choice, rank: guide.rank(job, choice) }));
      wishes.sort((a, b) => a.rank - b.rank || a.choice.micros - b.choice.micros);
      let late: Slot | null = null;
      for (const { choice } of wishes) {
        if (!schedule.affords(job, choice.micros)) continue;
        const slot = schedule.find(job, choice);
        if (slot === null) continue;
        if (slot.endAt <= job.dueAt) {
          schedule.put(job, slot);
          return;
        }
        if (late === null || dollarsAt(job, slot) < dollarsAt(job, late)) late = slot;
      }
      if (late !== null) schedule.put(job, late);
    },
  );
  return schedule;
}

interface Outlook {
  slot: Slot | null;
  /** What not getting its best place would cost it, dollars. */
  regret: number;
  pools: number[];
}

/** Regret-greedy: who would lose most by not getting its best place gets it now. */
function byRegret(instance: Instance): Schedule {
  const schedule = new Schedule(instance);
  const open = new Set(instance.jobs.filter(({ orphan }) => !orphan).map(({ index }) => index));
  const outlooks = new Map<number, Outlook>();
  while (open.size > 0) {
    let next: Job | null = null;
    let most = Number.NEGATIVE_INFINITY;
    for (const index of open) {
      const job = item(instance.jobs, index);
      if (!schedule.isReady(job)) continue;
      let outlook = outlooks.get(index);
      if (outlook === undefined) {
        outlook = outlookOf(schedule, job);
        outlooks.set(index, outlook);
      }
      if (outlook.regret > most) {
        most = outlook.regret;
        next = job;
      }
    }
    if (next === null) break;
    open.delete(next.index);
    // What was thought of may have been spent meanwhile.
    const { slot } = outlookOf(schedule, next);
    if (slot === null) continue;
    schedule.put(next, slot);
    const { pool } = slot.choice;
    for (const [index, outlook] of outlooks) if (outlook.pools.includes(pool)) outlooks.delete(index);
  }
  return schedule;
}

/** Its two best places as things stand. */
function outlookOf(schedule: Schedule, job: Job): Outlook {
  let best: Slot | null = null;
  let least = job.weight.leftOut;
  let second = job.weight.leftOut;
  const pools: number[] = [];
  for (const choice of job.choices) {
    if (choice.dollars > second || !schedule.affords(job, choice.micros)) break;
    const slot = schedule.find(job, choice);
    if (slot === null) continue;
    pools.push(choice.pool);
    const dollars = dollarsAt(job, slot);
    if (dollars < least || (dollars === least && best !== null && slot.endAt < best.endAt)) {
      second = least;
      least = dollars;
      best = slot;
    } else if (dollars < second) second = dollars;
  }
  return { slot: best, regret: second - least, pools };
}
