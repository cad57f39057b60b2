import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import type {
  AcceleratorModel,
  CatalogRegion,
  CatalogSource,
  EgressTable,
  Offer,
  StoragePrice,
} from '#shared/domain/catalog.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { type Micros, microsOf } from '#shared/domain/money.ts';
import { offerId } from '#shared/planner/offer-table.ts';
import {
  acceleratorsFile,
  egressFile,
  type OffersFile,
  offersFile,
  regionsFile,
  storageFile,
} from './shipped-form.ts';

/** What the app came with. */
export interface Shipped {
  accelerators: AcceleratorModel[];
  regions: CatalogRegion[];
  egress: EgressTable[];
  storage: StoragePrice[];
  sources: { source: CatalogSource; offers: Offer[] }[];
}

/** Reads resources/catalog. Throws CATALOG_FILE_BROKEN, which names the file and the place in it: an installation is damaged, or somebody changed it. */
export function readShipped(directory: string): Shipped {
  const offersDirectory = path.join(directory, 'offers');
  const names = existsSync(offersDirectory)
    ? readdirSync(offersDirectory)
        .filter((name) => name.endsWith('.json'))
        .sort()
    : [];
  return {
    accelerators: readFile(path.join(directory, 'accelerators.json'), acceleratorsFile) ?? [],
    regions: readFile(path.join(directory, 'regions.json'), regionsFile) ?? [],
    egress: readFile(path.join(directory, 'egress.json'), egressFile) ?? [],
    storage: readFile(path.join(directory, 'storage.json'), storageFile) ?? [],
    sources: names.flatMap((name) => {
      const file = path.join(offersDirectory, name);
      const content = readFile(file, offersFile);
      return content === null ? [] : [asSource(content, file)];
    }),
  };
}

/** Null where there is no such file: a build without prices plans with what the user imports. */
function readFile<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> | null {
  if (!existsSync(file)) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw broken(file, error instanceof Error ? error.message : String(error));
  }
  const checked = schema.safeParse(parsed);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw broken(file, issue ? `${issue.path.join('.')}: ${issue.message}` : 'not of the expected form');
}

const broken = (file: string, why: string): TrainyardError =>
  new TrainyardError(
    'CATALOG_FILE_BROKEN',
    `The catalogue file ${file} cannot be read: ${why}. Install Trainyard again, or repair the file.`,
    { params: { file, why } },
  );

function asSource(content: OffersFile, file: string): { source: CatalogSource; offers: Offer[] } {
  const { source, instanceTypes, prices, zones } = content;
  const pricedAt = Date.parse(source.pricedAt);
  const offers: Offer[] = [];
  const add = (region: string, zone: string | null, byType: OffersFile['prices'][string]) => {
    for (const [instanceType, [onDemand, spot, spotBand]] of Object.entries(byType)) {
      const spec = instanceTypes[instanceType];
      if (!spec) {
        const where = zone === null ? `prices.${region}` : `zones.${region}.${zone}`;
        throw broken(file, `${where} has a price for "${instanceType}", which is not among instanceTypes`);
      }
      const { count, ...rest } = spec;
      const place = { provider: source.provider, region, zone, instanceType };
      offers.push({
        id: offerId(place),
        ...place,
        ...rest,
        acceleratorCount: count,
        onDemandMicrosPerHour: micros(onDemand),
        spotMicrosPerHour: micros(spot),
        spotBand,
        sourceId: source.id,
        pricedAt,
      });
    }
  };
  for (const [region, byType] of Object.entries(prices)) add(region, null, byType);
  for (const [region, byZone] of Object.entries(zones))
    for (const [zone, byType] of Object.entries(byZone)) add(region, zone, byType);
  return {
    source: {
      id: source.id,
      kind: 'shipped',
      title: source.title,
      provider: source.provider,
      region: null,
      url: source.url,
      rows: offers.length,
      pricedAt,
      takenAt: pricedAt,
    },
    offers,
  };
}

const micros = (dollars: number | null): Micros | null => (dollars === null ? null : microsOf(dollars));
