import type { ReactNode } from 'react';
import { FigureButton } from '#renderer/features/figures/index.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Age,
  Badge,
  formatBytes,
  formatDuration,
  formatMoney,
  formatValue,
  formatWhen,
} from '#renderer/ui/index.ts';
import type { Figure } from '#shared/domain/figure.ts';
import type { Alternative } from '#shared/domain/plan.ts';
import { hardware, kindWord, sentence, whereabouts } from '../words.ts';
import { Parts } from './parts.tsx';

/** One place in full: what it costs and takes, why it may be taken or not, what the numbers are made of. */
export function ChoiceCard({
  one,
  at,
  recommended,
  children,
}: {
  one: Alternative;
  /** When it was judged, epoch ms. */
  at: number;
  recommended: boolean;
  /** What can be done with it. */
  children?: ReactNode;
}) {
  const t = useT();
  const { place, costMicros, durationMs, costFigure, timeFigure, reasons } = one;
  const badge = one.excluded ? 'plan.excluded' : recommended ? 'plan.recommended' : 'plan.chosen';
  return (
    <section className="pick" aria-label={t('plan.choice')}>
      <header className="pick__head">
        <Badge tone={one.excluded ? 'bad' : 'accent'}>{t(badge)}</Badge>
        <h2 className="clip" title={place.title}>
          {place.title}
        </h2>
        <span className="pick__what clip">
          {[hardware(place, t), kindWord(place.kind, t), whereabouts(place)]
            .filter((part) => part !== '')
            .join(' · ')}
        </span>
      </header>
      <div className="pick__body">
        <dl className="pick__numbers">
          <Amount label={t('plan.cost')} figure={costFigure} text={costMicros && formatMoney(costMicros.p50)}>
            {costMicros
              ? t('plan.range', { low: formatMoney(costMicros.p10), high: formatMoney(costMicros.p90) })
              : null}
          </Amount>
          <Amount
            label={t('plan.time')}
            figure={timeFigure}
            text={durationMs && formatDuration(durationMs.p50)}
          >
            {durationMs
              ? t('plan.range', { low: formatDuration(durationMs.p10), high: formatDuration(durationMs.p90) })
              : null}
          </Amount>
          <Amount label={t('plan.doneAt')} text={durationMs && formatWhen(at + durationMs.p50, at)}>
            {durationMs ? t('plan.latest', { when: formatWhen(at + durationMs.p90, at) }) : null}
          </Amount>
        </dl>
        <Facts one={one} />
        <ul className="pick__reasons">
          {reasons.map((reason) => (
            <li key={`${reason.code} ${reason.message}`}>{sentence(reason)}</li>
          ))}
        </ul>
      </div>
      {one.parts ? <Parts parts={one.parts} /> : null}
      <div className="pick__acts">{children}</div>
    </section>
  );
}

function Amount({
  label,
  figure = null,
  text,
  children,
}: {
  label: string;
  figure?: Figure | null;
  text: string | null;
  children: ReactNode;
}) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {text === null ? (
          '–'
        ) : figure ? (
          <FigureButton figure={figure}>{text}</FigureButton>
        ) : (
          <span>{text}</span>
        )}
        <small>{children}</small>
      </dd>
    </div>
  );
}

/** Memory, carbon and the age of the price: what is not known is left out. */
function Facts({ one: { fit, carbonGrams, pricedAt } }: { one: Alternative }) {
  const t = useT();
  return (
    <dl className="pick__facts">
      {fit ? (
        <div>
          <dt>{t('plan.memory')}</dt>
          <dd>
            {t('plan.memoryOf', {
              low: formatBytes(fit.need.lowBytes),
              high: formatBytes(fit.need.highBytes),
              has: formatBytes(fit.availableBytes),
            })}
          </dd>
        </div>
      ) : null}
      {carbonGrams === null ? null : (
        <div>
          <dt>{t('plan.carbon')}</dt>
          <dd>{t('plan.kilograms', { n: formatValue(Math.round(carbonGrams / 100) / 10) })}</dd>
        </div>
      )}
      <div>
        <dt>{t('plan.priceAge')}</dt>
        <dd>{pricedAt === null ? t('plan.ownCosts') : <Age at={pricedAt} />}</dd>
      </div>
    </dl>
  );
}
