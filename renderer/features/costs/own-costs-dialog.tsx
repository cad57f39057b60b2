import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { sayError } from '#renderer/app/session-store.ts';
import { currencyOf } from '#renderer/features/catalog/money-field.ts';
import { FigureButton } from '#renderer/features/figures/index.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, ConfirmDialog, Field, formatMoney, Input } from '#renderer/ui/index.ts';
import type { OwnCosts } from '#shared/domain/catalog.ts';
import { ownHourlyRate } from '#shared/planner/own-costs.ts';
import { type OwnField, ownTexts, readOwnTexts } from './own-costs-form.ts';

const inMoney: ReadonlySet<OwnField> = new Set(['capex', 'residual', 'kWhPrice', 'other']);
const hinted = new Set<OwnField>(['overhead', 'powerKW', 'pue', 'other', 'utilisation', 'network']);
const pairs: readonly (readonly OwnField[])[] = [
  ['capex', 'residual'],
  ['overhead', 'years'],
  ['powerKW', 'pue'],
  ['kWhPrice', 'other'],
  ['utilisation', 'network'],
];

/** What a machine of one's own costs; what an hour of it comes to is shown while it is typed. */
export function OwnCostsDialog({
  machine,
  costs,
  onClose,
  onDone,
}: {
  machine: { id: string; name: string; gpus: number; powerW: number | null };
  costs: OwnCosts | null;
  onClose(): void;
  onDone(): void;
}) {
  const t = useT();
  const form = useOwnCostsForm(costs);
  const save = async (next: OwnCosts | null) => {
    await rpc().catalog.setOwnCosts({ machineId: machine.id, costs: next });
    onDone();
  };
  return (
    <ConfirmDialog
      title={t('costs.ownTitle', { name: machine.name })}
      consequence={t('costs.ownText')}
      danger={false}
      actLabel={t('costs.save')}
      actDisabled={form.costs === null}
      onClose={onClose}
      act={() => save(form.costs)}
    >
      {pairs.map((fields) => (
        <div key={fields[0]} className="costs__pair">
          {fields.map((field) => (
            <OwnInput key={field} field={field} form={form} powerW={machine.powerW} />
          ))}
        </div>
      ))}
      <Result costs={form.costs} machine={machine} />
      {costs ? (
        <div>
          <Button look="quiet" onClick={() => void save(null).then(onClose).catch(sayError)}>
            {t('costs.ownClear')}
          </Button>
        </div>
      ) : null}
    </ConfirmDialog>
  );
}

function OwnInput({
  field,
  form,
  powerW,
}: {
  field: OwnField;
  form: ReturnType<typeof useOwnCostsForm>;
  powerW: number | null;
}) {
  const t = useT();
  const { sign } = currencyOf();
  const text = form.texts[field];
  const label = t(`costs.own.${field}`);
  return (
    <Field
      label={inMoney.has(field) ? `${label}, ${sign}` : label}
      hint={
        field === 'powerKW' && powerW !== null
          ? t('costs.ownHint.powerFrom', { watts: powerW })
          : hinted.has(field)
            ? t(
                `costs.ownHint.${field as 'overhead' | 'powerKW' | 'pue' | 'other' | 'utilisation' | 'network'}`,
              )
            : undefined
      }
      error={
        form.wrong.has(field) && text.trim() !== ''
          ? t(`costs.ownWrong.${inMoney.has(field) ? 'money' : 'number'}`)
          : undefined
      }
    >
      {(ids) => (
        <Input
          {...ids}
          inputMode="decimal"
          maxLength={20}
          value={text}
          onChange={(event) => form.set(field, event.target.value)}
        />
      )}
    </Field>
  );
}

function useOwnCostsForm(from: OwnCosts | null) {
  const { perDollar } = currencyOf();
  const [texts, setTexts] = useState(() => ownTexts(from, perDollar));
  return {
    texts,
    set: (field: OwnField, text: string) => setTexts((before) => ({ ...before, [field]: text })),
    ...readOwnTexts(texts, perDollar),
  };
}

/** Computed here as it is typed, by the arithmetic that the backend keeps the rate with. */
function Result({
  costs,
  machine: { gpus, powerW },
}: {
  costs: OwnCosts | null;
  machine: { gpus: number; powerW: number | null };
}) {
  const t = useT();
  const rate = costs && ownHourlyRate(costs, gpus, powerW);
  return (
    <div className="costs__result" aria-live="polite">
      <span className="quiet">{t(gpus > 0 ? 'costs.usefulGpuHour' : 'costs.usefulHour')}</span>
      {rate ? (
        <>
          <strong>
            <FigureButton figure={rate.figure} />
          </strong>
          <span className="quiet num">
            {t('costs.machineHour', { rate: formatMoney(rate.microsPerHour) })}
          </span>
        </>
      ) : (
        <span className="quiet">{t('costs.fillIn')}</span>
      )}
    </div>
  );
}
