import './checkpoints.css';
import { type FormEvent, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Dialog, ErrorState, Field, Input, Skeleton } from '#renderer/ui/index.ts';
import type { FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import type { Machine } from '#shared/domain/machine.ts';
import { CheckpointTable } from './checkpoint-table.tsx';

/** Looks for checkpoints in any directory of a machine. Nothing is loaded, only looked at. */
export function InspectDialog({
  machine,
  directory: given = '',
  onClose,
}: {
  machine: Machine;
  /** Filled in at first. */
  directory?: string;
  onClose(): void;
}) {
  const t = useT();
  const [directory, setDirectory] = useState(given);
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<readonly FoundCheckpoint[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const look = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    setFound(null);
    try {
      setFound(await rpc().checkpoints.inspect({ machineId: machine.id, directory: directory.trim() }));
    } catch (thrown) {
      setFailure(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      wide
      title={t('checkpoints.inspectTitle', { machine: placeName(machine.id, machine.name, t) })}
      description={t('checkpoints.inspectText')}
      onClose={onClose}
    >
      <form className="dialog__body" onSubmit={(event) => void look(event)}>
        <Field label={t('checkpoints.directory')}>
          {(ids) => (
            <Input
              {...ids}
              autoFocus
              className="mono"
              maxLength={4096}
              placeholder="/data/runs/llama/checkpoints"
              value={directory}
              onChange={(event) => setDirectory(event.target.value)}
            />
          )}
        </Field>
        {failure ? <ErrorState error={failure} /> : null}
        {busy ? <Skeleton rows={4} /> : null}
        {found?.length === 0 ? <p className="quiet">{t('checkpoints.noneThere')}</p> : null}
        {found && found.length > 0 ? (
          <div className="checkpoints__found">
            <CheckpointTable checkpoints={found.map((each) => ({ ...each, id: each.path }))} />
          </div>
        ) : null}
        <div className="dialog__actions">
          <Button onClick={onClose}>{t('ui.close')}</Button>
          <Button type="submit" look="primary" busy={busy} disabled={directory.trim() === ''}>
            {t('checkpoints.look')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
