import { useState } from 'react';
import { create } from 'zustand';
import { rpc } from '#renderer/app/backend.ts';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { useLive } from '#renderer/app/use-live.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Age,
  Badge,
  Button,
  ConfirmDialog,
  Dialog,
  ErrorState,
  Field,
  Select,
  Skeleton,
} from '#renderer/ui/index.ts';
import { thisComputerId } from '#shared/domain/new-id.ts';
import type { KeptSession } from '#shared/domain/terminal.ts';
import { openNew } from './terminal-store.ts';

/** Of which machine the kept sessions are shown; `any`: whichever, null: none. */
export const useKept = create<{ machineId: string | null }>()(() => ({ machineId: null }));
export const showKept = (machineId = 'any'): void => useKept.setState({ machineId });

/** Sessions that tmux keeps on machines and no terminal here shows: each can be shown again, or ended. */
export function KeptDialog({ asked }: { asked: string }) {
  const t = useT();
  const byId = useMachines((state) => state.byId);
  const machines = [...byId.values()]
    .filter(({ id, connectionState }) => connectionState === 'connected' || id === asked)
    .sort(
      (a, b) =>
        Number(a.id === thisComputerId) - Number(b.id === thisComputerId) || a.name.localeCompare(b.name),
    );
  const [chosen, setChosen] = useState(asked);
  const [ending, setEnding] = useState<KeptSession | null>(null);
  const machine = machines.find(({ id }) => id === chosen) ?? machines[0];
  const onClose = () => useKept.setState({ machineId: null });
  if (machine !== undefined && ending !== null)
    return (
      <ConfirmDialog
        title={t('terminals.endKeptTitle', { machine: placeName(machine.id, machine.name, t) })}
        consequence={t('terminals.endKeptText', {
          command: ending.command || t('terminals.unknownCommand'),
          directory: ending.directory,
        })}
        actLabel={t('terminals.endKept')}
        onClose={() => setEnding(null)}
        act={() => rpc().terminals.endKept({ machineId: machine.id, session: ending.session })}
      />
    );
  return (
    <Dialog
      open
      wide
      title={t('terminals.keptTitle')}
      description={t('terminals.keptText')}
      onClose={onClose}
    >
      <div className="dialog__body">
        <Field label={t('terminals.keptMachine')}>
          {(ids) => (
            <Select
              {...ids}
              value={machine?.id ?? ''}
              options={machines.map(({ id, name }) => ({ value: id, label: placeName(id, name, t) }))}
              onValue={setChosen}
            />
          )}
        </Field>
        {machine === undefined ? null : (
          <Sessions machineId={machine.id} onEnd={setEnding} onAttached={onClose} />
        )}
      </div>
      <div className="dialog__actions">
        <Button onClick={onClose}>{t('ui.close')}</Button>
      </div>
    </Dialog>
  );
}

function Sessions({
  machineId,
  onEnd,
  onAttached,
}: {
  machineId: string;
  onEnd(session: KeptSession): void;
  onAttached(): void;
}) {
  const t = useT();
  const { value, error, retry } = useLive(
    machineId,
    (signal) => rpc().terminals.kept({ machineId }, { signal }),
    (event) => event.type === 'terminal.removed' || event.type === 'terminal.changed',
  );
  if (error) return <ErrorState error={error} onRetry={retry} />;
  if (value === null) return <Skeleton rows={3} />;
  if (!value.tmux) return <p className="quiet">{t('terminals.noTmux')}</p>;
  if (value.sessions.length === 0) return <p className="quiet">{t('terminals.noneKept')}</p>;
  return (
    <ul className="term__keptlist" aria-label={t('terminals.keptTitle')}>
      {value.sessions.map((kept) => {
        const command = kept.command || t('terminals.unknownCommand');
        return (
          <li key={kept.session}>
            <span className="mono clip" title={command}>
              {command}
            </span>
            <span className="mono quiet clip" title={kept.directory}>
              {kept.directory}
            </span>
            <span className="quiet">
              <Age at={kept.createdAt} />
            </span>
            <span>{kept.attached ? <Badge>{t('terminals.keptElsewhere')}</Badge> : null}</span>
            <span className="term__keptacts">
              <Button
                small
                aria-label={t('terminals.attachTo', { command })}
                onClick={() => {
                  onAttached();
                  void openNew({ machineId, session: kept.session });
                }}
              >
                {t('terminals.attach')}
              </Button>
              <Button
                small
                look="quiet"
                aria-label={t('terminals.endKeptOf', { command })}
                onClick={() => onEnd(kept)}
              >
                {t('terminals.endKeptAsk')}
              </Button>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
