import './places.css';
import { useRef, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { useLive } from '#renderer/app/use-live.ts';
import { said } from '#renderer/features/moves/said.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Checkbox, Dialog, ErrorState, Skeleton, StatusDot } from '#renderer/ui/index.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { MigrationMode } from '#shared/domain/migration-phases.ts';
import { newId } from '#shared/domain/new-id.ts';
import { placesLater } from './place-store.ts';

interface PlannedMove {
  runId: string;
  runName: string;
  toMachineId: string | null;
  toMachineName: string | null;
  mode: MigrationMode | null;
  why: { code: string; params: Record<string, string | number>; message: string } | null;
}

/** Empties a machine: where each of its runs would go, and which finds no room; starts it. */
export function EvacuateDialog({ machine, onClose }: { machine: Machine; onClose(): void }) {
  const t = useT();
  const name = placeName(machine.id, machine.name, t);
  const { value, error, retry } = useLive(
    machine.id,
    (signal) => rpc().places.planEvacuation({ machineId: machine.id }, { signal }),
    () => false,
  );
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const request = useRef(newId());
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const moves = value?.moves ?? [];
  const going = moves.filter(({ toMachineId, runId }) => toMachineId !== null && !left.has(runId));
  const start = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await rpc().places.evacuate({
        machineId: machine.id,
        requestId: request.current,
        runIds: going.map(({ runId }) => runId),
      });
      placesLater();
      onClose();
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      wide
      title={t('places.evacuateTitle', { machine: name })}
      description={t('places.evacuateText')}
      onClose={onClose}
    >
      <div className="dialog__body">
        {error ? <ErrorState error={error} onRetry={retry} /> : null}
        {!value && !error ? (
          <>
            <p aria-live="polite">{t('places.planning')}</p>
            <Skeleton rows={4} />
          </>
        ) : null}
        {value && moves.length === 0 ? <p>{t('places.nothingToMove')}</p> : null}
        {moves.length > 0 ? (
          <PlanTable
            moves={moves}
            left={left}
            onLeave={(runId, leaves) => {
              const next = new Set(left);
              if (leaves) next.add(runId);
              else next.delete(runId);
              setLeft(next);
            }}
          />
        ) : null}
        {failure ? <ErrorState error={failure} /> : null}
      </div>
      <div className="dialog__actions">
        <Button onClick={onClose}>{t('ui.cancel')}</Button>
        <Button look="primary" busy={busy} disabled={!value} onClick={() => void start()}>
          {going.length === 0 ? t('places.drainOnly') : t('places.evacuateNow', { count: going.length })}
        </Button>
      </div>
    </Dialog>
  );
}

function PlanTable({
  moves,
  left,
  onLeave,
}: {
  moves: readonly PlannedMove[];
  left: ReadonlySet<string>;
  onLeave(runId: string, leaves: boolean): void;
}) {
  const t = useT();
  return (
    <div className="places__plan">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t('runs.name')}</th>
            <th scope="col">{t('move.where')}</th>
            <th scope="col">{t('move.how')}</th>
          </tr>
        </thead>
        <tbody>
          {moves.map((each) => (
            <tr key={each.runId}>
              <td>
                {each.toMachineId === null ? (
                  each.runName
                ) : (
                  <Checkbox
                    label={each.runName}
                    checked={!left.has(each.runId)}
                    onChecked={(goes) => onLeave(each.runId, !goes)}
                  />
                )}
              </td>
              <td>
                <Destination move={each} stays={left.has(each.runId)} />
              </td>
              <td className="soft">
                {each.mode === null ? '–' : t(`move.mode.${each.mode}`)}
                {each.why ? <p className="quiet">{said(each.why)}</p> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Destination({ move, stays }: { move: PlannedMove; stays: boolean }) {
  const t = useT();
  if (move.toMachineId === null) {
    return (
      <span className="places__stays">
        <StatusDot tone="warn" shape="dash" /> {t('places.noRoom')}
      </span>
    );
  }
  if (stays) return <span className="quiet">{t('places.staysHere')}</span>;
  return <span>→ {placeName(move.toMachineId, move.toMachineName ?? '', t)}</span>;
}
