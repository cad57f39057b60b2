import path from 'node:path';
import { api } from '#backend/api/index.ts';
import { readShipped } from '#backend/catalog/shipped.ts';
import type { EventBus } from '#backend/events.ts';
import type { CatalogSource, ImportReport, Offer } from '#shared/domain/catalog.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { Quota, QuotaReport } from '#shared/domain/quota.ts';
import { OfferTable, offerId } from '#shared/planner/offer-table.ts';
import { ownHourlyRate } from '#shared/planner/own-costs.ts';
import { quotaId } from '#shared/planner/quotas/index.ts';

const day = 24 * 3_600_000;
const shippedDirectory = path.join(import.meta.dirname, '..', '..', 'resources', 'catalog');

/** [accelerator, count, dollars an hour, spot dollars] of a price sheet that somebody took in some time ago. */
const sheet = [
  ['H100', 1, 2.49, 1.2],
  ['H100', 8, 19.92, null],
  ['A100-80GB', 1, 1.39, 0.79],
  ['L40S', 1, 0.79, 0.4],
  ['B200', 8, 47.92, null],
] as const;

/** What the app comes with, a price sheet of the user's that has grown old, and the costs of one of their machines. */
export function fixtureCatalog(now: number, events: EventBus, machines: readonly Machine[]) {
  const shipped = readShipped(shippedDirectory);
  const imported: CatalogSource = {
    id: 'import-team-prices',
    kind: 'imported',
    title: 'team-prices.csv',
    provider: 'northlight',
    region: null,
    url: null,
    rows: sheet.length,
    pricedAt: now - 64 * day,
    takenAt: now - 60 * day,
  };
  const own = sheet.map(([accelerator, count, dollars, spot]): Offer => {
    const place = {
      provider: 'northlight',
      region: 'oslo-1',
      zone: null,
      instanceType: `${count}x${accelerator.toLowerCase()}`,
    };
    return {
      id: offerId(place),
      ...place,
      accelerator,
      acceleratorCount: count,
      acceleratorMemoryGiB: null,
      vCpus: count * 24,
      memoryGiB: count * 128,
      localDiskGiB: 2000,
      networkGbps: 100,
      link: count > 1 ? 'nvlink' : null,
      architecture: 'x86_64',
      onDemandMicrosPerHour: dollars * 1e6,
      spotMicrosPerHour: spot === null ? null : spot * 1e6,
      spotBand: null,
      sourceId: imported.id,
      pricedAt: imported.pricedAt,
    };
  });
  let sources = [...shipped.sources.map(({ source }) => source), imported];
  const table = () =>
    OfferTable.of([
      ...shipped.sources.flatMap(({ offers }) => offers),
      ...(sources.includes(imported) ? own : []),
    ]);
  let current = table();
  const [priced] = machines.filter(({ inventory }) => (inventory?.accelerators.length ?? 0) > 0);
  const costs = {
    capexMicros: 280_000e6,
    residualMicros: 40_000e6,
    overhead: 0.1,
    years: 4,
    powerKW: 9,
    pue: 1.3,
    microsPerKWh: 180_000,
    otherMicrosPerHour: 900_000,
    utilisation: 0.7,
  };
  let quotas = pretendedQuotas(now - 9 * day);
  const router = api.catalog.router({
    sources: api.catalog.sources.handler(() => sources),
    accelerators: api.catalog.accelerators.handler(() => shipped.accelerators),
    regions: api.catalog.regions.handler(() => shipped.regions),
    egress: api.catalog.egress.handler(() => shipped.egress),
    storage: api.catalog.storage.handler(() => shipped.storage),
    offers: api.catalog.offers.handler(({ input }) =>
      input.have === current.version ? null : { version: current.version, packed: current.pack() },
    ),
    offer: api.catalog.offer.handler(({ input }) => {
      const row = current.indexOf(input.id);
      return row < 0 ? null : current.row(row);
    }),
    refresh: api.catalog.refresh.handler(() => {
      throw new TrainyardError('NOT_AVAILABLE', 'The pretended yard asks nobody.');
    }),
    import: api.catalog.import.handler(() => pretendedImport),
    removeSource: api.catalog.removeSource.handler(({ input }) => {
      sources = sources.filter(({ id }) => id !== input.sourceId);
      current = table();
      events.publish({ type: 'catalog.changed', version: current.version });
    }),
    ownCosts: api.catalog.ownCosts.handler(() => {
      if (!priced) return [];
      const gpus = priced.inventory?.accelerators.length ?? 0;
      const rate = ownHourlyRate(costs, gpus, 700);
      return [
        {
          machineId: priced.id,
          costs,
          rate: { microsPerHour: rate.microsPerHour, basis: 'own' as const, since: now - 12 * day },
          gpuMicrosPerHour: rate.microsPerUsefulGpuHour,
        },
      ];
    }),
    setOwnCosts: api.catalog.setOwnCosts.handler(() => undefined),
    quotas: api.catalog.quotas.handler(() => quotas),
    setQuota: api.catalog.setQuota.handler(({ input: { instead, was, ...limit } }) => {
      const id = quotaId(limit);
      const said = { ...limit, id, title: '', source: 'typed' as const, at: now, ...was };
      quotas = [...quotas.filter((each) => each.id !== id && each.id !== instead), said];
      events.publish({ type: 'quotas.changed' });
      return said;
    }),
    removeQuota: api.catalog.removeQuota.handler(({ input }) => {
      quotas = quotas.filter(({ id }) => id !== input.id);
      events.publish({ type: 'quotas.changed' });
    }),
    importQuotas: api.catalog.importQuotas.handler(() => pretendedQuotaImport(now)),
  });
  return { router, shipped, offers: () => current };
}

