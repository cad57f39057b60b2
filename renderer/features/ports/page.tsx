import './ports.css';
import { useLocation } from 'wouter';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { compareNames, EmptyState, ErrorState, Select, Skeleton } from '#renderer/ui/index.ts';
import { ForwardTable } from './forward-table.tsx';
import { FoundPorts } from './found-ports.tsx';
import { useForwards } from './store.ts';

/** All forwarded ports, and what listens on a machine. */
export function PortsPage({ machineId }: { machineId?: string | undefined }) {
  const t = useT();
  const { loaded, error, byId } = useForwards();
  const mayAct = useMay('operator');
  const forwards = [...byId.values()];
  return (
    <div className="page ports">
      <div className="page__head">
        <h1>{t('ports.title')}</h1>
      </div>
      <p className="quiet">{t('ports.intro')}</p>
      <section>
        <h2>{t('ports.forwarded')}</h2>
        {error && !loaded ? <ErrorState error={error} /> : null}
        {!loaded && !error ? <Skeleton rows={4} /> : null}
        {loaded && forwards.length === 0 ? (
          <EmptyState title={t('ports.none')}>{mayAct ? t('ports.noneText') : null}</EmptyState>
        ) : null}
        {forwards.length > 0 ? <ForwardTable forwards={forwards} /> : null}
      </section>
      {mayAct ? <OnMachine machineId={machineId} /> : null}
    </div>
  );
}

/** The machine is part of the address: a link leads to what listens on it. */
function OnMachine({ machineId }: { machineId: string | undefined }) {
  const t = useT();
  const [, navigate] = useLocation();
  const machines = useMachines(({ byId }) => byId);
  const loaded = useMachines((state) => state.loaded);
  const connected = [...machines.values()]
    .filter(({ id, connectionState }) => connectionState === 'connected' || id === machineId)
    .sort((a, b) => compareNames(placeName(a.id, a.name, t), placeName(b.id, b.name, t)));
  const chosen = connected.find(({ id }) => id === machineId) ?? connected[0];
  if (!loaded) return <Skeleton rows={4} />;
  if (!chosen) return <p className="quiet">{t('ports.noMachine')}</p>;
  return (
    <FoundPorts
      key={chosen.id}
      place={{ machineId: chosen.id }}
      seen={chosen.connectionState === 'connected'}
      choose={
        <Select
          className="ports__machine"
          aria-label={t('ports.machine')}
          value={chosen.id}
          options={connected.map(({ id, name }) => ({ value: id, label: placeName(id, name, t) }))}
          onValue={(id) => navigate(paths.ports(id), { replace: true })}
        />
      }
    />
  );
}
