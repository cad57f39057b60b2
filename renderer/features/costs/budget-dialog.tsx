import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { currencyOf } from '#renderer/features/catalog/money-field.ts';
import { useT } from '#renderer/i18n/index.ts';
import { ConfirmDialog, Field, Input, Select } from '#renderer/ui/index.ts';
import type { Budget } from '#shared/domain/cost.ts';
import { newId } from '#shared/domain/new-id.ts';
import { moneyText, readMoney } from './money-text.ts';
import { ProjectField } from './project-field.tsx';

const usualAlerts = [0.5, 0.8, 1];

/** Adds a budget, or changes one. */
export function BudgetDialog({
  budget,
  onClose,
  onDone,
}: {
  budget: Budget | null;
  onClose(): void;
  onDone(): void;
}) {
  const t = useT();
  const { perDollar, sign } = currencyOf();
  const [id] = useState(() => budget?.id ?? newId());
  const [name, setName] = useState(budget?.name ?? '');
  const [project, setProject] = useState(budget?.project ?? '');
  const [user, setUser] = useState(budget?.user ?? '');
  const [period, setPeriod] = useState<Budget['period']>(budget?.period ?? 'month');
  const [amount, setAmount] = useState(budget ? moneyText(budget.amountMicros, perDollar) : '');
  const [alerts, setAlerts] = useState(alertText(budget?.alertAt ?? usualAlerts));
  const amountMicros = readMoney(amount, perDollar);
  const alertAt = readAlerts(alerts);
  return (
    <ConfirmDialog
      title={budget ? t('costs.changeBudget', { name: budget.name }) : t('costs.addBudget')}
      consequence={t('costs.budgetText')}
      danger={false}
      actLabel={t('costs.save')}
      actDisabled={name.trim() === '' || amountMicros === null || alertAt === null}
      onClose={onClose}
      act={async () => {
        if (amountMicros === null || alertAt === null) return;
        await rpc().costs.setBudget({
          ...{ id, name: name.trim(), period, amountMicros, alertAt },
          project: project.trim() || null,
          user: user.trim() || null,
        });
        onDone();
      }}
    >
      <Field label={t('costs.name')}>
        {(ids) => (
          <Input {...ids} value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <div className="costs__pair">
        <Field
          label={t('costs.amountIn', { currency: sign })}
          error={amount !== '' && amountMicros === null ? t('costs.noAmount') : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              inputMode="decimal"
              value={amount}
              onChange={(event) => setAmount(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('costs.each')}>
          {(ids) => (
            <Select<Budget['period']>
              {...ids}
              value={period}
              options={(['month', 'quarter', 'year'] as const).map((value) => ({
                value,
                label: t(`costs.each.${value}`),
              }))}
              onValue={setPeriod}
            />
          )}
        </Field>
      </div>
      <div className="costs__pair">
        <ProjectField hint={t('costs.allProjects')} value={project} onValue={setProject} />
        <Field label={t('costs.by.user')} hint={t('costs.allUsers')}>
          {(ids) => (
            <Input {...ids} value={user} maxLength={100} onChange={(event) => setUser(event.target.value)} />
          )}
        </Field>
      </div>
      <Field
        label={t('costs.alerts')}
        hint={t('costs.alertsHint')}
        error={alertAt === null ? t('costs.noShares') : undefined}
      >
        {(ids) => <Input {...ids} value={alerts} onChange={(event) => setAlerts(event.target.value)} />}
      </Field>
    </ConfirmDialog>
  );
}

const alertText = (shares: readonly number[]): string =>
  shares.map((share) => String(Math.round(share * 100))).join(', ');

/** Per cents from 1 to 200, apart by commas or spaces; null where there is something else. */
function readAlerts(text: string): number[] | null {
  const parts = text.split(/[\s,;%]+/).filter((part) => part !== '');
  const good = parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) >= 1 && Number(part) <= 200);
  return good && parts.length <= 10 ? [...new Set(parts.map((part) => Number(part) / 100))] : null;
}
