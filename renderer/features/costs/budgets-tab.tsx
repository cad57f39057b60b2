import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Button,
  ConfirmDialog,
  EmptyState,
  ErrorState,
  formatMoney,
  Menu,
  Skeleton,
  StatusDot,
} from '#renderer/ui/index.ts';
import type { BudgetState } from '#shared/domain/cost.ts';
import { BudgetBar } from './budget-bar.tsx';
import { BudgetDialog } from './budget-dialog.tsx';
import { budgetLook, budgetScope, budgetSentence } from './budget-words.ts';
import { useCosts } from './use-costs.ts';

type Open = { kind: 'add' } | { kind: 'change' | 'remove'; state: BudgetState } | null;

/** Every budget, how it stands, and the windows that change them. */
export function BudgetsTab() {
  const t = useT();
  const mayOwn = useMay('owner');
  const { value, failure, again } = useCosts('budgets', (client) => client.costs.budgets());
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const add = (
    <Button look="primary" onClick={() => setOpen({ kind: 'add' })}>
      {t('costs.addBudget')}
    </Button>
  );
  return (
    <div className="costs__tab">
      {failure && value === null ? <ErrorState error={failure} onRetry={again} /> : null}
      {value === null && !failure ? <Skeleton rows={6} /> : null}
      {value?.length === 0 ? (
        <EmptyState title={t('costs.noBudgets')} actions={mayOwn ? add : null}>
          {t('costs.noBudgetsText')}
        </EmptyState>
      ) : null}
      {value && value.length > 0 ? (
        <>
          <div className="costs__section-head">
            <p className="quiet">{t('costs.budgetsIntro')}</p>
            {mayOwn ? add : null}
          </div>
          <BudgetTable states={value} onOpen={mayOwn ? setOpen : null} />
        </>
      ) : null}
      {open?.kind === 'add' ? <BudgetDialog budget={null} onClose={close} onDone={again} /> : null}
      {open?.kind === 'change' ? (
        <BudgetDialog budget={open.state.budget} onClose={close} onDone={again} />
      ) : null}
      {open?.kind === 'remove' ? (
        <ConfirmDialog
          title={t('costs.removeBudgetTitle', { name: open.state.budget.name })}
          consequence={t('costs.removeBudgetText')}
          actLabel={t('costs.remove')}
          onClose={close}
          act={async () => {
            await rpc().costs.removeBudget({ budgetId: open.state.budget.id });
            again();
          }}
        />
      ) : null}
    </div>
  );
}

function BudgetTable({
  states,
  onOpen,
}: {
  states: readonly BudgetState[];
  onOpen: ((open: Open) => void) | null;
}) {
  const t = useT();
  return (
    <table className="plain num costs__budgets">
      <thead>
        <tr>
          <th scope="col">{t('costs.name')}</th>
          <th scope="col">{t('costs.counts')}</th>
          <th scope="col">{t('costs.each')}</th>
          <th scope="col" className="right">
            {t('costs.spent')}
          </th>
          <th scope="col" className="right">
            {t('costs.amount')}
          </th>
          <th scope="col" className="right">
            {t('costs.pace')}
          </th>
          <td />
          <th scope="col">{t('costs.stands')}</th>
          {onOpen ? (
            <th scope="col">
              <span className="hidden-visually">{t('costs.change')}</span>
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {states.map((state) => (
          <tr key={state.budget.id}>
            <th scope="row" title={state.budget.name}>
              {state.budget.name}
            </th>
            <td title={budgetScope(state.budget, t)}>{budgetScope(state.budget, t)}</td>
            <td>{t(`costs.each.${state.budget.period}`)}</td>
            <td className="right">{formatMoney(state.spentMicros)}</td>
            <td className="right">{formatMoney(state.budget.amountMicros)}</td>
            <td className="right">{formatMoney(state.paceMicros)}</td>
            <td>
              <BudgetBar state={state} />
            </td>
            <td title={budgetSentence(state, t)}>
              <StatusDot {...budgetLook[state.state]} /> {budgetSentence(state, t)}
            </td>
            {onOpen ? (
              <td className="right">
                <Menu
                  trigger={
                    <Button look="quiet" aria-label={t('costs.changeBudget', { name: state.budget.name })}>
                      ⋯
                    </Button>
                  }
                  entries={[
                    { label: t('costs.change'), onSelect: () => onOpen({ kind: 'change', state }) },
                    {
                      label: t('costs.remove'),
                      danger: true,
                      onSelect: () => onOpen({ kind: 'remove', state }),
                    },
                  ]}
                />
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
