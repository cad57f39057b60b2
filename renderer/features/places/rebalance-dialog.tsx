import './places.css';
import { type FormEvent, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Button,
  Checkbox,
  Dialog,
  ErrorState,
  Field,
  Input,
  Segments,
  Skeleton,
} from '#renderer/ui/index.ts';
import type { RebalancePolicy } from '#shared/domain/recovery.ts';
import { usePlaces } from './place-store.ts';

const minuteMs = 60_000;
const ruleNames = ['gpuFailing', 'windowClosing', 'overloaded', 'betterPlace'] as const;

/** The rules by which runs are moved, or proposed to be: what counts, how often, and whether it happens by itself. */
export function RebalanceDialog({ onClose }: { onClose(): void }) {
  const t = useT();
  const policy = usePlaces(({ rebalance }) => rebalance);
  const error = usePlaces((state) => state.error);
  return (
    <Dialog open title={t('places.rebalanceTitle')} description={t('places.rebalanceText')} onClose={onClose}>
      <div className="dialog__body">
        {policy ? (
          <Form kept={policy} onClose={onClose} />
        ) : error ? (
          <ErrorState error={error} />
        ) : (
          <Skeleton rows={6} />
        )}
      </div>
    </Dialog>
  );
}

function Form({ kept, onClose }: { kept: RebalancePolicy; onClose(): void }) {
  const t = useT();
  const [mode, setMode] = useState(kept.mode);
  const [rules, setRules] = useState(kept.rules);
  const [minutes, setMinutes] = useState(String(Math.round(kept.coolDownMs / minuteMs)));
  const [load, setLoad] = useState(String(kept.loadPerCpu));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const coolDown = Number(minutes);
  const loadPerCpu = Number(load);
  const coolDownWrong = !(Number.isInteger(coolDown) && coolDown >= 1 && coolDown <= 525_600);
  const loadWrong = !(loadPerCpu >= 0.1 && loadPerCpu <= 100);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (coolDownWrong || loadWrong) return;
    setBusy(true);
    try {
      const next = { mode, rules, coolDownMs: coolDown * minuteMs, loadPerCpu };
      usePlaces.setState({ rebalance: await rpc().places.setRebalance(next) });
      onClose();
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };
  return (
    <form className="places__form" onSubmit={(event) => void submit(event)}>
      <Segments<RebalancePolicy['mode']>
        label={t('places.rebalanceTitle')}
        value={mode}
        onValue={setMode}
        options={(['off', 'propose', 'act'] as const).map((value) => ({
          value,
          label: t(`places.rebalance.${value}`),
        }))}
      />
      <p className="quiet">{t(`places.rebalanceHint.${mode}`)}</p>
      <fieldset className="places__rules" disabled={mode === 'off'}>
        <legend>{t('places.rules')}</legend>
        {ruleNames.map((name) => (
          <Checkbox
            key={name}
            label={t(`places.rule.${name}`)}
            checked={rules[name]}
            onChecked={(on) => setRules({ ...rules, [name]: on })}
          />
        ))}
      </fieldset>
      <div className="places__pair">
        <Field
          label={t('places.coolDown')}
          hint={t('places.coolDownHint')}
          error={coolDownWrong ? t('settings.outOfRange', { low: 1, high: 525_600 }) : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              type="number"
              min={1}
              value={minutes}
              onChange={(event) => setMinutes(event.target.value)}
            />
          )}
        </Field>
        <Field
          label={t('places.load')}
          hint={t('places.loadHint')}
          error={loadWrong ? t('settings.outOfRange', { low: 0.1, high: 100 }) : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              type="number"
              min={0.1}
              step={0.1}
              value={load}
              onChange={(event) => setLoad(event.target.value)}
            />
          )}
        </Field>
      </div>
      {failure ? <ErrorState error={failure} /> : null}
      <div className="dialog__actions">
        <Button onClick={onClose}>{t('ui.cancel')}</Button>
        <Button type="submit" look="primary" busy={busy} disabled={coolDownWrong || loadWrong}>
          {t('run.save')}
        </Button>
      </div>
    </form>
  );
}
