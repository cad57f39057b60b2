import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { type Key, type Translate, useT } from '#renderer/i18n/index.ts';
import {
  Badge,
  type Column,
  formatAge,
  formatDate,
  formatInteger,
  formatMoney,
  formatPercent,
  formatValue,
} from '#renderer/ui/index.ts';
import { spotBands } from '#shared/domain/catalog.ts';
import type { OfferSort } from '#shared/planner/offer-filter.ts';
import { countryName, gpusText, providerName } from './names.ts';
import { type OfferRow, spotSaving } from './offer-row.ts';

/** Older than this a price is said to be old. Spot prices move by the hour, those on demand by the year. */
export const oldAfterMs = 30 * 24 * 3_600_000;

const nothing = <span className="quiet">–</span>;
const number = (value: number | null, unit = '') =>
  value === null ? (
    nothing
  ) : (
    <span className="num soft">{`${formatValue(Number(value.toPrecision(4)))}${unit}`}</span>
  );
/** GiB; whole where the rest says nothing. */
const size = (gib: number | null) => number(gib !== null && gib >= 10 ? Math.round(gib) : gib);
const money = (micros: number | null, fine = false) =>
  micros === null ? nothing : <span className="num">{formatMoney(micros, fine)}</span>;

/** Chances of being interrupted within a month, as AWS says them: "5–10 %", the last one without an end. */
export function bandText(band: number): string {
  const { low, high } = spotBands[band] ?? spotBands[4];
  if (low === 0) return `< ${high} %`;
  return band === 4 ? `> ${low} %` : `${low}–${high} %`;
}

export function PriceAge({ at, now }: { at: number; now: number }) {
  const t = useT();
  const age = formatAge(at, now);
  const title = formatDate(at);
  return now - at > oldAfterMs ? (
    <span className="num offers__old" title={t('catalog.oldPrice', { date: title })}>
      {age}
    </span>
  ) : (
    <span className="num quiet" title={title}>
      {age}
    </span>
  );
}

interface OfferColumn extends Omit<Column<OfferRow>, 'title' | 'sortKey'> {
  title: Key;
  sortKey?: OfferSort;
  /** Shown where nobody has chosen otherwise. */
  usual: boolean;
}

