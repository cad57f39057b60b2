import { useMemo, useState } from 'react';
import { translateError, useT } from '#renderer/i18n/index.ts';
import { Field, type FieldIds, Input } from '#renderer/ui/index.ts';
import type { SpecIssue } from '#shared/domain/spec.ts';
import { RecoveryFields, SavingFields } from './keep-fields.tsx';
import { readForm, type TaskForm, writeField } from './task-document.ts';

/** The task as fields, each a view of the YAML: what is typed here changes the text there, comments stay. */
export function TaskFormFields({
  yaml,
  errors,
  onChange,
}: {
  yaml: string;
  errors: readonly SpecIssue[];
  onChange(yaml: string): void;
}) {
  const t = useT();
  const form = useMemo(() => readForm(yaml), [yaml]);
  if (!form) return <p className="quiet">{t('newRun.formBroken')}</p>;
  const set = (field: keyof TaskForm) => (event: { target: { value: string } }) =>
    onChange(writeField(yaml, field, event.target.value));
  const setValue = (field: keyof TaskForm, value: string) => onChange(writeField(yaml, field, value));
  const wrong = (key: string) => {
    const found = errors.find((issue) => issue.key === key || issue.key.startsWith(`${key}.`));
    return found && translateError(found.code, found.params, found.message);
  };
  return (
    <div className="taskform">
      <div className="taskform__row">
        <Field label={t('newRun.fieldName')} error={wrong('name')}>
          {(ids) => <Input {...ids} value={form.name} onChange={set('name')} />}
        </Field>
        <Field
          label={t('newRun.fieldAccelerators')}
          hint={t('newRun.fieldAcceleratorsHint')}
          error={wrong('resources.accelerators')}
        >
          {(ids) => (
            <Input {...ids} value={form.accelerators} placeholder="H100:1" onChange={set('accelerators')} />
          )}
        </Field>
        <Field label={t('newRun.fieldCpus')} error={wrong('resources.cpus')}>
          {(ids) => <Input {...ids} value={form.cpus} placeholder="4+" onChange={set('cpus')} />}
        </Field>
        <Field label={t('newRun.fieldMemory')} error={wrong('resources.memory')}>
          {(ids) => <Input {...ids} value={form.memory} placeholder="32+" onChange={set('memory')} />}
        </Field>
      </div>
      <Field label={t('newRun.fieldWorkdir')} hint={t('newRun.fieldWorkdirHint')} error={wrong('workdir')}>
        {(ids) => <Input {...ids} value={form.workdir} placeholder="." onChange={set('workdir')} />}
      </Field>
      <Field label={t('newRun.fieldSetup')} hint={t('newRun.fieldSetupHint')} error={wrong('setup')}>
        {(ids) => (
          <textarea
            {...ids}
            className="input mono"
            rows={4}
            spellCheck={false}
            value={form.setup}
            onChange={set('setup')}
          />
        )}
      </Field>
      <Field label={t('newRun.fieldRun')} hint={t('newRun.fieldRunHint')} error={wrong('run')}>
        {(ids) => (
          <textarea
            {...ids}
            className="input mono"
            rows={7}
            spellCheck={false}
            value={form.run}
            onChange={set('run')}
          />
        )}
      </Field>
      <SavingFields form={form} set={setValue} wrong={wrong} />
      <RecoveryFields form={form} set={setValue} wrong={wrong} />
      <Field label={t('newRun.fieldEnvs')} hint={t('newRun.fieldEnvsHint')} error={wrong('envs')}>
        {(ids) => (
          <EnvsInput
            ids={ids}
            value={form.envs}
            onValue={(value) => onChange(writeField(yaml, 'envs', value))}
          />
        )}
      </Field>
    </div>
  );
}

/** Keeps its own text while it is being typed: a line that is not yet NAME=value must not vanish under the fingers. */
function EnvsInput({ ids, value, onValue }: { ids: FieldIds; value: string; onValue(value: string): void }) {
  const [text, setText] = useState(value);
  return (
    <textarea
      {...ids}
      className="input mono"
      rows={3}
      spellCheck={false}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        onValue(event.target.value);
      }}
    />
  );
}
