import './costs.css';
import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { useT } from '#renderer/i18n/index.ts';
import { formatMoney, StatusDot } from '#renderer/ui/index.ts';
import { BudgetBar } from './budget-bar.tsx';
import { budgetLook, budgetSentence } from './budget-words.ts';
import { readPeriod } from './period.ts';
import { useCosts } from './use-costs.ts';

/** On the overview: what this month has cost, and budgets that need somebody. Nothing where nothing was spent. */
export function SpentLately() {
  const t = useT();
  const { value } = useCosts('overview', async (client) => {
    const { from, to } = readPeriod(new URLSearchParams(), Date.now());
    const [summary, budgets] = await Promise.all([
      client.costs.summary({ from, to }),
      client.costs.budgets(),
    ]);
    return { spent: summary.totalMicros, budgets: budgets.filter(({ state }) => state !== 'ok') };
  });
  if (value === null || (value.spent === 0 && value.budgets.length === 0)) return null;
  return (
    <section className="costs__lately" aria-label={t('costs.title')}>
      <h2>
        <Link href={paths.costs}>{t('costs.title')}</Link>
      </h2>
      <ul className="costs__list num">
        <li>
          <span>{t('costs.period.this-month')}</span>
          <span>{formatMoney(value.spent)}</span>
        </li>
        {value.budgets.slice(0, 3).map((state) => (
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
