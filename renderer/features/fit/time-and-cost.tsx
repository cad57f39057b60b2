import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { useCatalogStore } from '#renderer/features/catalog/catalog-store.ts';
import { gpusText, providerName } from '#renderer/features/catalog/names.ts';
import { FigureButton, formatAmount, formatCompact } from '#renderer/features/figures/index.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Badge, formatDuration, formatMoney, StatusDot } from '#renderer/ui/index.ts';
import type { TimeEstimate } from '#shared/domain/fit.ts';
import type { FindAccelerator } from '#shared/planner/accelerators.ts';
import { offerFigures } from '#shared/planner/offer-figures.ts';
import { costFigure, type FittingOffer } from './answer.ts';
import { marks } from './verdict.tsx';

/** How long it takes on the GPUs that are chosen: the usual, and what nine in ten stay within. */
export function TimeLine({ time }: { time: TimeEstimate | null }) {
  const t = useT();
  if (!time) return <p className="quiet">{t('fit.noTime')}</p>;
  return (
    <p className="num fit__time">
      <FigureButton figure={time.figure} className="fit__big">
        {formatDuration(time.ms.p50)}
      </FigureButton>
      <span className="soft">
        {t('fit.between', { low: formatDuration(time.ms.p10), high: formatDuration(time.ms.p90) })}
      </span>
      <span className="soft">
        {t('fit.speed', {
          low: formatCompact(time.tokensPerSecond.p10),
          high: formatCompact(time.tokensPerSecond.p90),
        })}
      </span>
      <Badge {...(time.basis === 'measured' && { tone: 'ok' as const })}>
        {t(`fit.basis.${time.basis}`)}
      </Badge>
    </p>
  );
}

/** The cheapest offers on which it fits. */
export function FittingOffers({ offers, find }: { offers: readonly FittingOffer[]; find: FindAccelerator }) {
  const t = useT();
  const { table, sources } = useCatalogStore();
  if (!table) return null;
  if (offers.length === 0) return <p className="quiet">{t('fit.noOffer')}</p>;
  return (
    <table className="plain-table fit__offers">
      <thead>
        <tr>
          <th scope="col">{t('fit.gpus')}</th>
          <th scope="col">{t('fit.offer')}</th>
          <th scope="col" className="plain-table__right">
            {t('fit.perHour')}
          </th>
          <th scope="col" className="plain-table__right">
            {t('fit.time')}
          </th>
          <th scope="col" className="plain-table__right">
            {t('fit.cost')}
          </th>
        </tr>
      </thead>
      <tbody>
        {offers.map(({ row, verdict, time, kind, costMicros }) => {
          const offer = table.row(row);
          const price = offerFigures(offer, kind, { sources, find })?.price;
          return (
            <tr key={row}>
              <th scope="row">
                <StatusDot {...marks[verdict]} label={t(`fit.becomes.${verdict}`)} />{' '}
                {gpusText(offer.accelerator, offer.acceleratorCount)}
              </th>
              <td>
                <Link href={`${paths.offers()}?offer=${encodeURIComponent(offer.id)}`}>
                  {offer.instanceType}
                </Link>{' '}
                <span className="quiet">
                  {providerName(offer.provider, t)}, {offer.region}
                </span>
              </td>
              <td className="plain-table__right num">
                {price ? <FigureButton figure={price}>{formatMoney(Number(price.value))}</FigureButton> : '–'}
                {kind === 'spot' ? <span className="quiet"> {t('fit.spot')}</span> : null}
              </td>
              <td className="plain-table__right num">
                {time ? <FigureButton figure={time.figure}>{formatDuration(time.ms.p50)}</FigureButton> : '–'}
              </td>
              <td className="plain-table__right num">
                {costMicros !== null && price && time ? (
                  <FigureButton figure={costFigure(price, time.figure, costMicros)}>
                    {formatAmount(costMicros, 'micros')}
                  </FigureButton>
                ) : (
                  '–'
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