function pretendedQuotas(at: number): Quota[] {
  const one = (given: Partial<Quota>): Quota => {
    const quota: Quota = {
      id: '',
      provider: 'aws',
      region: 'us-east-1',
      kind: 'on-demand',
      unit: 'vcpus',
      accelerator: null,
      families: ['p'],
      limit: 192,
      inUse: null,
      title: '',
      source: 'imported',
      at,
      ...given,
    };
    return { ...quota, id: quotaId(quota) };
  };
  return [
    one({ title: 'Running On-Demand P instances' }),
    one({ kind: 'spot', families: ['p5'], limit: 0, title: 'All P5 Spot Instance Requests' }),
    one({ families: ['g', 'vt'], limit: 768, title: 'Running On-Demand G and VT instances' }),
    one({
      provider: 'azure',
      region: 'westeurope',
      families: ['ncadsa100v4'],
      limit: 96,
      inUse: 24,
      title: 'Standard NCADSA100v4 Family vCPUs',
    }),
    one({
      provider: 'gcp',
      region: null,
      kind: 'any',
      unit: 'accelerators',
      families: [],
      limit: 16,
      inUse: 8,
      title: 'GPUS_ALL_REGIONS',
    }),
    one({
      provider: 'lambda',
      region: null,
      unit: 'accelerators',
      accelerator: 'H100',
      families: [],
      limit: 32,
      source: 'typed',
    }),
  ];
}

const pretendedQuotaImport = (now: number): QuotaReport => ({
  taken: false,
  format: 'azure',
  rows: 118,
  accepted: pretendedQuotas(now),
  refused: [
    {
      row: 41,
      code: 'QUOTA_ROW_LIMIT',
      params: { column: 'limit', value: 'many' },
      message: 'limit is “many”: it must be a number from 0 up.',
    },
  ],
  refusedCount: 1,
  skipped: 111,
  added: 2,
  changed: 1,
});

const pretendedImport: ImportReport = {
  taken: false,
  format: 'sheet',
  provider: 'northlight',
  rows: 42,
  accepted: 39,
  refused: [
    refused(7, 'PRICE_NOT_POSITIVE', { value: '-1.20' }),
    refused(19, 'PRICE_TOO_HIGH', { value: '2490000' }),
    refused(31, 'ROW_NO_REGION', {}),
  ],
  refusedCount: 3,
  skipped: 0,
  added: 4,
  changed: 31,
  gone: 2,
  sourceId: null,
};

function refused(row: number, code: string, params: Record<string, string>) {
  return { row, code, params, message: code };
}
