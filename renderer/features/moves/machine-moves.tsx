import './moves.css';
import { rpc } from '#renderer/app/backend.ts';
import { Link } from '#renderer/app/link.tsx';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { useLive } from '#renderer/app/use-live.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Age, ErrorState, Skeleton, StatusDot } from '#renderer/ui/index.ts';
import type { Migration } from '#shared/domain/migration.ts';
import { isOver } from '#shared/domain/migration-phases.ts';
import { LeftBehind } from './left-behind.tsx';
import { lookOfEnd, shortProgress, shortTime } from './words.ts';

/** Which runs came to a machine and left it by a move, newest first. */
export function MachineMoves({ machineId }: { machineId: string }) {
  const t = useT();
  const { value, error, retry } = useLive(
    machineId,
    (signal) => rpc().migrations.list({ machineId, limit: 20 }, { signal }),
    (event) =>
      event.type === 'migration.changed' &&
      [event.migration.from.machineId, event.migration.to.machineId].includes(machineId),
  );
  return (
    <section>
      <h2>{t('move.movesHere')}</h2>
      {error && !value ? <ErrorState error={error} onRetry={retry} /> : null}
      {!value && !error ? <Skeleton rows={2} /> : null}
      {value?.length === 0 ? <p className="quiet">{t('move.noMovesHere')}</p> : null}
      <ul className="machine__moves">
        {value?.map((move) => (
          <Line key={move.id} move={move} machineId={machineId} />
        ))}
      </ul>
      {value && value.length > 0 ? <LeftBehind machineId={machineId} /> : null}
    </section>
  );
}

function Line({ move, machineId }: { move: Migration; machineId: string }) {
  const t = useT();
  const over = isOver(move.phase);
  const { tone, shape } = over ? lookOfEnd(move) : ({ tone: 'accent', shape: 'half' } as const);
  const leaves = move.from.machineId === machineId;
  const other = leaves ? move.to : move.from;
  const machine = placeName(other.machineId, other.machineName, t);
  const how = over
    ? move.phase === 'committed' && move.downtime
      ? t('move.stillFor', { time: shortTime(move.downtime.totalMs, t) })
      : t(`move.phase.${move.phase}`)
    : shortProgress(move, t);
  return (
    <li>
      <StatusDot tone={tone} shape={shape} label={t(`move.phase.${move.phase}`)} />
      <span>
        <Link href={paths.run(move.runId, 'moves')}>{move.runName}</Link>{' '}
        <span className="soft">{t(leaves ? 'move.toPlace' : 'move.fromPlace', { machine })}</span>{' '}
        <span className="quiet num">
          {how}, <Age at={move.endedAt ?? move.startedAt} />
        </span>
      </span>
    </li>
  );
}
