import type { Placement, PlanSummary } from '../domain/plan.ts';
import type { PlanContent } from './plan-file.ts';

const nothing: PlanSummary = { costMicros: null, timeMs: null, prices: null };

/** What a plan costs and takes, and of when its prices are: of what it recommends, at the usual speed. */
export function summaryOf(content: PlanContent): PlanSummary {
  if (content.kind === 'place') return ofPlacement(content.answer);
  if (content.kind === 'what-if') return summaryOf(content.base);
  if (content.kind === 'fit') return { ...nothing, timeMs: content.answer.time?.ms.p50 ?? null };
  const { costMicros, makespanMs } = content.answer;
  return { costMicros, timeMs: makespanMs, prices: content.prices };
}

function ofPlacement(placement: Placement): PlanSummary {
  const { alternatives, recommended } = placement;
  const best = recommended === null ? undefined : alternatives[recommended];
  return {
    costMicros: best?.costMicros?.p50 ?? null,
    timeMs: best?.durationMs?.p50 ?? null,
    prices: pricesOf([placement]),
  };
}

/** The oldest and the newest price among the places that may be taken; null where none is rented. */
export function pricesOf(placements: readonly Placement[]): PlanSummary['prices'] {
  let [oldestAt, newestAt] = [Number.POSITIVE_INFINITY, 0];
  for (const { alternatives } of placements)
    for (const { excluded, pricedAt } of alternatives) {
      if (excluded || pricedAt === null) continue;
      oldestAt = Math.min(oldestAt, pricedAt);
      newestAt = Math.max(newestAt, pricedAt);
    }
  return newestAt === 0 ? null : { oldestAt, newestAt };
}
