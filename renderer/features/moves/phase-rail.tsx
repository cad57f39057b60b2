import { useT } from '#renderer/i18n/index.ts';
import { formatDuration, StatusDot, useTicking } from '#renderer/ui/index.ts';
import type { Migration } from '#shared/domain/migration.ts';
import { type RailStop, railOf } from './phases.ts';

/** The phases of a move as stops of a rail: passed, here, ahead, each with its time. */
export function PhaseRail({ move }: { move: Migration }) {
  const t = useT();
  return (
    <ol className="rail" aria-label={t('move.phases')}>
      {railOf(move).map((stop) => (
        <Stop key={stop.phase} stop={stop} />
      ))}
    </ol>
  );
}

const looks = { done: ['ok', 'tick'], now: ['accent', 'half'], ahead: ['idle', 'ring'] } as const;

function Stop({ stop: { phase, state, at, tookMs } }: { stop: RailStop }) {
  const t = useT();
  const back = phase === 'rolling-back' || phase === 'rolled-back';
  const [tone, shape] = back && state !== 'ahead' ? (['warn', 'half'] as const) : looks[state];
  const going = useTicking((now) =>
    state === 'now' && at !== null ? formatDuration(Math.max(0, now - at)) : '',
  );
  const took = tookMs === null ? going : formatDuration(tookMs);
  return (
    <li className={`rail__stop rail__stop--${state}`} aria-current={state === 'now' ? 'step' : undefined}>
      <span className="rail__line" aria-hidden="true" />
      <StatusDot tone={tone} shape={shape} label={t(`move.stop.${state}`)} />
      <span className="rail__name" title={t(`move.phaseText.${phase}`)}>
        {t(`move.phase.${phase}`)}
      </span>
      <span className="rail__time quiet num">{took}</span>
    </li>
  );
}
