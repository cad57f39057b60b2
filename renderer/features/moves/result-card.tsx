import './moves.css';
import { Link } from '#renderer/app/link.tsx';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import {
  Age,
  formatBytes,
  formatDuration,
  formatInteger,
  formatPercent,
  StatusDot,
} from '#renderer/ui/index.ts';
import type { Migration } from '#shared/domain/migration.ts';
import { PhaseRail } from './phase-rail.tsx';
import { downtimeParts } from './phases.ts';
import { lookOfEnd, reasonText, shortTime } from './words.ts';

/** A move that has ended: where the standstill went, what it cost, what lies where; or why it went back. */
export function ResultCard({ move }: { move: Migration }) {
  const t = useT();
  const done = move.phase === 'committed';
  const { tone, shape } = lookOfEnd(move);
  const place = (of: Migration['to']) => placeName(of.machineId, of.machineName, t);
  return (
    <article className={`result result--${done ? 'done' : 'back'}`}>
      <header className="result__head">
        <StatusDot tone={tone} shape={shape} />
        <h3>
          {t(done ? 'move.moved' : 'move.wentBack')}{' '}
          <Link href={paths.machine(move.from.machineId)}>{place(move.from)}</Link>
          {' → '}
          <Link href={paths.machine(move.to.machineId)}>{place(move.to)}</Link>
        </h3>
        <span className="quiet">{move.endedAt === null ? null : <Age at={move.endedAt} />}</span>
      </header>
      <p className="quiet">
        {t('move.modeAndReason', { mode: t(`move.mode.${move.mode}`), reason: reasonText(move, t) })}
      </p>
      {done ? null : <WhyBack move={move} />}
      {move.downtime ? <DowntimeBar downtime={move.downtime} /> : null}
      <Cost move={move} />
      {done && move.error ? <LeftOver move={move} /> : null}
      <details>
        <summary>{t('move.phases')}</summary>
        <PhaseRail move={move} />
      </details>
    </article>
  );
}

/** The standstill as one bar, each part as long as it took; the numbers beside it say the same. */
export function DowntimeBar({ downtime }: { downtime: NonNullable<Migration['downtime']> }) {
  const t = useT();
  const parts = downtimeParts(downtime);
  const total = shortTime(downtime.totalMs, t);
  const text = parts.map(({ part, ms }) => `${t(`move.part.${part}`)} ${shortTime(ms, t)}`).join(', ');
  return (
    <div className="downtime">
      <p>
        {t('move.stoodStill')} <b className="num">{total}</b>
      </p>
      <div className="downtime__bar" role="img" aria-label={t('move.downtimeBar', { total, parts: text })}>
        {parts.map(({ part, share }) => (
          <span
            key={part}
            className={`downtime__part downtime__part--${part}`}
            style={{ flexGrow: Math.max(0.005, share) }}
          />
        ))}
      </div>
      <ul className="downtime__key num">
        {parts.map(({ part, ms, share }) => (
          <li key={part}>
            <i className={`downtime__part downtime__part--${part}`} aria-hidden="true" />
            {t(`move.part.${part}`)} <b>{shortTime(ms, t)}</b>{' '}
            <span className="quiet">{formatPercent(share * 100)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Cost({ move }: { move: Migration }) {
  const t = useT();
  const { lostSteps, copiedBytes, checkpoint, broughtBack, kept, estimate, startedAt, endedAt } = move;
  return (
    <dl className="facts result__facts num">
      {lostSteps === null ? null : (
        <>
          <dt>{t('move.lostSteps')}</dt>
          <dd>{lostSteps === 0 ? t('move.none') : formatInteger(lostSteps)}</dd>
        </>
      )}
      {checkpoint ? (
        <>
          <dt>{t('move.wentOnFrom')}</dt>
          <dd>
            {checkpoint.step === null ? '' : `${t('move.step', { step: formatInteger(checkpoint.step) })}, `}
            <span className="mono">{checkpoint.path}</span>, {formatBytes(checkpoint.bytes)}
          </dd>
        </>
      ) : null}
      {broughtBack ? (
        <>
          <dt>{t('move.broughtBack')}</dt>
          <dd>
            {t('move.broughtBackText', {
              step: formatInteger(broughtBack.step),
              machine: placeName(move.to.machineId, move.to.machineName, t),
              bytes: formatBytes(broughtBack.bytes),
            })}{' '}
            <span className="mono quiet result__path">{broughtBack.path}</span>
          </dd>
        </>
      ) : null}
      <dt>{t('move.copied')}</dt>
      <dd>
        {t('move.copiedText', {
          before: formatBytes(copiedBytes.beforeStop),
          after: formatBytes(copiedBytes.afterStop),
        })}
        {move.path ? <span className="quiet"> {t(`move.by.${move.path}`)}</span> : null}
      </dd>
      {endedAt === null ? null : (
        <>
          <dt>{t('move.total')}</dt>
          <dd>
            {formatDuration(endedAt - startedAt)}
            {estimate && move.downtime ? (
              <span className="quiet">
                {' '}
                {t('move.wasExpected', {
                  low: formatDuration(estimate.downtimeMs.low),
                  high: formatDuration(estimate.downtimeMs.high),
                })}
              </span>
            ) : null}
          </dd>
        </>
      )}
      {kept.length > 0 ? (
        <>
          <dt>{t('move.kept')}</dt>
          <dd>
            <ul>
              {kept.map(({ machineId, machineName, what, path, bytes }) => (
                <li key={`${machineId} ${path}`}>
                  {t('move.keptText', {
                    what: t(`move.keptWhat.${what}`),
                    machine: placeName(machineId, machineName, t),
                    bytes: formatBytes(bytes),
                  })}{' '}
                  <span className="mono quiet result__path">{path}</span>
                </li>
              ))}
            </ul>
          </dd>
        </>
      ) : null}
    </dl>
  );
}

function WhyBack({ move }: { move: Migration }) {
  const t = useT();
  const { error } = move;
  const after =
    move.backEpoch === null ? t('move.neverStopped') : t('move.restartedHere', { n: move.backEpoch });
  return (
    <div className="result__why">
      <p>{error ? translateError(error.code, error.params, error.message) : t('move.cancelledByUser')}</p>
      <p className="soft">{after}</p>
      {error && error.details !== '' ? (
        <figure>
          <figcaption className="quiet">
            {t('move.lastLines', { machine: placeName(move.to.machineId, move.to.machineName, t) })}
          </figcaption>
          <pre className="code">{error.details}</pre>
        </figure>
      ) : null}
    </div>
  );
}

function LeftOver({ move: { error } }: { move: Migration }) {
  const t = useT();
  if (!error) return null;
  return (
    <p className="result__left">
      {t('move.leftOver', { what: translateError(error.code, error.params, error.message) })}
    </p>
  );
}
