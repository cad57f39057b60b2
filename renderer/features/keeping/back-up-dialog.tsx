import { useRef, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { useT } from '#renderer/i18n/index.ts';
import { ConfirmDialog, compareNames, Field, Select } from '#renderer/ui/index.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { Run } from '#shared/domain/run.ts';

/** One backup now, to a machine, where no policy says where to. */
export function BackUpDialog({ run, onClose, onStarted }: { run: Run; onClose(): void; onStarted(): void }) {
  const t = useT();
  const byId = useMachines((state) => state.byId);
  const machines = [...byId.values()]
    .filter(({ id, connectionState }) => connectionState === 'connected' && id !== run.machineId)
    .sort((a, b) => compareNames(a.name, b.name));
  const [chosen, setChosen] = useState('');
  const machineId = machines.some(({ id }) => id === chosen) ? chosen : (machines[0]?.id ?? '');
  const request = useRef(newId());
  return (
    <ConfirmDialog
      title={t('keeping.backUpTitle', { name: run.name })}
      consequence={t('keeping.backUpText')}
      actLabel={t('keeping.backUpIt')}
      actDisabled={machineId === ''}
      danger={false}
      onClose={onClose}
      act={async () => {
        await rpc().backups.start({ runId: run.id, requestId: request.current, machineId });
        onStarted();
      }}
    >
      {machines.length === 0 ? (
        <p>{t('keeping.noMachine')}</p>
      ) : (
        <Field label={t('keeping.machine')}>
          {(ids) => (
            <Select
              {...ids}
              value={machineId}
              options={machines.map(({ id, name }) => ({ value: id, label: placeName(id, name, t) }))}
              onValue={setChosen}
            />
          )}
        </Field>
      )}
    </ConfirmDialog>
  );
}
