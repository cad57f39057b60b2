import { useT } from '#renderer/i18n/index.ts';
import { Button, formatMoney, StatusDot } from '#renderer/ui/index.ts';
import { BudgetBar } from './budget-bar.tsx';
import { budgetLook, budgetSentence } from './budget-words.ts';
import { useCosts } from './use-costs.ts';

/** Budgets beside the sums: those that need somebody first. */
export function BudgetList({ onAll }: { onAll(): void }) {
  const t = useT();
  const { value } = useCosts('budgets', (client) => client.costs.budgets());
  if (value === null) return null;
  const order = ['over', 'fast', 'near', 'ok'];
  const states = [...value].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state)).slice(0, 6);
  return (
    <section className="costs__section" aria-label={t('costs.budgets')}>
      <div className="costs__section-head">
        <h2>{t('costs.budgets')}</h2>
        <Button small look="quiet" onClick={onAll}>
          {t(states.length === 0 ? 'costs.addBudget' : 'costs.all')}
        </Button>
      </div>
      {states.length === 0 ? <p className="quiet">{t('costs.noBudgetsText')}</p> : null}
      <ul className="costs__list num">
        {states.map((state) => (
          <li key={state.budget.id}>
            <span className="clip">
              <StatusDot {...budgetLook[state.state]} /> {state.budget.name}
            </span>
            <span>
              {t('costs.spentOf', {
                spent: formatMoney(state.spentMicros),
                amount: formatMoney(state.budget.amountMicros),
              })}
            </span>
            <div className="costs__under">
              <BudgetBar state={state} />
            </div>
            <span className="quiet costs__under">{budgetSentence(state, t)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
