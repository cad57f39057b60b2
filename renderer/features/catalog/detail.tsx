import type { ReactNode } from 'react';
import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { shownMoney } from '#renderer/app/shown-money.ts';
import { FigureButton } from '#renderer/features/figures/index.ts';
import { type Key, useT } from '#renderer/i18n/index.ts';
import { CopyButton, formatMoney, formatValue, IconButton } from '#renderer/ui/index.ts';
import type { Figure } from '#shared/domain/figure.ts';
import { acceleratorFinder } from '#shared/planner/accelerators.ts';
import { offerFigures } from '#shared/planner/offer-figures.ts';
import { useCatalogStore } from './catalog-store.ts';
import { bandText, linkNames, PriceAge } from './columns.tsx';
import { countryName, gpusText, providerName } from './names.ts';
import type { OfferRow } from './offer-row.ts';
import { offersCsv } from './offers-csv.ts';
import { sourceTitle } from './source-title.ts';

/** Where one goes on from an offer. */
export function linksOf({ offer, machineId }: OfferRow): { plan: string; fit: string } {
  const [fit, plan] = [new URLSearchParams(), new URLSearchParams()];
  if (offer.accelerator !== null) {
    fit.set('on', offer.accelerator);
    plan.set('accelerator', offer.accelerator);
    plan.set('gpus', String(offer.acceleratorCount));
  }
  if (offer.acceleratorCount >= 1) fit.set('gpus', String(Math.floor(offer.acceleratorCount)));
  if (machineId === null) plan.set('provider', offer.provider);
  return { plan: `${paths.plan()}?${plan}`, fit: paths.fit(fit) };
}

/** An offer in full: what it is, what it costs and how each price comes about. */
export function OfferDetail({ row, onClose }: { row: OfferRow; onClose(): void }) {
  const t = useT();
  const { sources, accelerators, regions } = useCatalogStore();
  const { offer, machineId, country } = row;
  const origins = { sources, find: acceleratorFinder(accelerators) };
  const region = regions.find((one) => one.provider === offer.provider && one.region === offer.region);
  const source = sources.find(({ id }) => id === offer.sourceId);
  const links = linksOf(row);
  const size = (value: number | null, unit: string) =>
    value === null ? null : `${formatValue(Number(value.toPrecision(4)))} ${unit}`;
  const facts: [Key, ReactNode][] = [
    ['catalog.accelerator', gpusText(offer.accelerator, offer.acceleratorCount)],
    ['catalog.vramEach', size(row.gpuMemoryGiB, 'GiB')],
    ['catalog.link', offer.link === null ? null : linkNames[offer.link]],
    ['catalog.vCpus', offer.vCpus === null ? null : formatValue(offer.vCpus)],
    ['catalog.ramFull', size(offer.memoryGiB, 'GiB')],
    ['catalog.diskFull', size(offer.localDiskGiB, 'GiB')],
    ['catalog.networkFull', size(offer.networkGbps, 'Gbit/s')],
    ['catalog.architecture', offer.architecture],
    ['catalog.riskFull', offer.spotBand === null ? null : bandText(offer.spotBand)],
    ['catalog.carbonFull', size(row.carbonGramsPerKWh, 'g CO₂/kWh')],
  ];
  return (
    <aside className="offers__detail" aria-label={t('catalog.detail', { name: offer.instanceType })}>
      <div className="offers__detail-head">
        <div>
          <h2>{offer.instanceType}</h2>
          <p className="quiet">
            {[
              providerName(offer.provider, t),
              region?.title && region.title !== offer.region
                ? `${offer.region} (${region.title})`
                : offer.region,
              offer.zone,
              country === null || region?.title.includes(countryName(country)) ? null : countryName(country),
            ]
              .filter((part) => part !== null)
              .join(', ')}
          </p>
        </div>
        <IconButton label={t('ui.close')} onClick={onClose}>
          ✕
        </IconButton>
      </div>
      <Prices row={row} origins={origins} />
      {machineId !== null && row.onDemand.perHour === null ? (
        <p className="quiet">
          {t('catalog.noCostText')} <Link href={paths.costs}>{t('catalog.setCost')}</Link>
        </p>
      ) : null}
      <dl className="facts">
        {facts.map(([key, value]) =>
          value === null || value === '–' ? null : (
            <div key={key} className="offers__fact">
              <dt>{t(key)}</dt>
              <dd className="num">{value}</dd>
            </div>
          ),
        )}
      </dl>
      {machineId === null ? (
        <p className="quiet offers__origin">
          {t('catalog.pricedBy', { source: source ? sourceTitle(source) : offer.sourceId })}{' '}
          <PriceAge at={offer.pricedAt} now={Date.now()} />
        </p>
      ) : null}
      <div className="offers__acts">
        <Link className="button button--primary" href={links.plan}>
          {t('catalog.planHere')}
        </Link>
        {offer.accelerator === null ? null : (
          <Link className="button" href={links.fit}>
            {t('catalog.doesItFit')}
          </Link>
        )}
        <CopyButton text={() => offersCsv([row], shownMoney())} label={t('catalog.copyRow')} />
      </div>
    </aside>
  );
}

function Prices({ row, origins }: { row: OfferRow; origins: Parameters<typeof offerFigures>[2] }) {
  const t = useT();
  const onDemand = offerFigures(row.offer, 'on-demand', origins);
  const spot = offerFigures(row.offer, 'spot', origins);
  if (!onDemand && !spot) return null;
  const lines = [
    ['catalog.perHour', 'price'],
    ['catalog.perGpuHour', 'perGpu'],
    ['catalog.perGiBHour', 'perGiB'],
    ['catalog.perPflopHour', 'perPflop'],
  ] as const;
  const cell = (figure: Figure | null | undefined) => (
    <td className="plain-table__right">
      {figure ? (
        <FigureButton figure={figure}>
          {formatMoney(Number(figure.value), figure.key === 'pricePerGiB')}
        </FigureButton>
      ) : (
        <span className="quiet">–</span>
      )}
    </td>
  );
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">
            <span className="hidden-visually">{t('catalog.price')}</span>
          </th>
          <th scope="col" className="plain-table__right">
            {t('catalog.onDemand')}
          </th>
          {spot ? (
            <th scope="col" className="plain-table__right">
              {t('catalog.spot')}
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {lines.map(([key, name]) => (
          <tr key={name}>
            <th scope="row">{t(key)}</th>
            {cell(onDemand?.[name])}
            {spot ? cell(spot[name]) : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
