import type { PlanLimits } from '#shared/domain/plan.ts';
import type { PlaceCode } from '../place-sentences.ts';
import type { Reckoned } from './reckoning.ts';

/** Which limit is broken by what is to be expected; null: none. */
export function overLimit(
  { totalMs, costMicros, carbonGrams }: Reckoned,
  { deadlineAt, budgetMicros, maxCarbonGrams }: PlanLimits,
  at: number,
): PlaceCode | null {
  if (deadlineAt !== null && at + totalMs > deadlineAt) return 'PLACE_LATE';
  if (budgetMicros !== null && costMicros > budgetMicros) return 'PLACE_OVER_BUDGET';
  if (maxCarbonGrams === null || carbonGrams <= maxCarbonGrams) return null;
  return Number.isNaN(carbonGrams) ? 'PLACE_CARBON_UNKNOWN' : 'PLACE_CARBON';
}

/** How far it is from the limit that it breaks: those that are nearest are told of. */
export function beyond(code: PlaceCode, { totalMs, costMicros, carbonGrams }: Reckoned): number {
  if (code === 'PLACE_LATE') return totalMs;
  return code === 'PLACE_CARBON' ? carbonGrams : costMicros;
}
