import './places.css';
import { rpc } from '#renderer/app/backend.ts';
import { Link } from '#renderer/app/link.tsx';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { said } from '#renderer/features/moves/said.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Age, Button, type Shape, StatusDot, type Tone } from '#renderer/ui/index.ts';
import type { Evacuation } from '#shared/domain/recovery.ts';
import { evacuationOf, placesLater, usePlaces } from './place-store.ts';

const looks: Record<Evacuation['items'][number]['state'], [Tone, Shape]> = {
  waiting: ['idle', 'ring'],
  moving: ['accent', 'arrow'],
  moved: ['ok', 'tick'],
  stays: ['warn', 'dash'],
  over: ['idle', 'square'],
};

/** A machine that is being emptied: each of its runs, how it stands, and a way to end it. */
export function EvacuationCard({ machineId }: { machineId: string }) {
  const t = useT();
  const may = useMay('operator');
  const evacuation = evacuationOf(
    usePlaces(({ evacuations }) => evacuations),
    machineId,
  );
  if (!evacuation) return null;
  const { state, items, startedAt, endedAt, who } = evacuation;
  const cancel = () =>
    rpc().places.cancelEvacuation({ evacuationId: evacuation.id }).then(placesLater).catch(sayError);
  return (
    <section className="evacuation">
      <div className="evacuation__head">
        <h2>{t(`places.evacuation.${state}`)}</h2>
        <span className="quiet">
          {who}, <Age at={endedAt ?? startedAt} />
        </span>
        {state === 'running' && may ? (
          <Button small onClick={() => void cancel()}>
            {t('places.stopEvacuation')}
          </Button>
        ) : null}
      </div>
      <ul>
        {items.map((item) => (
          <li key={item.runId}>
            <StatusDot tone={looks[item.state][0]} shape={looks[item.state][1]} />
            <span>
              <Link href={paths.run(item.runId, item.migrationId === null ? undefined : 'moves')}>
                {item.runName}
              </Link>{' '}
              <span className="soft">
                {t(`places.item.${item.state}`)}
                {item.toMachineId === null || item.state === 'over' || item.state === 'stays'
                  ? ''
                  : ` → ${placeName(item.toMachineId, item.toMachineName ?? '', t)}`}
              </span>
              {item.why ? <span className="quiet"> {said(item.why)}</span> : null}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
