import './ports.css';
import { useMachines } from '#renderer/app/machine-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { ErrorState, Skeleton } from '#renderer/ui/index.ts';
import type { Run } from '#shared/domain/run.ts';
import { hasEnded } from '#shared/domain/run-states.ts';
import { ForwardTable } from './forward-table.tsx';
import { FoundPorts } from './found-ports.tsx';
import { useForwards } from './store.ts';

/** Ports of a run: those that are forwarded, and those that its programs listen on. */
export function PortsTab({ run }: { run: Run }) {
  const t = useT();
  const { loaded, error, byId } = useForwards();
  const seen = useMachines(({ byId: all }) => all.get(run.machineId)?.connectionState === 'connected');
  const own = [...byId.values()].filter(({ runId }) => runId === run.id);
  return (
    <div className="ports">
      {error && !loaded ? <ErrorState error={error} /> : null}
      {!loaded && !error ? <Skeleton rows={3} /> : null}
      {own.length > 0 ? <ForwardTable forwards={own} ofRun /> : null}
      {loaded && own.length === 0 ? <p className="quiet">{t('ports.noneOfRun')}</p> : null}
      {hasEnded(run.state) ? (
        <p className="quiet">{t('ports.runEnded')}</p>
      ) : (
        <FoundPorts key={run.machineId} place={{ machineId: run.machineId, runId: run.id }} seen={seen} />
      )}
    </div>
  );
}
