import { type ReactNode, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Checkbox, Field, Input, Select } from '#renderer/ui/index.ts';
import { checkpointFrameworks } from '#shared/domain/checkpoint.ts';
import { recoveryCauses } from '#shared/domain/recovery-causes.ts';
import type { TaskForm } from './task-document.ts';

interface PartProps {
  form: TaskForm;
  set(field: keyof TaskForm, value: string): void;
  /** What is wrong with a key of the file. */
  wrong(key: string): string | undefined;
}

/** `checkpoint:` of a task: where it saves, how it is asked to, how it goes on. */
export function SavingFields({ form, set, wrong }: PartProps) {
  const t = useT();
  const text = (field: keyof TaskForm, label: string, key: string, placeholder: string, hint?: string) => (
    <TextField
      label={label}
      hint={hint}
      error={wrong(key)}
      placeholder={placeholder}
      value={form[field]}
      onValue={(value) => set(field, value)}
    />
  );
  const said = form.checkpointPath !== '' || form.checkpointFramework !== '' || form.requestSignal !== '';
  return (
    <Part title={t('checkpoints.title')} hint={t('newRun.savingHint')} said={said}>
      <div className="taskform__row">
        {text('checkpointPath', t('newRun.savesTo'), 'checkpoint.path', 'checkpoints')}
        <Field label={t('checkpoints.framework')} error={wrong('checkpoint.framework')}>
          {(ids) => (
            <Select
              {...ids}
              value={form.checkpointFramework}
              options={[
                { value: '', label: t('newRun.foundOut') },
                ...frameworkOptions(form.checkpointFramework).map((value) => ({
                  value,
                  label: isFramework(value) ? t(`checkpoints.framework.${value}`) : value,
                })),
              ]}
              onValue={(value) => set('checkpointFramework', value)}
            />
          )}
        </Field>
        {text('checkpointEvery', t('newRun.every'), 'checkpoint.every', '500 steps')}
        {text('keep', t('newRun.keepLast'), 'checkpoint.keep', '3')}
      </div>
      <div className="taskform__row taskform__row--even">
        {text('requestSignal', t('newRun.requestSignal'), 'checkpoint.request.signal', 'USR1')}
        {text('requestCommand', t('newRun.requestCommand'), 'checkpoint.request.command', 'touch save-now')}
        {text('resumeArgument', t('newRun.resumeArgument'), 'checkpoint.resume.argument', '--resume')}
        {text('resumeEnv', t('newRun.resumeEnv'), 'checkpoint.resume.env', 'RESUME_FROM')}
      </div>
      <Checkbox
        label={t('newRun.elastic')}
        checked={form.elastic === 'true'}
        onChecked={(on) => set('elastic', on ? 'true' : '')}
      />
    </Part>
  );
}

type Framework = (typeof checkpointFrameworks)[number];
const isFramework = (value: string): value is Framework =>
  checkpointFrameworks.some((framework) => framework === value);
/** A name that is none of ours is shown as it is written; the check says what is wrong with it. */
const frameworkOptions = (chosen: string): string[] =>
  chosen === '' || isFramework(chosen) ? [...checkpointFrameworks] : [...checkpointFrameworks, chosen];

/** `recovery:` of a task: after what it is restarted, how often, where. */
export function RecoveryFields({ form, set, wrong }: PartProps) {
  const t = useT();
  const on = form.recoveryOn.split(',').map((cause) => cause.trim());
  const turn = (cause: string, checked: boolean) =>
    set(
      'recoveryOn',
      recoveryCauses.filter((each) => (each === cause ? checked : on.includes(each))).join(', '),
    );
  const text = (field: keyof TaskForm, label: string, key: string, placeholder: string, hint: string) => (
    <TextField
      label={label}
      hint={hint}
      error={wrong(key)}
      placeholder={placeholder}
      value={form[field]}
      onValue={(value) => set(field, value)}
    />
  );
  return (
    <Part title={t('run.recoveryTab')} hint={t('newRun.recoveryHint')} said={form.recoveryOn !== ''}>
      <fieldset className="taskform__checks">
        <legend>{t('recovery.restartWhen')}</legend>
        {recoveryCauses.map((cause) => (
          <Checkbox
            key={cause}
            label={t(`recovery.when.${cause}`)}
            checked={on.includes(cause)}
            onChecked={(checked) => turn(cause, checked)}
          />
        ))}
      </fieldset>
      {wrong('recovery.on') ? <p className="field__error">{wrong('recovery.on')}</p> : null}
      <div className="taskform__row taskform__row--even">
        {text('recoveryMax', t('recovery.max'), 'recovery.max', '3', t('recovery.maxHint'))}
        {text('recoveryBackoff', t('newRun.backoff'), 'recovery.backoff', '30s', t('recovery.backoffHint'))}
        {text('recoveryTo', t('recovery.where'), 'recovery.to', 'same', t('newRun.recoveryToHint'))}
        {text('exitCodes', t('newRun.exitCodes'), 'recovery.exit_codes', '', t('recovery.exitCodesHint'))}
      </div>
      <Checkbox
        label={t('recovery.ask')}
        checked={form.recoveryAsk === 'true'}
        onChecked={(checked) => set('recoveryAsk', checked ? 'true' : '')}
      />
    </Part>
  );
}

function Part({
  title,
  hint,
  said,
  children,
}: {
  title: string;
  hint: string;
  said: boolean;
  children: ReactNode;
}) {
  // Open where something is said already; what is emptied while it is edited does not close.
  const [open] = useState(said);
  return (
    <details className="taskform__part" open={open}>
      <summary>
        <b>{title}</b> <span className="quiet">{hint}</span>
      </summary>
      <div className="taskform__inside">{children}</div>
    </details>
  );
}

function TextField({
  label,
  hint,
  error,
  placeholder,
  value,
  onValue,
}: {
  label: string;
  hint?: string | undefined;
  error: string | undefined;
  placeholder: string;
  value: string;
  onValue(value: string): void;
}) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <Input
          {...ids}
          value={value}
          placeholder={placeholder}
          onChange={(event) => onValue(event.target.value)}
        />
      )}
    </Field>
  );
}
