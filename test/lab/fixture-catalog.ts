import path from 'node:path';
import { api } from '#backend/api/index.ts';
import { readShipped } from '#backend/catalog/shipped.ts';
import type { EventBus } from '#backend/events.ts';
import type { CatalogSource, ImportReport, Offer } from '#shared/domain/catalog.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Machine } from '#shared/domain/machine.ts';
import { OfferTable, offerId } from '#shared/planner/offer-table.ts';
import { ownHourlyRate } from '#shared/planner/own-costs.ts';

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
  });
  return { router, shipped, offers: () => current };
}

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
