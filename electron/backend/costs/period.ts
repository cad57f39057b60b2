import type { Budget } from '#shared/domain/cost.ts';
import { costsError } from './sentences.ts';

export const dayMs = 86_400_000;
/** More days than anyone looks at in one go. */
const longestMs = 3_660 * dayMs;

/** A stretch of time, epoch ms: from its first instant up to, and without, its last. */
export interface Period {
  from: number;
  to: number;
}

/** Whole milliseconds, the right way round. Throws COSTS_PERIOD_INVALID. */
export function checkedPeriod({ from, to }: Period): Period {
  const whole = { from: Math.round(from), to: Math.round(to) };
  if (Number.isSafeInteger(whole.from) && Number.isSafeInteger(whole.to)) {
    if (whole.from < whole.to && whole.to - whole.from <= longestMs) return whole;
  }
  throw costsError('COSTS_PERIOD_INVALID');
}

/** Where UTC days begin within a period, with the period's own ends. */
export function dayCuts({ from, to }: Period): number[] {
  const cuts = [from];
  for (let day = startOfDay(from) + dayMs; day < to; day += dayMs) cuts.push(day);
  cuts.push(to);
  return cuts;
}

export const startOfDay = (at: number): number => Math.floor(at / dayMs) * dayMs;

/** The month, quarter or year (UTC) that an instant is in. */
export function budgetPeriod(kind: Budget['period'], at: number): Period {
  const date = new Date(at);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  const months = { month: 1, quarter: 3, year: 12 }[kind];
  const first = month - (month % months);
  return { from: Date.UTC(year, first), to: Date.UTC(year, first + months) };
}
