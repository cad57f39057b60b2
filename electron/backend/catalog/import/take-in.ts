import { createHash } from 'node:crypto';
import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { Store } from '#backend/store/index.ts';
import type { CatalogSource, ImportReport, Offer } from '#shared/domain/catalog.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { FindAccelerator } from '#shared/planner/accelerators.ts';
import type { OfferTable } from '#shared/planner/offer-table.ts';
import { PriceCheck } from '../price-check.ts';
import type { Shelf } from '../shelf.ts';
import type { InstanceSpecs } from '../specs.ts';
import { openPriceFile, type PriceFormat, samePrices } from './index.ts';

export interface ImportRequest {
  fileName: string;
  text: string;
  /** Whose prices these are, where the file does not say. */
  provider: string | null;
  /** When they were true; null: now. */
  pricedAt: number | null;
  /** Only say what it would do. */
  dryRun: boolean;
  /** Take the good rows though others are refused. */
  partial: boolean;
}

export interface ImportPlace {
  store: Store;
  activity: Activity;
  clock: Clock;
  actor: Actor;
  shelf: Shelf;
  table: OfferTable;
  find: FindAccelerator;
  specs: InstanceSpecs;
  changed(): void;
}

/** Reads a price file, and keeps it where nothing speaks against that: all of it or nothing. */
export async function takeIn(request: ImportRequest, place: ImportPlace): Promise<ImportReport> {
  const { fileName, text, dryRun, partial } = request;
  const takenAt = place.clock.now();
  const pricedAt = request.pricedAt ?? takenAt;
  const file = openPriceFile(fileName, text, request.provider);
  const sourceId = sourceIdOf(fileName, file.provider);
  const reading = await file.read(
    {
      sourceId,
      pricedAt,
      find: place.find,
      spec: (provider, instanceType) => place.specs.get(provider, instanceType),
    },
    (offers) => new PriceCheck(place.table, offers),
  );
  const offers = reading.offers.map(({ offer }) => offer);
  const { refusals } = reading;
  const taken = !dryRun && offers.length > 0 && (refusals.count === 0 || partial);
  const report: ImportReport = {
    taken,
    format: file.format,
    provider: file.provider,
    rows: reading.rows,
    accepted: offers.length,
    refused: refusals.list,
    refusedCount: refusals.count,
    skipped: reading.skipped,
    ...differences(offers, place.table, place.shelf.offers(sourceId)),
    sourceId: taken ? sourceId : null,
  };
  if (!taken) return report;
  const source: CatalogSource = {
    id: sourceId,
    kind: 'imported',
    title: titleOf(fileName, file.format),
    provider: file.provider ?? onlyProvider(offers),
    region: null,
    url: null,
    rows: offers.length,
    pricedAt,
    takenAt,
  };
  place.store.transaction(() => {
    place.shelf.put(source, offers);
    const { rows, accepted, refusedCount, added, changed, gone } = report;
    place.activity.record({
      actor: place.actor,
      action: 'catalog.import',
      target: source.title,
      details: { sourceId, format: file.format, rows, accepted, refusedCount, added, changed, gone },
    });
  });
  place.changed();
  return report;
}

/** The same for the same file of the same provider: importing it again takes the place of what it was. */
function sourceIdOf(fileName: string, provider: string | null): string {
  const base = fileName.split(/[/\\]/).at(-1) ?? fileName;
  const plain = base
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  const sum = createHash('sha256')
    .update(`${provider ?? ''}\n${base}`)
    .digest('hex')
    .slice(0, 8);
  return `imported-${plain}-${sum}`;
}

const titleOf = (fileName: string, format: PriceFormat): string => {
  const short = fileName.split(/[/\\]/).slice(-2).join('/').slice(-150);
  return format === 'skypilot' ? `SkyPilot ${short}` : short;
};

function onlyProvider(offers: readonly Offer[]): string | null {
  const providers = new Set(offers.map(({ provider }) => provider));
  return providers.size === 1 ? (offers[0]?.provider ?? null) : null;
}

/** Against all that is known; gone: what the same file had before and has no more. */
export function differences(
  offers: readonly Offer[],
  table: OfferTable,
  before: Iterable<Offer>,
): Pick<ImportReport, 'added' | 'changed' | 'gone'> {
  let added = 0;
  let changed = 0;
  const ids = new Set<string>();
  for (const offer of offers) {
    ids.add(offer.id);
    const row = table.indexOf(offer.id);
    if (row < 0) added += 1;
    else if (!samePrices(table.row(row), offer)) changed += 1;
  }
  let gone = 0;
  for (const { id } of before) if (!ids.has(id)) gone += 1;
  return { added, changed, gone };
}
