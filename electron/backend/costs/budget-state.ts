import type { Budget, BudgetState } from '#shared/domain/cost.ts';
import { dayMs, type Period } from './period.ts';

/** How far back the pace of spending is looked at. */
export const paceMs = 7 * dayMs;

export interface Spending {
  /** In the period so far. */
  spentMicros: number;
  /** Of that, in the last seven days (`paceMs`). */
  lately: number;
}

/** The stretch that the pace is taken from: the last seven days, or shorter: since the period began. */
export const paceFrom = (period: Period, now: number): number => Math.max(period.from, now - paceMs);

/**
 * How a budget stands: pace = spent + lately ÷ (now − paceFrom) × (end − now). `over`: all of it is spent; `fast`: it will be at
 * this pace; `near`: a share is passed that an alert was asked at. A budget of nothing is over with the first micro-dollar.
 */
export function budgetState(budget: Budget, period: Period, spending: Spending, now: number): BudgetState {
  const { spentMicros, lately } = spending;
  const { amountMicros } = budget;
  const window = now - paceFrom(period, now);
  const perMs = window > 0 ? lately / window : 0;
  const left = Math.max(0, period.to - now);
  const paceMicros = Math.min(Math.ceil(spentMicros + perMs * left), Number.MAX_SAFE_INTEGER);
  const isOver = spentMicros > 0 && spentMicros >= amountMicros;
  const isFast = paceMicros > amountMicros;
  const spentUpAt = !isOver && isFast ? Math.ceil(now + (amountMicros - spentMicros) / perMs) : null;
  return {
    budget,
    periodStartsAt: period.from,
    periodEndsAt: period.to,
    spentMicros,
    paceMicros,
    state: isOver ? 'over' : isFast ? 'fast' : passedShares(budget, spentMicros).length > 0 ? 'near' : 'ok',
    spentUpAt,
  };
}

/** The shares of a budget that alerts were asked at and that are spent, lowest first. */
export const passedShares = ({ alertAt, amountMicros }: Budget, spentMicros: number): number[] =>
  spentMicros > 0
    ? [...new Set(alertAt)].filter((share) => spentMicros >= share * amountMicros).sort((a, b) => a - b)
    : [];
