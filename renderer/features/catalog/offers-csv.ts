import type { CsvMoney } from '#shared/planner/csv-money.ts';
import { csvOf } from '#shared/planner/export-csv.ts';
import type { OfferRow } from './offer-row.ts';

/** Rows as they are filtered and sorted: prices an hour, in the currency of the page, too; sizes in GiB. English: it is read by programs. */
export function offersCsv(rows: Iterable<OfferRow>, money: CsvMoney): string {
  return csvOf(
    [
      'provider',
      'region',
      'country',
      'zone',
      'instance_type',
      'accelerator',
      'accelerator_count',
      'accelerator_memory_gib',
      'vcpus',
      'memory_gib',
      'local_disk_gib',
      'network_gbps',
      'link',
      'price_usd_per_hour',
      'spot_price_usd_per_hour',
      'spot_band',
      'usd_per_gpu_hour',
      'usd_per_gib_hour',
      'usd_per_pflop_hour',
      'source',
      'priced_at',
    ],
    [...rows].map(({ offer, country, gpuMemoryGiB, onDemand, spot }) => [
      offer.provider,
      offer.region,
      country,
      offer.zone,
      offer.instanceType,
      offer.accelerator,
      offer.acceleratorCount,
      gpuMemoryGiB,
      offer.vCpus,
      offer.memoryGiB,
      offer.localDiskGiB,
      offer.networkGbps,
      offer.link,
      onDemand.perHour,
      spot.perHour,
      offer.spotBand,
      onDemand.perGpu,
      onDemand.perGiB,
      onDemand.perPflop,
      offer.sourceId,
      new Date(offer.pricedAt).toISOString(),
    ]),
    money,
  );
}
