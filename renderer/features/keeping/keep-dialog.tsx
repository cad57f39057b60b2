import './keeping.css';
import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { PolicyForm } from '#renderer/app/policy-form.tsx';
import { useT } from '#renderer/i18n/index.ts';
import { Checkbox, compareNames, Field, Input, Select } from '#renderer/ui/index.ts';
import type { Run } from '#shared/domain/run.ts';
import type { KeepPolicy } from '#shared/domain/run-backup.ts';

const mostMachines = 8;
const start: KeepPolicy = {
  enabled: true,
  machineIds: [],
  directory: '',
  checkpoints: 'newest',
  everySteps: 1,
  artefacts: [],
  keep: 3,
};

/** Which saved states of a run are kept elsewhere by themselves, where, and how many. */
export function KeepDialog({
  run,
  policy,
  onClose,
  onKept,
}: {
  run: Run;
  policy: KeepPolicy | null;
  onClose(): void;
  onKept(): void;
}) {
  const t = useT();
  const form = useKeepForm(policy ?? start);
  return (
    <PolicyForm
      title={t('keeping.policyTitle', { name: run.name })}
      description={t('keeping.policyIntro')}
      value={form.value}
      takeAway={policy ? { label: t('keeping.noneAnyMore'), className: 'keeping__off' } : null}
      save={(next) => rpc().backups.setPolicy({ runId: run.id, policy: next })}
      onClose={onClose}
      onKept={onKept}
    >
      <KeepFields form={form} run={run} />
    </PolicyForm>
  );
}

function useKeepForm(from: KeepPolicy) {
  const [enabled, setEnabled] = useState(from.enabled);
  const [machineIds, setMachineIds] = useState<readonly string[]>(from.machineIds);
  const [directory, setDirectory] = useState(from.directory);
  const [checkpoints, setCheckpoints] = useState(from.checkpoints);
  const [steps, setSteps] = useState(String(from.everySteps));
  const [artefacts, setArtefacts] = useState(from.artefacts.join('\n'));
  const [keep, setKeep] = useState(String(from.keep));
  const wrong = {
    machines: machineIds.length === 0,
    steps: checkpoints === 'every' && !/^[1-9]\d{0,11}$/.test(steps.trim()),
    keep: !/^([1-9]\d{0,2}|1000)$/.test(keep.trim()),
  };
  const value: KeepPolicy | null =
    wrong.machines || wrong.steps || wrong.keep
      ? null
      : {
          enabled,
          machineIds: [...machineIds],
          directory: directory.trim(),
          checkpoints,
          everySteps: checkpoints === 'every' ? Number(steps) : from.everySteps,
          artefacts: artefacts
            .split('\n')
            .map((line) => line.trim())
            .filter(Boolean)
            .slice(0, 50),
          keep: Number(keep),
        };
  return {
    ...{ enabled, setEnabled, machineIds, setMachineIds, directory, setDirectory },
    ...{ checkpoints, setCheckpoints, steps, setSteps, artefacts, setArtefacts },
    ...{ keep, setKeep, wrong, value },
  };
}

function KeepFields({ form, run }: { form: ReturnType<typeof useKeepForm>; run: Run }) {
  const t = useT();
  const { wrong } = form;
  return (
    <>
      <Checkbox label={t('keeping.enabled')} checked={form.enabled} onChecked={form.setEnabled} />
      <Machines form={form} run={run} />
      <Field label={t('keeping.checkpoints')}>
        {(ids) => (
          <Select<KeepPolicy['checkpoints']>
            {...ids}
            value={form.checkpoints}
            options={(['newest', 'every', 'none'] as const).map((value) => ({
              value,
              label: t(`keeping.choice.${value}`),
            }))}
            onValue={form.setCheckpoints}
          />
        )}
      </Field>
      {form.checkpoints === 'every' ? (
        <Field
          label={t('keeping.steps')}
          hint={t('keeping.stepsHint')}
          error={wrong.steps ? t('recovery.wholeNumber') : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              type="number"
              min={1}
              value={form.steps}
              onChange={(event) => form.setSteps(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      <Field label={t('keeping.artefacts')} hint={t('keeping.artefactsHint')}>
        {(ids) => (
          <textarea
            {...ids}
            className="input mono"
            rows={2}
            spellCheck={false}
            value={form.artefacts}
            onChange={(event) => form.setArtefacts(event.target.value)}
          />
        )}
      </Field>
      <div className="keeping__pair">
        <Field
          label={t('keeping.keep')}
          hint={t('keeping.keepHint')}
          error={wrong.keep ? t('settings.outOfRange', { low: 1, high: 1000 }) : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              type="number"
              min={1}
              max={1000}
              value={form.keep}
              onChange={(event) => form.setKeep(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('keeping.directory')} hint={t('keeping.directoryHint')}>
          {(ids) => (
            <Input
              {...ids}
              className="mono"
              maxLength={4096}
              value={form.directory}
              onChange={(event) => form.setDirectory(event.target.value)}
            />
          )}
        </Field>
      </div>
    </>
  );
}

function Machines({ form, run }: { form: ReturnType<typeof useKeepForm>; run: Run }) {
  const t = useT();
  const byId = useMachines((state) => state.byId);
  const machines = [...byId.values()].sort((a, b) => compareNames(a.name, b.name));
  const full = form.machineIds.length >= mostMachines;
  return (
    <fieldset className="keeping__machines">
      <legend>{t('keeping.machines')}</legend>
      <div>
        {machines.map(({ id, name }) => {
          const chosen = form.machineIds.includes(id);
          const label = placeName(id, name, t);
          return (
            <Checkbox
              key={id}
              label={id === run.machineId ? t('keeping.itsOwn', { name: label }) : label}
              checked={chosen}
              disabled={!chosen && full}
              onChecked={(on) =>
                form.setMachineIds(
                  on ? [...form.machineIds, id] : form.machineIds.filter((each) => each !== id),
                )
              }
            />
          );
        })}
      </div>
      {form.wrong.machines ? <p className="quiet">{t('keeping.machinesNeeded')}</p> : null}
    </fieldset>
  );
}
