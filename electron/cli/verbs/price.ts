import path from 'node:path';
import { type Offer, spotBands } from '#shared/domain/catalog.ts';
import { newId } from '#shared/domain/new-id.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { offerColumns } from '#shared/planner/offer-columns.ts';
import { allOffers, filterOffers, type OfferSort } from '#shared/planner/offer-filter.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { textOfFile } from '../input-file.ts';
import { finishedJob } from '../job.ts';
import { checkProviders, knownAccelerator } from '../known-names.ts';
import { moneyOf } from '../money.ts';
import { printable, printJson, printLine, printTable, printWrapped } from '../output.ts';
import type { NamedGpus } from '../planning-words.ts';

export interface PriceOptions {
  provider?: string[];
  region?: string[];
  spot?: boolean;
  sort: 'price' | 'gpu' | 'memory' | 'flops';
  limit?: number;
  json: boolean;
}

const dayMs = 86_400_000;
const sorts: Record<PriceOptions['sort'], [onDemand: OfferSort, spot: OfferSort]> = {
  price: ['price', 'spotPrice'],
  gpu: ['pricePerGpu', 'spotPricePerGpu'],
  memory: ['pricePerGiB', 'spotPricePerGiB'],
  flops: ['pricePerPflop', 'spotPricePerPflop'],
};

/** `trainyard price [ACCELERATOR[:N]]`: 0 whatever is found, 3 where the catalogue has no such accelerator. */
export async function listPrices(wanted: NamedGpus | null, options: PriceOptions): Promise<number> {
  const { table, accelerators, regions, money } = await withBackend(async ({ client }) => ({
    table: await client.catalog.offers({ have: null }),
    accelerators: await client.catalog.accelerators(),
    regions: await client.catalog.regions(),
    money: await moneyOf(client),
  }));
  const offers = table === null ? OfferTable.of([]) : OfferTable.unpack(table.packed);
  const model = wanted === null ? null : knownAccelerator(wanted.name, accelerators);
  const { spot = false, provider = [], region = [], limit = 20 } = options;
  checkProviders(provider, offers.words.providers);
  const rows = filterOffers(offers, offerColumns(offers, accelerators, regions), {
    ...allOffers,
    providers: provider,
    regions: region,
    accelerators: model === null ? [] : [model.name],
    minGpus: wanted?.count ?? (model === null ? 0.001 : null),
    maxGpus: wanted?.count ?? null,
    spot: spot ? 'has' : 'any',
    sortBy: sorts[options.sort][spot ? 1 : 0],
  });
  const found = [...rows.subarray(0, limit)].map((row) => offers.row(row));
  if (options.json) {
    printJson(found);
    return exitCodes.ok;
  }
  const now = Date.now();
  const say = (micros: number | null) => (micros === null ? '–' : money.say(micros));
  printTable(
    ['type', 'provider', 'region', 'gpus', 'an hour', 'per GPU', 'spot', 'taken away', 'priced'],
    found.map((offer) => [
      offer.instanceType,
      offer.provider,
      offer.zone ?? offer.region,
      `${offer.accelerator}:${offer.acceleratorCount}`,
      say(offer.onDemandMicrosPerHour),
      say(perGpu(offer)),
      say(offer.spotMicrosPerHour),
      bandOf(offer.spotBand),
      `${Math.max(0, Math.floor((now - offer.pricedAt) / dayMs))} d ago`,
    ]),
    [7, 4, 8],
  );
  printLine(
    `${found.length} of ${rows.length} offers, prices as old as they say; trainyard price sources tells where from`,
  );
  return exitCodes.ok;
}

const perGpu = ({ onDemandMicrosPerHour, acceleratorCount }: Offer): number | null =>
  onDemandMicrosPerHour === null || acceleratorCount === 0 ? null : onDemandMicrosPerHour / acceleratorCount;

function bandOf(band: number | null): string {
  const { low, high } = spotBands[band ?? -1] ?? {};
  if (low === undefined) return '';
  return band === 4 ? `>${low} % a month` : `${low}–${high} % a month`;
}

/** `trainyard price import FILE`: 0 taken (or would be), 1 refused with its rows. */
export async function importPrices(
  file: string,
  options: { provider?: string; dryRun?: boolean; partial?: boolean; json: boolean },
): Promise<number> {
  const text = await textOfFile(file, 'PRICE_FILE_NOT_FOUND');
  const { dryRun = false, partial = false, provider = null } = options;
  const { report, money } = await withBackend(async ({ client }) => ({
    report: await client.catalog.import({
      requestId: newId(),
      fileName: path.basename(file),
      text,
      provider,
      pricedAt: null,
      dryRun,
      partial,
    }),
    money: await moneyOf(client),
  }));
  const isGood = report.accepted > 0 && (report.refusedCount === 0 || partial);
  if (options.json) printJson(money.within(report));
  else {
    for (const refused of report.refused.slice(0, 50))
      printLine(printable(`row ${refused.row}: ${money.reason(refused)}`));
    if (report.refusedCount > 50) printLine(`and ${report.refusedCount - 50} more`);
    const { accepted, rows, added, changed, gone } = report;
    const outcome = report.taken ? 'Taken' : dryRun && isGood ? 'Would be taken' : 'Nothing was taken';
    printLine(
      `${outcome}: ${accepted} of ${rows} rows are good; ${added} new, ${changed} changed, ${gone} gone.`,
    );
  }
  return isGood ? exitCodes.ok : exitCodes.failed;
}

const providers = ['aws', 'azure', 'gcp'] as const;

/** `trainyard price refresh PROVIDER`: waits until it is through. */
export async function refreshPrices(given: string, regions: string[], json: boolean): Promise<number> {
  const provider = providers.find((each) => each === given.toLowerCase());
  if (provider === undefined) {
    throw new TrainyardError(
      'USAGE',
      `Public prices are read of ${providers.join(', ')}, not of "${printable(given)}".`,
    );
  }
  const { outcome, money } = await withBackend(async (backend) => ({
    outcome: await finishedJob(backend, ({ rpc }) => rpc.catalog.refresh({ provider, regions })),
    money: await moneyOf(backend.client),
  }));
  if (json) printJson(money.within(outcome));
  else if (outcome.error) printWrapped(money.reason(outcome.error));
  else printLine(`${outcome.title}: ${outcome.state === 'done' ? 'done' : outcome.state}.`);
  return outcome.state === 'done' ? exitCodes.ok : exitCodes.failed;
}

/** `trainyard price sources` */
export async function listSources(json: boolean): Promise<number> {
  const sources = await withBackend(({ client }) => client.catalog.sources());
  if (json) {
    printJson(sources);
    return exitCodes.ok;
  }
  const now = Date.now();
  printTable(
    ['source', 'kind', 'offers', 'priced'],
    sources.map(({ title, kind, rows, pricedAt }) => [
      title,
      kind,
      String(rows),
      `${Math.max(0, Math.floor((now - pricedAt) / dayMs))} d ago`,
    ]),
  );
  return exitCodes.ok;
}
