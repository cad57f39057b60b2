import { microsPerDollar, msPerHour } from './units.ts';

/** Ten points of priority double what a run weighs that is late or left out; more than 100 points count as 100. */
const doublingPoints = 10;
const mostPoints = 100;
/** What leaving out a run of priority 0 that costs nothing weighs, in dollars. */
const baseDollars = 100;
/** Being late weighs at least this share of what being left out does, and nears all of it with the hours. */
const leastLateShare = 0.5;
/** Late by this long is half-way between the least and all of it. */
const lateHalfHours = 24;

/**
 * What the objective counts for one run, in dollars:
 *
 *     placed in time   its cost
 *     placed late      its cost + K · (½ + ½ · h / (h + 24))      h: hours after the deadline
 *     left out         dearest + K
 *     K = 2^(priority/10) · (100 + dearest)
 *
 * `dearest` is what its dearest option costs, whether that can be had or not: so that a plan is never better for leaving
 * out what it could pay for, and what a run weighs does not change with the budget or the pools.
 */
export interface Weight {
  /** Dollars of being left out. */
  leftOut: number;
  /** K. */
  slack: number;
}

export function weightOf(priority: number, dearestMicros: number): Weight {
  const points = Math.max(-mostPoints, Math.min(mostPoints, priority));
  const dearest = dearestMicros / microsPerDollar;
  const slack = 2 ** (points / doublingPoints) * (baseDollars + dearest);
  return { leftOut: dearest + slack, slack };
}

/** Dollars that being late by so long weighs; 0 in time. */
export function lateDollars(weight: Weight, lateMs: number): number {
  if (lateMs <= 0) return 0;
  const hours = lateMs / msPerHour;
  return weight.slack * (leastLateShare + ((1 - leastLateShare) * hours) / (hours + lateHalfHours));
}

/** The least that being late can weigh. */
export const leastLateDollars = (weight: Weight): number => weight.slack * leastLateShare;
