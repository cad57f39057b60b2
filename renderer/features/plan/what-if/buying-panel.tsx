import { useEffect, useState } from 'react';
import { create } from 'zustand';
import { rpc } from '#renderer/app/backend.ts';
import { sayError } from '#renderer/app/session-store.ts';
import { useLive } from '#renderer/app/use-live.ts';
import { FigureButton } from '#renderer/features/figures/index.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Button,
  ErrorState,
  Field,
  formatInteger,
  formatMoney,
  Select,
  Skeleton,
} from '#renderer/ui/index.ts';
import type { OwnCosts } from '#shared/domain/catalog.ts';
import { microsPerDollar } from '#shared/domain/money.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { BreakEven } from '#shared/domain/what-if.ts';
import { asItStands } from '#shared/planner/what-if.ts';
import { useMoneyInput } from '../money-input.ts';
import { changesPlans } from '../one/use-answer.ts';
import { RangeField } from '../range-field.tsx';
import { CashCurve, CashTable } from './cash-curve.tsx';
import { addScenario, useWhatIf } from './what-if-store.ts';

interface Buying {
  accelerator: string;
  gpus: number;
  costs: OwnCosts;
  /** Null: the cheapest of the catalogue. */
  rentMicros: number | null;
}

/** An eight-GPU server as they are sold: everything can be changed. */
const useBuying = create<Buying>()(() => ({
  accelerator: 'H200',
  gpus: 8,
  costs: {
    capexMicros: 300_000 * microsPerDollar,
    residualMicros: 45_000 * microsPerDollar,
    overhead: 0.1,
    years: 4,
    powerKW: null,
    pue: 1.3,
    microsPerKWh: 150_000,
    otherMicrosPerHour: 1_500_000,
    utilisation: 0.6,
  },
  rentMicros: null,
}));
const changeCosts = (patch: Partial<OwnCosts>): void =>
  useBuying.setState(({ costs }) => ({ costs: { ...costs, ...patch } }));

/** Buying against renting the same: from which utilisation on it is cheaper, and when it is paid back. */
export function BuyingPanel() {
  const t = useT();
  const { accelerator, gpus, costs, rentMicros } = useBuying();
  const [asTable, setAsTable] = useState(false);
  const scenario = {
    ...asItStands,
    bought: [{ title: `${gpus} × ${accelerator}`, accelerator, gpus, costs }],
  };
  const asked = { scenario, against: { accelerator, microsPerGpuHour: rentMicros } };
  const { value, error } = useLive(
    JSON.stringify(asked),
    (signal) => rpc().plan.breakEven(asked, { signal }),
    changesPlans,
  );
  const [shown, setShown] = useState<BreakEven | null>(null);
  useEffect(() => {
    if (!value) return;
    // While the next answer is on its way the last one stays.
    setShown(value);
    useWhatIf.setState({ breakEven: value });
  }, [value]);
  return (
    <section className="panel" aria-label={t('plan.buying')}>
      <div className="asks__head">
        <h2>{t('plan.buying')}</h2>
        <Button
          small
          onClick={() =>
            addScenario({
              ...scenario,
              id: newId(),
              name: t('plan.bought', { what: `${gpus} × ${accelerator}` }),
            })
          }
        >
          {t('plan.asScenario')}
        </Button>
      </div>
      <div className="panel__columns">
        <BuyingFields />
        <div className="panel__answer">
          {error ? <ErrorState error={error} /> : null}
          {!shown && !error ? <Skeleton rows={5} /> : null}
          {shown && !error ? (
            <>
              <p className="panel__headline">
                {shown.utilisation > 1 ? (
                  t('plan.neverPays')
                ) : (
                  <>
                    {t('plan.paysFrom')}{' '}
                    <FigureButton
                      figure={shown.figure}
                    >{`${formatInteger(Math.ceil(shown.utilisation * 100))} %`}</FigureButton>{' '}
                    {t('plan.paysFromAfter')}
                  </>
                )}
              </p>
              <p className="soft num">
                {t('plan.ownAgainstRent', {
                  own: formatMoney(shown.ownedMicrosPerGpuHour),
                  rent: formatMoney(shown.rentedMicrosPerGpuHour),
                })}{' '}
                {shown.paidBackMonth === null
                  ? t('plan.notPaidBack')
                  : t('plan.paidBack', { month: shown.paidBackMonth })}
              </p>
              {asTable ? <CashTable is={shown} /> : <CashCurve is={shown} />}
              <Button small look="quiet" onClick={() => setAsTable(!asTable)}>
                {t(asTable ? 'plan.asChart' : 'plan.asTable')}
              </Button>
            </>
          ) : null}
        </div>
      </div>
    </section>
  );
}

function BuyingFields() {
  const t = useT();
  const money = useMoneyInput();
  const { accelerator, gpus, costs, rentMicros } = useBuying();
  const [models, setModels] = useState<readonly string[]>([accelerator]);
  useEffect(() => {
    rpc()
      .catalog.accelerators()
      .then((all) => setModels(all.map(({ name }) => name)))
      .catch(sayError);
  }, []);
  const amount = (label: string, micros: number, [min, max]: [number, number], key: keyof OwnCosts) => (
    <RangeField
      label={label}
      value={money.shown(micros)}
      min={min}
      max={max}
      growing
      needed
      unit={money.currency}
      onValue={(value) => changeCosts({ [key]: money.micros(value ?? 0) })}
    />
  );
  return (
    <div className="panel__fields">
      <Field label={t('plan.accelerator')}>
        {(ids) => (
          <Select
            {...ids}
            className="input--small"
            value={accelerator}
            options={(models.includes(accelerator) ? models : [accelerator, ...models]).map((name) => ({
              value: name,
              label: name,
            }))}
            onValue={(next) => useBuying.setState({ accelerator: next })}
          />
        )}
      </Field>
      <RangeField
        label={t('plan.gpus')}
        value={gpus}
        min={1}
        max={64}
        needed
        unit=""
        onValue={(value) =>
          useBuying.setState({ gpus: Math.min(10_000, Math.max(1, Math.round(value ?? 1))) })
        }
      />
      <RangeField
        label={t('plan.utilisation')}
        value={Math.round(costs.utilisation * 100)}
        min={1}
        max={100}
        needed
        unit="%"
        onValue={(value) => changeCosts({ utilisation: Math.min(1, Math.max(0.01, (value ?? 1) / 100)) })}
      />
      {amount(t('plan.capex'), costs.capexMicros, [1_000, 5_000_000], 'capexMicros')}
      {amount(t('plan.residual'), costs.residualMicros, [100, 2_000_000], 'residualMicros')}
      <RangeField
        label={t('plan.years')}
        value={costs.years}
        min={1}
        max={8}
        needed
        unit={t('plan.yearsUnit')}
        onValue={(value) => changeCosts({ years: Math.min(30, Math.max(0.5, value ?? 1)) })}
      />
      {amount(t('plan.perKWh'), costs.microsPerKWh, [0.01, 1], 'microsPerKWh')}
      {amount(t('plan.otherPerHour'), costs.otherMicrosPerHour, [0.1, 100], 'otherMicrosPerHour')}
      <RangeField
        label={t('plan.rentPerGpu')}
        value={rentMicros === null ? null : money.shown(rentMicros)}
        min={0.2}
        max={20}
        growing
        unit={money.currency}
        hint={t('plan.rentHint')}
        onValue={(value) => useBuying.setState({ rentMicros: value === null ? null : money.micros(value) })}
      />
    </div>
  );
}
