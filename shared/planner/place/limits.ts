import type { PlanLimits } from '#shared/domain/plan.ts';
import type { PlaceCode } from '../place-sentences.ts';
import type { Reckoned } from './reckoning.ts';

/** Which limit is broken by what is to be expected, and by how much; null: none. */
export function overLimit(
  { totalMs, costMicros, carbonGrams }: Reckoned,
  { deadlineAt, budgetMicros, maxCarbonGrams }: PlanLimits,
  at: number,
): { code: PlaceCode; distance: number } | null {
  if (deadlineAt !== null && at + totalMs > deadlineAt)
    return { code: 'PLACE_LATE', distance: at + totalMs - deadlineAt };
  if (budgetMicros !== null && costMicros > budgetMicros)
    return { code: 'PLACE_OVER_BUDGET', distance: costMicros - budgetMicros };
  if (maxCarbonGrams === null || carbonGrams <= maxCarbonGrams) return null;
  return Number.isNaN(carbonGrams)
    ? { code: 'PLACE_CARBON_UNKNOWN', distance: costMicros }
    : { code: 'PLACE_CARBON', distance: carbonGrams - maxCarbonGrams };
}
