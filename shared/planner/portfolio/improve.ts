import { type Choice, item, type Job } from './instance.ts';
import { dollarsAt, type Schedule, type Slot } from './schedule.ts';

/** A change must win so much, dollars: what is less is noise of adding up, and would go round in circles. */
const leastWin = 1e-6;
/** Rounds over all runs. Nearly all is won in the first two. */
const mostRounds = 6;
/** Of the pools that a run would rather be on, and of those who stand in its way there: what is looked at. */
const mostWishes = 4;
const mostEjected = 6;

/**
 * Local search: a run is shifted to where it counts less, or ejects one that has somewhere else to go for less than is won.
 * What it does depends on nothing but its input, never on time. The schedule only gets better.
 */
export function improve(schedule: Schedule): void {
  const { jobs } = schedule.instance;
  for (let round = 0; round < mostRounds; round += 1) {
    const before = schedule.objective();
    // Those first that have most to win.
    const regrets = jobs.map(
      (job) => schedule.dollarsOf(job) - (job.choices[0]?.dollars ?? job.weight.leftOut),
    );
    const order = jobs.filter(({ index }) => item(regrets, index) > leastWin);
    order.sort((a, b) => item(regrets, b.index) - item(regrets, a.index) || a.index - b.index);
    for (const job of order) {
      if (!shift(schedule, job)) eject(schedule, job);
    }
    if (before - schedule.objective() < leastWin) return;
  }
}

/** The best slot that counts less than `below` dollars, as things stand; the run itself must be out. */
export function bestSlot(schedule: Schedule, job: Job, below: number): Slot | null {
  let best: Slot | null = null;
  let least = below - leastWin;
  if (!schedule.isReady(job)) return null;
  for (const choice of job.choices) {
    // Cheapest first: none of those that follow can count less.
    if (choice.dollars >= least || !schedule.affords(job, choice.micros)) break;
    const slot = schedule.find(job, choice);
    if (slot === null) continue;
    const dollars = dollarsAt(job, slot);
    if (dollars >= least) continue;
    best = slot;
    least = dollars;
  }
  return best;
}

/** Moves a run to where it counts less; false where there is no such place. */
function shift(schedule: Schedule, job: Job): boolean {
  const now = schedule.dollarsOf(job);
  const was = schedule.takeOut(job);
  const slot = bestSlot(schedule, job, now);
  if (slot !== null) schedule.put(job, slot);
  else if (was !== null) schedule.put(job, was);
  return slot !== null;
}

/** Makes room where a run would count less by sending one other elsewhere. False, and all as it was, where nothing is won. */
function eject(schedule: Schedule, job: Job): boolean {
  if (!schedule.isReady(job)) return false;
  const now = schedule.dollarsOf(job);
  const wishes = job.choices.filter(({ dollars }) => dollars < now - leastWin).slice(0, mostWishes);
  for (const wish of wishes) {
    for (const other of inTheWay(schedule, job, wish)) {
      if (trade(schedule, job, wish, other)) return true;
    }
  }
  return false;
}

/** Those on the pool that it wants that it could be instead of: the least that they count first. Without anybody waiting for them. */
function inTheWay(schedule: Schedule, job: Job, wish: Choice): Job[] {
  const others = schedule.instance.jobs.filter((other) => {
    const slot = schedule.slots[other.index];
    return (
      slot !== null &&
      slot !== undefined &&
      slot.choice.pool === wish.pool &&
      other.index !== job.index &&
      other.choices.length > 1 &&
      slot.startAt < job.dueAt &&
      other.next.every((index) => schedule.slots[index] === null)
    );
  });
  const price = (other: Job) =>
    (other.choices.find(({ pool }) => pool !== wish.pool)?.dollars ?? other.weight.leftOut) -
    schedule.dollarsOf(other);
  return others.sort((a, b) => price(a) - price(b) || a.index - b.index).slice(0, mostEjected);
}

function trade(schedule: Schedule, job: Job, wish: Choice, other: Job): boolean {
  const jobNow = schedule.dollarsOf(job);
  const otherNow = schedule.dollarsOf(other);
  const jobWas = schedule.takeOut(job);
  const otherWas = schedule.takeOut(other);
  const slot = schedule.isReady(job) && schedule.affords(job, wish.micros) ? schedule.find(job, wish) : null;
  if (slot !== null) {
    const won = jobNow - dollarsAt(job, slot);
    if (won > leastWin) {
      schedule.put(job, slot);
      const elsewhere = bestSlot(schedule, other, otherNow + won);
      if (elsewhere !== null) {
        schedule.put(other, elsewhere);
        return true;
      }
      schedule.takeOut(job);
    }
  }
  if (otherWas !== null) schedule.put(other, otherWas);
  if (jobWas !== null) schedule.put(job, jobWas);
  return false;
}

/** Where a run can end sooner for no more, it does: those that begin first are moved first, so that the rest can follow. */
export function hasten(schedule: Schedule): void {
  const { jobs } = schedule.instance;
  const startOf = ({ index }: Job) => schedule.slots[index]?.startAt ?? Number.POSITIVE_INFINITY;
  for (const job of jobs.toSorted((a, b) => startOf(a) - startOf(b) || a.index - b.index)) {
    const most = schedule.dollarsOf(job);
    const was = schedule.takeOut(job);
    if (was === null) continue;
    let best = was;
    for (const choice of job.choices) {
      if (choice.dollars > most || !schedule.affords(job, choice.micros)) break;
      const slot = schedule.find(job, choice);
      if (slot !== null && slot.endAt < best.endAt && dollarsAt(job, slot) <= most) best = slot;
    }
    schedule.put(job, best);
  }
}