const columns = (t: Translate, now: number): OfferColumn[] => [
  {
    key: 'instanceType',
    title: 'catalog.instanceType',
    width: 120,
    minWidth: 100,
    sortKey: 'instanceType',
    grows: true,
    usual: true,
    cell: ({ offer, machineId }) =>
      machineId === null ? (
        <span className="clip" title={offer.instanceType}>
          {offer.instanceType}
        </span>
      ) : (
        <Link className="clip" href={paths.machine(machineId)} title={offer.instanceType}>
          {offer.instanceType}
        </Link>
      ),
  },
  {
    key: 'provider',
    title: 'catalog.provider',
    width: 86,
    sortKey: 'provider',
    usual: true,
    cell: ({ offer, machineId }) =>
      machineId === null ? (
        <span className="clip soft">{providerName(offer.provider, t)}</span>
      ) : (
        <Badge tone="accent">{t('catalog.own')}</Badge>
      ),
  },
  {
    key: 'region',
    title: 'catalog.region',
    width: 130,
    sortKey: 'region',
    usual: true,
    cell: ({ offer, country }) => (
      <>
        <span className="clip soft" title={offer.region}>
          {offer.region}
        </span>
        {country === null ? null : (
          <span className="quiet" title={countryName(country)}>
            {country}
          </span>
        )}
      </>
    ),
  },
  {
    key: 'zone',
    title: 'catalog.zone',
    width: 110,
    sortKey: 'zone',
    usual: false,
    cell: ({ offer }) => <span className="clip soft">{offer.zone ?? '–'}</span>,
  },
  {
    key: 'accelerator',
    title: 'catalog.accelerator',
    width: 128,
    sortKey: 'accelerator',
    usual: true,
    cell: ({ offer }) => (
      <span className="clip num" title={gpusText(offer.accelerator, offer.acceleratorCount)}>
        {gpusText(offer.accelerator, offer.acceleratorCount)}
      </span>
    ),
  },
  {
    key: 'gpuMemory',
    title: 'catalog.vram',
    width: 74,
    align: 'right',
    sortKey: 'gpuMemory',
    usual: true,
    cell: ({ gpuMemoryGiB }) => size(gpuMemoryGiB),
  },
  {
    key: 'totalMemory',
    title: 'catalog.totalVram',
    width: 86,
    align: 'right',
    sortKey: 'totalMemory',
    usual: false,
    cell: ({ totalMemoryGiB }) => size(totalMemoryGiB),
  },
  {
    key: 'vCpus',
    title: 'catalog.vCpus',
    width: 66,
    align: 'right',
    sortKey: 'vCpus',
    usual: true,
    drop: 3,
    cell: ({ offer }) => number(offer.vCpus),
  },
  {
    key: 'memory',
    title: 'catalog.ram',
    width: 82,
    align: 'right',
    sortKey: 'memory',
    usual: true,
    drop: 3,
    cell: ({ offer }) => size(offer.memoryGiB),
  },
  {
    key: 'localDisk',
    title: 'catalog.disk',
    width: 92,
    align: 'right',
    sortKey: 'localDisk',
    usual: false,
    cell: ({ offer }) => number(offer.localDiskGiB),
  },
  {
    key: 'network',
    title: 'catalog.network',
    width: 88,
    align: 'right',
    sortKey: 'network',
    usual: false,
    drop: 4,
    cell: ({ offer }) => number(offer.networkGbps),
  },
  {
    key: 'link',
    title: 'catalog.link',
    width: 72,
    usual: true,
    drop: 4,
    cell: ({ offer }) =>
      offer.link === null ? nothing : <span className="soft">{linkNames[offer.link]}</span>,
  },
  {
    key: 'tflops',
    title: 'catalog.tflops',
    width: 84,
    align: 'right',
    sortKey: 'tflops',
    usual: false,
    cell: ({ tflops }) =>
      tflops === null ? nothing : <span className="num soft">{formatInteger(tflops)}</span>,
  },
  {
    key: 'price',
    title: 'catalog.price',
    width: 96,
    align: 'right',
    sortKey: 'price',
    usual: true,
    cell: ({ onDemand, machineId }) =>
      onDemand.perHour === null && machineId !== null ? (
        <Link className="clip" href={paths.costs} title={t('catalog.noCostText')}>
          {t('catalog.noCost')}
        </Link>
      ) : (
        money(onDemand.perHour)
      ),
  },
  {
    key: 'spotPrice',
    title: 'catalog.spot',
    width: 112,
    align: 'right',
    sortKey: 'spotPrice',
    usual: true,
    cell: (row) => {
      const saving = spotSaving(row);
      return (
        <>
          {saving === null ? null : (
            <span className="quiet num" title={t('catalog.saving')}>
              −{formatPercent(saving * 100)}
            </span>
          )}
          {money(row.spot.perHour)}
        </>
      );
    },
  },
  {
    key: 'spotBand',
    title: 'catalog.risk',
    width: 84,
    align: 'right',
    sortKey: 'spotBand',
    usual: true,
    drop: 2,
    cell: ({ offer }) =>
      offer.spotBand === null ? nothing : <span className="num soft">{bandText(offer.spotBand)}</span>,
  },
  {
    key: 'perGpu',
    title: 'catalog.perGpu',
    width: 86,
    align: 'right',
    sortKey: 'pricePerGpu',
    usual: true,
    drop: 1,
    cell: ({ onDemand }) => money(onDemand.perGpu),
  },
  {
    key: 'perGiB',
    title: 'catalog.perGiB',
    width: 92,
    align: 'right',
    sortKey: 'pricePerGiB',
    usual: true,
    drop: 1,
    cell: ({ onDemand }) => money(onDemand.perGiB, true),
  },
  {
    key: 'perPflop',
    title: 'catalog.perPflop',
    width: 92,
    align: 'right',
    sortKey: 'pricePerPflop',
    usual: true,
    drop: 1,
    cell: ({ onDemand }) => money(onDemand.perPflop),
  },
  {
    key: 'carbon',
    title: 'catalog.carbon',
    width: 96,
    align: 'right',
    sortKey: 'carbon',
    usual: false,
    cell: ({ carbonGramsPerKWh }) => number(carbonGramsPerKWh),
  },
  {
    key: 'pricedAt',
    title: 'catalog.age',
    width: 122,
    align: 'right',
    sortKey: 'pricedAt',
    usual: true,
    cell: ({ offer, onDemand }) =>
      onDemand.perHour === null && offer.spotMicrosPerHour === null ? (
        nothing
      ) : (
        <PriceAge at={offer.pricedAt} now={now} />
      ),
  },
];

export const linkNames = { nvlink: 'NVLink', pcie: 'PCIe', xgmi: 'xGMI', ici: 'ICI' } as const;

/** What can be chosen, in the order in which it is shown. */
export const columnChoices = (t: Translate): { value: string; label: string }[] =>
  columns(t, 0).map(({ key, title }) => ({ value: key, label: t(title) }));

export const usualColumns = (t: Translate): string[] =>
  columns(t, 0)
    .filter(({ usual }) => usual)
    .map(({ key }) => key);

/** The table's columns; `chosen` null: as usual. The first one always is. */
export function offerColumnsOf(
  t: Translate,
  now: number,
  chosen: readonly string[] | null,
): Column<OfferRow>[] {
  return columns(t, now)
    .filter(({ key, usual, grows }) => grows || (chosen === null ? usual : chosen.includes(key)))
    .map(({ usual: _, title, ...column }) => ({ ...column, title: t(title) }));
}
