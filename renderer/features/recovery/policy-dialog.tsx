import './recovery.css';
import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useMachines } from '#renderer/app/machine-store.ts';
import { PolicyForm } from '#renderer/app/policy-form.tsx';
import { useT } from '#renderer/i18n/index.ts';
import { Checkbox, compareNames, Field, Input, Select } from '#renderer/ui/index.ts';
import type { RecoverySpec } from '#shared/domain/recovery.ts';
import { recoveryCauses } from '#shared/domain/recovery-causes.ts';
import type { Run } from '#shared/domain/run.ts';
import { defaultRecovery, readCodes } from './policy-words.ts';

type Where = 'same' | 'any' | 'list';

/** The policy of one run, for this run only; the task file's stays and comes back when this one is taken away. */
export function PolicyDialog({
  run,
  policy,
  from,
  onClose,
  onKept,
}: {
  run: Run;
  policy: RecoverySpec | null;
  from: 'task' | 'user' | 'none';
  onClose(): void;
  onKept(): void;
}) {
  const t = useT();
  const form = usePolicyForm(policy ?? defaultRecovery);
  return (
    <PolicyForm
      title={t('recovery.editTitle', { name: run.name })}
      description={t('recovery.editText')}
      value={form.value}
      takeAway={from === 'user' ? { label: t('recovery.backToTask'), className: 'recovery__back' } : null}
      save={(next) => rpc().recovery.set({ runId: run.id, policy: next })}
      onClose={onClose}
      onKept={onKept}
    >
      <PolicyFields form={form} />
    </PolicyForm>
  );
}

function usePolicyForm(start: RecoverySpec) {
  const [on, setOn] = useState<readonly RecoverySpec['on'][number][]>(start.on);
  const [max, setMax] = useState(String(start.max));
  const [seconds, setSeconds] = useState(String(Math.round(start.backoffMs / 1000)));
  const [codes, setCodes] = useState(start.exitCodes.join(', '));
  const [where, setWhere] = useState<Where>(Array.isArray(start.to) ? 'list' : start.to);
  const [list, setList] = useState<readonly string[]>(Array.isArray(start.to) ? start.to : []);
  const [ask, setAsk] = useState(start.ask);
  const exitCodes = readCodes(codes);
  const wrong = {
    max: !/^\d{1,4}$/.test(max.trim()),
    seconds: !/^\d{1,7}$/.test(seconds.trim()),
    codes: exitCodes === null,
    list: where === 'list' && list.length === 0,
  };
  const value: RecoverySpec | null =
    wrong.max || wrong.seconds || exitCodes === null || wrong.list
      ? null
      : {
          on: recoveryCauses.filter((cause) => on.includes(cause)),
          max: Number(max),
          backoffMs: Number(seconds) * 1000,
          exitCodes,
          to: where === 'list' ? [...list] : where,
          ask,
        };
  return {
    ...{ on, setOn, max, setMax, seconds, setSeconds, codes, setCodes },
    ...{ where, setWhere, list, setList, ask, setAsk, wrong, value },
  };
}

function PolicyFields({ form }: { form: ReturnType<typeof usePolicyForm> }) {
  const t = useT();
  const { wrong } = form;
  return (
    <>
      <fieldset className="recovery__causes">
        <legend>{t('recovery.restartWhen')}</legend>
        {recoveryCauses.map((cause) => (
          <Checkbox
            key={cause}
            label={t(`recovery.when.${cause}`)}
            checked={form.on.includes(cause)}
            onChecked={(checked) =>
              form.setOn(checked ? [...form.on, cause] : form.on.filter((each) => each !== cause))
            }
          />
        ))}
      </fieldset>
      <div className="recovery__pair">
        <Field
          label={t('recovery.max')}
          hint={t('recovery.maxHint')}
          error={wrong.max ? t('recovery.wholeNumber') : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              type="number"
              min={0}
              value={form.max}
              onChange={(event) => form.setMax(event.target.value)}
            />
          )}
        </Field>
        <Field
          label={t('recovery.backoff')}
          hint={t('recovery.backoffHint')}
          error={wrong.seconds ? t('recovery.wholeNumber') : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              type="number"
              min={0}
              value={form.seconds}
              onChange={(event) => form.setSeconds(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Field
        label={t('recovery.exitCodes')}
        hint={t('recovery.exitCodesHint')}
        error={wrong.codes ? t('recovery.exitCodesWrong') : undefined}
      >
        {(ids) => (
          <Input {...ids} value={form.codes} onChange={(event) => form.setCodes(event.target.value)} />
        )}
      </Field>
      <Field label={t('recovery.where')}>
        {(ids) => (
          <Select<Where>
            {...ids}
            value={form.where}
            options={(['same', 'any', 'list'] as const).map((value) => ({
              value,
              label: t(`recovery.where.${value}`),
            }))}
            onValue={form.setWhere}
          />
        )}
      </Field>
      {form.where === 'list' ? <MachineList chosen={form.list} onChosen={form.setList} /> : null}
      <Checkbox label={t('recovery.ask')} checked={form.ask} onChecked={form.setAsk} />
    </>
  );
}

/** Machines by name, tried in the order in which they were ticked. */
function MachineList({ chosen, onChosen }: { chosen: readonly string[]; onChosen(names: string[]): void }) {
  const t = useT();
  const byId = useMachines((state) => state.byId);
  const names = [...new Set([...chosen, ...[...byId.values()].map(({ name }) => name)])].sort(compareNames);
  return (
    <fieldset className="recovery__causes recovery__machines">
      <legend>{t('recovery.order')}</legend>
      {names.map((name) => {
        const place = chosen.indexOf(name);
        return (
          <Checkbox
            key={name}
            label={place < 0 ? name : t('recovery.place', { n: place + 1, name })}
            checked={place >= 0}
            onChecked={(checked) =>
              onChosen(checked ? [...chosen, name] : chosen.filter((each) => each !== name))
            }
          />
        );
      })}
    </fieldset>
  );
}
