import type { Reason } from '#shared/domain/figure.ts';
import type { PlanLimits } from '#shared/domain/plan.ts';
import { placeReason } from '../place-sentences.ts';
import { interruptionsPerHour, latestSwitchMs } from '../spot.ts';
import { gibibyte, gibRange } from './amounts.ts';
import type { Objective } from './inputs.ts';
import type { Reckoned, Terms } from './reckoning.ts';
import type { WorkFit } from './work.ts';

const dayMs = 86_400_000;
/** Older prices are told of. */
const oldAfterMs = 30 * dayMs;

/** What decided: how the best is called. */
export const bestReason = (objective: Objective, { costMicros, totalMs }: Reckoned): Reason => {
  const params = { costMicros, timeMs: totalMs };
  if (objective === 'cheapest') return placeReason('PLACE_CHEAPEST', params);
  return placeReason(objective === 'fastest' ? 'PLACE_FASTEST' : 'PLACE_BALANCED', params);
};

export function fitReason(fit: WorkFit | null): Reason[] {
  if (fit === null) return [];
  const { need, availableBytes, verdict } = fit;
  const params = { need: gibRange(need.lowBytes, need.highBytes), has: availableBytes / gibibyte };
  return [placeReason(verdict === 'fits' ? 'PLACE_FITS' : 'PLACE_TIGHT', params)];
}

/** Of a spot machine: what is lost, whether that is known, and how the deadline is kept all the same. */
export function spotReasons(
  terms: Terms,
  reckoned: Reckoned,
  workMs: number,
  { deadlineAt }: PlanLimits,
  at: number,
): Reason[] {
  if (terms.interruptionsPerHour === 0) return [];
  const { interruptions, lostMs } = reckoned;
  const reasons = [placeReason('PLACE_SPOT', { count: interruptions, lostMs })];
  if (terms.interruptionsPerHour === interruptionsPerHour(null) * terms.nodes)
    reasons.push(placeReason('PLACE_SPOT_ASSUMED'));
  if (deadlineAt === null) return reasons;
  const latest = latestSwitchMs(deadlineAt - at, workMs, terms.setupMs);
  return [
    ...reasons,
    latest > 0 ? placeReason('PLACE_SPOT_SWITCH', { timeMs: latest }) : placeReason('PLACE_SPOT_NO_SLACK'),
  ];
}

/** Limits that are kept as things are expected, and broken one time in ten. */
export function riskReasons(p90: Reckoned, { deadlineAt, budgetMicros }: PlanLimits, at: number): Reason[] {
  const reasons: Reason[] = [];
  if (deadlineAt !== null && at + p90.totalMs > deadlineAt)
    reasons.push(placeReason('PLACE_LATE_RISK', { lateMs: at + p90.totalMs - deadlineAt }));
  if (budgetMicros !== null && p90.costMicros > budgetMicros) {
    const overMicros = p90.costMicros - budgetMicros;
    reasons.push(placeReason('PLACE_BUDGET_RISK', { costMicros: p90.costMicros, overMicros }));
  }
  return reasons;
}

export const ageReason = (pricedAt: number | null, at: number): Reason[] =>
  pricedAt !== null && at - pricedAt > oldAfterMs
    ? [placeReason('PLACE_OLD_PRICE', { days: Math.floor((at - pricedAt) / dayMs) })]
    : [];

export const daysOld = (pricedAt: number, at: number): number =>
  Math.max(0, Math.floor((at - pricedAt) / dayMs));
