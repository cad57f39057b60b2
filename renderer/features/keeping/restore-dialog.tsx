import './keeping.css';
import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { fitText } from '#renderer/features/moves/machine-choice.tsx';
import { secretsNamed } from '#renderer/features/moves/plan-facts.ts';
import { orderMachines } from '#renderer/features/new-run/fit.ts';
import { useT } from '#renderer/i18n/index.ts';
import { ConfirmDialog, Field, formatInteger, Input, Select } from '#renderer/ui/index.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { Run } from '#shared/domain/run.ts';
import type { Backup } from '#shared/domain/run-backup.ts';

/** Starts the run from a backup, on any machine that is seen. */
export function RestoreDialog({ run, backup, onClose }: { run: Run; backup: Backup; onClose(): void }) {
  const t = useT();
  const [, navigate] = useLocation();
  const byId = useMachines((state) => state.byId);
  const machines = orderMachines(byId.values(), run.spec).filter(
    ({ connectionState }) => connectionState === 'connected',
  );
  const [chosen, setChosen] = useState('');
  const machineId = machines.some(({ id }) => id === chosen) ? chosen : (machines[0]?.id ?? '');
  const [refusal, setRefusal] = useState<unknown>(null);
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  const names = secretsNamed(null, refusal, run.spec.secretNames);
  const request = useRef(newId());
  const step = backup.checkpoint?.step ?? null;
  return (
    <ConfirmDialog
      title={t('keeping.restoreTitle', { name: run.name })}
      consequence={
        step === null ? t('keeping.restoreText') : t('keeping.restoreStepText', { step: formatInteger(step) })
      }
      actLabel={t('keeping.restoreIt')}
      actDisabled={machineId === '' || !names.every((name) => secrets[name])}
      danger={false}
      onClose={onClose}
      act={async () => {
        try {
          const restored = await rpc().backups.restore({
            requestId: request.current,
            backupId: backup.id,
            machineId,
            secrets: { ...secrets },
          });
          navigate(paths.run(restored.id));
        } catch (thrown) {
          request.current = newId();
          setRefusal(thrown);
          throw thrown;
        }
      }}
    >
      {machines.length === 0 ? (
        <p>{t('keeping.noMachine')}</p>
      ) : (
        <Field label={t('run.restartOn')}>
          {(ids) => (
            <Select
              {...ids}
              value={machineId}
              options={machines.map((machine) => ({
                value: machine.id,
                label: t('keeping.machineFit', {
                  name: placeName(machine.id, machine.name, t),
                  fit: fitText(machine, run.spec, t),
                }),
              }))}
              onValue={setChosen}
            />
          )}
        </Field>
      )}
      {names.map((name) => (
        <Field key={name} label={<code>{name}</code>}>
          {(ids) => (
            <Input
              {...ids}
              type="password"
              value={secrets[name] ?? ''}
              onChange={(event) => setSecrets({ ...secrets, [name]: event.target.value })}
            />
          )}
        </Field>
      ))}
    </ConfirmDialog>
  );
}
