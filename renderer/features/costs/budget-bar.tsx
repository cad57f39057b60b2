import { useT } from '#renderer/i18n/index.ts';
import { formatMoney, formatPercent } from '#renderer/ui/index.ts';
import type { BudgetState } from '#shared/domain/cost.ts';
import { budgetLook } from './budget-words.ts';

/** How much of a budget is spent, and as a mark where its pace leads. */
export function BudgetBar({ state }: { state: BudgetState }) {
  const t = useT();
  const { budget, spentMicros, paceMicros } = state;
  const scale = Math.max(budget.amountMicros, paceMicros, spentMicros, 1);
  const share = (micros: number) => `${Math.min(100, (micros / scale) * 100)}%`;
  const spent = budget.amountMicros === 0 ? 0 : (spentMicros / budget.amountMicros) * 100;
  return (
    <div
      className="costs__budget-bar"
      role="img"
      aria-label={t('costs.barOf', {
        share: formatPercent(spent),
        spent: formatMoney(spentMicros),
        amount: formatMoney(budget.amountMicros),
        pace: formatMoney(paceMicros),
      })}
      style={{ ['--bar' as string]: `var(--${budgetLook[state.state].tone})` }}
    >
      <i className="costs__budget-pace" style={{ width: share(paceMicros) }} />
      <i className="costs__budget-spent" style={{ width: share(spentMicros) }} />
      <i className="costs__budget-amount" style={{ left: share(budget.amountMicros) }} />
    </div>
  );
}
