import type { Store } from '#backend/store/index.ts';
import type { BudgetState } from '#shared/domain/cost.ts';
import type { CostsCode } from '#shared/planner/costs-sentences.ts';
import { passedShares } from './budget-state.ts';
import type { BudgetsTable } from './budgets.ts';
import { dayMs } from './period.ts';
import { costsReason } from './sentences.ts';

/** A pace that was seen for less than this says nothing: one run at the beginning of a month is no trend. */
const leastPaceMs = dayMs;

/**
 * Tells of budgets, each alert once a period: of several that are passed at once only the highest, and the pace only where
 * nothing was told of what is spent.
 */
export function giveAlerts(
  { store, budgets }: { store: Store; budgets: BudgetsTable },
  states: readonly BudgetState[],
  now: number,
): void {
  for (const { budget, periodStartsAt, spentMicros, state } of states) {
    const note = (what: string) => budgets.noteAlert(budget.id, periodStartsAt, what, now);
    const tell = (code: CostsCode, level: 'warning' | 'error', params: Record<string, number> = {}) =>
      store.notices.add({ level, ...costsReason(code, { budget: budget.name, ...params }) });
    store.transaction(() => {
      const passed = passedShares(budget, spentMicros).filter((share) => note(String(share)));
      const highest = passed.at(-1);
      if (highest !== undefined) {
        if (highest >= 1) tell('BUDGET_OVER', 'error');
        else tell('BUDGET_SHARE', 'warning', { share: Math.round(highest * 100) });
        return;
      }
      if (state === 'fast' && now - periodStartsAt >= leastPaceMs && note('pace'))
        tell('BUDGET_PACE', 'warning');
    });
  }
}
