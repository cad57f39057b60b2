import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { useT } from '#renderer/i18n/index.ts';
import { formatMoney } from '#renderer/ui/index.ts';
import { readPeriod } from './period.ts';
import { useCosts } from './use-costs.ts';

/** On the overview: what this month has cost, and how many budgets need somebody. Nothing where nothing was spent. */
export function SpentLately() {
  const t = useT();
  const { value } = useCosts('overview', async (client) => {
    const { from, to } = readPeriod(new URLSearchParams(), Date.now());
    const [summary, budgets] = await Promise.all([
      client.costs.summary({ from, to }),
      client.costs.budgets(),
    ]);
    return { spent: summary.totalMicros, strained: budgets.filter(({ state }) => state !== 'ok').length };
  });
  if (value === null || (value.spent === 0 && value.strained === 0)) return null;
  return (
    <div className="figure">
      <dt>
        <Link href={value.strained > 0 ? `${paths.costs}?tab=budgets` : paths.costs}>
          {value.strained > 0
            ? t('costs.spentAndBudgets', { count: value.strained })
            : t('costs.spentThisMonth')}
        </Link>
      </dt>
      <dd>{formatMoney(value.spent)}</dd>
    </div>
  );
}
