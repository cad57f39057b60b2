import { useT } from '#renderer/i18n/index.ts';
import { Button, formatDuration, formatInteger, formatMoney, formatValue } from '#renderer/ui/index.ts';
import type { PortfolioSolution } from '#shared/domain/plan.ts';
import { sentence } from '../words.ts';
import { unpick } from './choices.ts';
import { useMany } from './many-store.ts';
import { stopImproving } from './use-plan.ts';

/** What came of it, how good it is proven to be, and, where not all can hold, what is in the way. */
export function Outcome({ solution, total }: { solution: PortfolioSolution; total: number }) {
  const t = useT();
  const picked = useMany((state) => state.picked);
  const { placed, late, costMicros, makespanMs, conflict } = solution;
  return (
    <section className="outcome" aria-label={t('plan.outcome')}>
      <dl className="outcome__numbers">
        <Amount label={t('plan.placed')} tone={placed < total ? 'bad' : ''}>
          {t('plan.ofAll', { n: formatInteger(placed), all: formatInteger(total) })}
        </Amount>
        <Amount label={t('plan.late')} tone={late > 0 ? 'bad' : ''}>
          {formatInteger(late)}
        </Amount>
        <Amount label={t('plan.cost')}>{formatMoney(costMicros)}</Amount>
        <Amount label={t('plan.allDone')}>{formatDuration(makespanMs)}</Amount>
      </dl>
      {picked === null ? <Proof solution={solution} /> : <Picked />}
      {conflict.length > 0 ? (
        <div className="conflict" role="status">
          <h3>{t('plan.conflict')}</h3>
          <ul>
            {conflict.map((reason) => (
              <li key={reason.message}>{sentence(reason)}</li>
            ))}
          </ul>
          <p className="soft">{t('plan.conflictHelp')}</p>
        </div>
      ) : null}
    </section>
  );
}

function Amount({ label, tone = '', children }: { label: string; tone?: string; children: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className={`num ${tone === '' ? '' : `outcome--${tone}`}`}>{children}</dd>
    </div>
  );
}

/** Which of the plans side by side it is, and the way back. */
function Picked() {
  const t = useT();
  return (
    <p className="outcome__proof" aria-live="polite">
      <span>{t('plan.pickedInstead')}</span>
      <Button small look="quiet" onClick={unpick}>
        {t('plan.unpick')}
      </Button>
    </p>
  );
}

/** The gap is proven: no plan at all can be better by more. */
function Proof({ solution: { gap, improving, tookMs } }: { solution: PortfolioSolution }) {
  const t = useT();
  const words =
    gap === null
      ? t('plan.noProof')
      : gap < 0.00005
        ? t('plan.provenBest')
        : t('plan.provenWithin', { gap: formatValue(Math.ceil(gap * 10_000) / 100) });
  return (
    <p className="outcome__proof" aria-live="polite">
      <span>
        {words} <span className="quiet num">{t('plan.took', { time: formatDuration(tookMs) })}</span>
      </span>
      {improving ? (
        <Button small look="quiet" onClick={stopImproving}>
          {t('plan.stopImproving')}
        </Button>
      ) : null}
    </p>
  );
}
