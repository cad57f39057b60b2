import { type FormEvent, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { useLiveVault } from '#renderer/app/vault-store.ts';
import {
  SecretField,
  type SecretSource,
  secretsOf,
  sourceOf,
  useStoredSecrets,
} from '#renderer/features/credentials/secret-field.tsx';
import { useT } from '#renderer/i18n/index.ts';
import { Button, ConfirmDialog, Dialog, ErrorState, Field, Input, Select } from '#renderer/ui/index.ts';
import type { Run } from '#shared/domain/run.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';

/** Starts a new attempt; on another machine if wanted, with the secrets given again. */
export function RestartDialog({ run, onClose }: { run: Run; onClose(): void }) {
  const t = useT();
  const machines = useMachines(({ byId }) => byId);
  const [machineId, setMachineId] = useState(run.machineId);
  const [sources, setSources] = useState<Readonly<Record<string, SecretSource>>>({});
  // Its data may not go there: an owner can say why they go all the same.
  const [refused, setRefused] = useState(false);
  const [reason, setReason] = useState('');
  const mayOverride = useMay('owner');
  useLiveVault();
  const stored = useStoredSecrets();
  const options = [...machines.values()].map(({ id, name }) => ({
    value: id,
    label: placeName(id, name, t),
  }));
  if (!machines.has(run.machineId)) options.unshift({ value: run.machineId, label: run.machineName });
  const act = async () => {
    const given = secretsOf(run.spec.secretNames, sources, stored);
    const word = refused && reason.trim() !== '' ? { override: { reason: reason.trim() } } : {};
    try {
      await rpc().runs.restart({ runId: run.id, machineId, ...given, ...word });
    } catch (thrown) {
      if (TrainyardError.from(thrown).code === 'SENSITIVITY_VIOLATION') setRefused(true);
      throw thrown;
    }
  };
  return (
    <ConfirmDialog
      title={t('run.restartTitle', { name: run.name })}
      consequence={t('run.restartText')}
      actLabel={t('runs.restart')}
      danger={false}
      onClose={onClose}
      act={act}
    >
      <Field label={t('run.restartOn')}>
        {(ids) => <Select {...ids} value={machineId} options={options} onValue={setMachineId} />}
      </Field>
      {refused && mayOverride ? (
        <Field label={t('data.overrideReason')} hint={t('data.overrideHint')}>
          {(ids) => (
            <Input
              {...ids}
              autoFocus
              value={reason}
              maxLength={500}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      {run.spec.secretNames.length > 0 ? (
        <>
          <p className="quiet">{t('run.restartSecrets')}</p>
          {run.spec.secretNames.map((name) => (
            <SecretField
              key={name}
              name={name}
              source={sourceOf(name, sources, stored)}
              stored={stored}
              onSource={(source) => setSources({ ...sources, [name]: source })}
            />
          ))}
        </>
      ) : null}
    </ConfirmDialog>
  );
}

export function RenameDialog({ run, onClose }: { run: Run; onClose(): void }) {
  const t = useT();
  const [name, setName] = useState(run.name);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    rpc()
      .runs.rename({ runId: run.id, name: name.trim() })
      .then(onClose)
      .catch((thrown: unknown) => {
        setFailure(thrown);
        setBusy(false);
      });
  };
  return (
    <Dialog open title={t('run.renameTitle', { name: run.name })} onClose={onClose}>
      <form className="dialog__body" onSubmit={submit}>
        <Field label={t('run.newName')}>
          {(ids) => (
            <Input
              {...ids}
              autoFocus
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        {failure ? <ErrorState error={failure} /> : null}
        <div className="dialog__actions">
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button type="submit" look="primary" busy={busy} disabled={name.trim() === ''}>
            {t('run.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
