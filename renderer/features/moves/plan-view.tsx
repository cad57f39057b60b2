import { type Translate, useT } from '#renderer/i18n/index.ts';
import { formatBytes, formatDuration, formatInteger, StatusDot } from '#renderer/ui/index.ts';
import type { CopyPath, CopyPathKind } from '#shared/domain/copy.ts';
import type { MigrationCheck, MigrationPlan } from '#shared/domain/migration.ts';
import type { MigrationMode } from '#shared/domain/migration-phases.ts';
import { bytesByStop, sortChecks } from './plan-facts.ts';
import { said } from './said.ts';
import { costText, rangeText, rateText } from './words.ts';

/** What a move would be: how it can be done, what stands against it, what it costs, what travels. */
export function PlanView({
  plan,
  looking,
  mode,
  path,
  onMode,
  onPath,
}: {
  plan: MigrationPlan;
  looking: boolean;
  /** What the user has chosen, else what the plan has; the plan for it may still be on its way. */
  mode: MigrationMode;
  path: CopyPathKind | null;
  onMode(mode: MigrationMode): void;
  onPath(path: CopyPathKind): void;
}) {
  return (
    <div className={`move__plan ${looking ? 'move__plan--old' : ''}`} aria-busy={looking}>
      <Checks checks={plan.checks} />
      <Modes plan={plan} chosen={mode} onMode={onMode} />
      <Paths plan={plan} chosen={path} onPath={onPath} />
      {plan.estimate ? <Estimate estimate={plan.estimate} /> : null}
      {plan.copies.length > 0 ? <Copies copies={plan.copies} /> : null}
    </div>
  );
}

function Estimate({ estimate }: { estimate: NonNullable<MigrationPlan['estimate']> }) {
  const t = useT();
  const { downtimeMs, totalMs, lostSteps, lostMs } = estimate;
  const lost =
    lostSteps === null
      ? t('move.notKnown')
      : lostSteps > 0 && lostMs !== null
        ? t('move.lostStepsTime', { steps: formatInteger(lostSteps), time: formatDuration(lostMs) })
        : formatInteger(lostSteps);
  return (
    <dl className="move__figures num" aria-label={t('move.estimate')}>
      <div>
        <dt>{t('move.downtime')}</dt>
        <dd>{rangeText(downtimeMs, t)}</dd>
      </div>
      <div>
        <dt>{t('move.total')}</dt>
        <dd>{rangeText(totalMs, t)}</dd>
      </div>
      <div>
        <dt>{t('move.lostSteps')}</dt>
        <dd>{lost}</dd>
      </div>
    </dl>
  );
}

function Modes({
  plan,
  chosen,
  onMode,
}: {
  plan: MigrationPlan;
  chosen: MigrationMode;
  onMode(mode: MigrationMode): void;
}) {
  const t = useT();
  return (
    <fieldset className="move__modes">
      <legend>{t('move.how')}</legend>
      {plan.modes.map((each) => (
        <label
          key={each.mode}
          className={`choice choice--mode ${each.mode === chosen ? 'choice--chosen' : ''} ${each.possible ? '' : 'choice--off'}`}
        >
          <input
            type="radio"
            name="mode"
            checked={each.mode === chosen}
            disabled={!each.possible}
            onChange={() => onMode(each.mode)}
          />
          <b>{t(`move.mode.${each.mode}`)}</b>
          <span className="soft">{costText(each, each.mode === plan.mode ? plan.estimate : null, t)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Paths({
  plan,
  chosen,
  onPath,
}: {
  plan: MigrationPlan;
  chosen: CopyPathKind | null;
  onPath(path: CopyPathKind): void;
}) {
  const t = useT();
  if (plan.paths.length === 0) return null;
  return (
    <fieldset className="move__modes">
      <legend>{t('move.way')}</legend>
      {plan.paths.map((path) => (
        <label
          key={path.kind}
          className={`choice choice--mode ${path.kind === chosen ? 'choice--chosen' : ''} ${path.usable ? '' : 'choice--off'}`}
        >
          <input
            type="radio"
            name="path"
            checked={path.kind === chosen}
            disabled={!path.usable}
            onChange={() => onPath(path.kind)}
          />
          <b>{t(`move.path.${path.kind}`)}</b>
          <span className="soft num">{pathText(path, t)}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** What was measured on a way, or why it cannot be used. */
export function pathText({ usable, bytesPerSecond, roundTripMs, why }: CopyPath, t: Translate): string {
  const measured = [
    bytesPerSecond === null ? '' : rateText(bytesPerSecond, t),
    roundTripMs === null ? '' : t('move.roundTrip', { time: formatDuration(roundTripMs) }),
    why ? said(why) : '',
  ].filter(Boolean);
  return measured.length > 0
    ? measured.join(t('ui.comma'))
    : t(usable ? 'move.notMeasured' : 'move.notUsable');
}

const looks = { fail: ['bad', 'cross'], warn: ['warn', 'half'], pass: ['ok', 'tick'] } as const;

export function Checks({ checks }: { checks: readonly MigrationCheck[] }) {
  const t = useT();
  const { fails, warnings, passes } = sortChecks(checks);
  return (
    <section className="move__checks" aria-label={t('move.checks')}>
      {fails.length + warnings.length > 0 ? (
        <ul>
          {[...fails, ...warnings].map((check) => (
            <Check key={`${check.code} ${check.message}`} check={check} />
          ))}
        </ul>
      ) : null}
      {passes.length > 0 ? (
        <details>
          <summary>
            <StatusDot tone="ok" shape="tick" /> {t('move.passes', { count: passes.length })}
          </summary>
          <ul>
            {passes.map((check) => (
              <Check key={`${check.code} ${check.message}`} check={check} />
            ))}
          </ul>
        </details>
      ) : null}
    </section>
  );
}

function Check({ check }: { check: MigrationCheck }) {
  const t = useT();
  const [tone, shape] = looks[check.verdict];
  return (
    <li className={`check-line check-line--${check.verdict}`}>
      <StatusDot tone={tone} shape={shape} label={t(`move.verdict.${check.verdict}`)} />
      <div>
        <p>{said(check)}</p>
        {check.remedy ? <p className="soft">{said(check.remedy)}</p> : null}
      </div>
    </li>
  );
}

function Copies({ copies }: { copies: MigrationPlan['copies'] }) {
  const t = useT();
  const { before, after } = bytesByStop(copies);
  return (
    <section>
      <h3>{t('move.travels')}</h3>
      <table className="plain-table num">
        <thead>
          <tr>
            <th scope="col">{t('move.what')}</th>
            <th scope="col" className="plain-table__right">
              {t('move.files')}
            </th>
            <th scope="col" className="plain-table__right">
              {t('move.size')}
            </th>
            <th scope="col">{t('move.when')}</th>
          </tr>
        </thead>
        <tbody>
          {copies.map(({ what, files, bytes, beforeStop }) => (
            <tr key={`${what} ${beforeStop}`}>
              <td>{t(`move.what.${what}`)}</td>
              <td className="plain-table__right">{formatInteger(files)}</td>
              <td className="plain-table__right">{formatBytes(bytes)}</td>
              <td className="soft">{t(beforeStop ? 'move.beforeStop' : 'move.afterStop')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet num move__sum">
        {t('move.travelsSum', { before: formatBytes(before), after: formatBytes(after) })}
      </p>
    </section>
  );
}
