import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { because, type Told } from '#shared/domain/because.ts';
import type {
  AcceleratorModel,
  CatalogRegion,
  CatalogSource,
  EgressTable,
  Offer,
  StoragePrice,
} from '#shared/domain/catalog.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { formToldAt, noJson } from '#shared/domain/form-sentences.ts';
import { type Micros, microsOf } from '#shared/domain/money.ts';
import { sayRefresh } from '#shared/domain/refresh-sentences.ts';
import { systemTold } from '#shared/domain/system-sentences.ts';
import { offerId } from '#shared/planner/offer-table.ts';
import {
  acceleratorsFile,
  egressFile,
  type OffersFile,
  offersFile,
  type PricesByType,
  regionsFile,
  storageFile,
} from './shipped-form.ts';

/**
 * What the app came with: resources/catalog, each file read when it is first asked for. Everything throws CATALOG_FILE_BROKEN, which names
 * the file and the place in it: an installation is damaged, or somebody changed it.
 */
export class Shipped {
  readonly #directory: string;
  #accelerators: AcceleratorModel[] | null = null;
  #regions: CatalogRegion[] | null = null;
  #egress: EgressTable[] | null = null;
  #storage: StoragePrice[] | null = null;
  #sources: ShippedSource[] | null = null;

  constructor(directory: string) {
    this.#directory = directory;
  }

  get accelerators(): AcceleratorModel[] {
    this.#accelerators ??= this.#read('accelerators.json', acceleratorsFile) ?? [];
    return this.#accelerators;
  }

  get regions(): CatalogRegion[] {
    this.#regions ??= this.#read('regions.json', regionsFile) ?? [];
    return this.#regions;
  }

  get egress(): EgressTable[] {
    this.#egress ??= this.#read('egress.json', egressFile) ?? [];
    return this.#egress;
  }

  get storage(): StoragePrice[] {
    this.#storage ??= this.#read('storage.json', storageFile) ?? [];
    return this.#storage;
  }

  /** Each file of offers. */
  get sources(): ShippedSource[] {
    this.#sources ??= this.#offerFiles().flatMap((name) => {
      const content = this.#read(name, offersFile);
      return content === null ? [] : [asSource(content, path.join(this.#directory, name))];
    });
    return this.#sources;
  }

  #offerFiles(): string[] {
    const directory = path.join(this.#directory, 'offers');
    if (!existsSync(directory)) return [];
    const names = readdirSync(directory).filter((name) => name.endsWith('.json'));
    return names.sort().map((name) => path.join('offers', name));
  }

  #read<Schema extends z.ZodType>(name: string, schema: Schema): z.output<Schema> | null {
    return readFile(path.join(this.#directory, name), schema);
  }
}

export interface ShippedSource {
  source: CatalogSource;
  offers: Offer[];
}

/** What is in a directory like resources/catalog. */
export const readShipped = (directory: string): Shipped => new Shipped(directory);

/** Null where there is no such file: a build without prices plans with what the user imports. */
function readFile<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> | null {
  if (!existsSync(file)) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw unusable(file, error instanceof SyntaxError ? noJson(error) : systemTold(error));
  }
  const checked = schema.safeParse(parsed);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw unusable(file, formToldAt(issue));
}

const unusable = (file: string, why: Told): TrainyardError =>
  new TrainyardError(
    'CATALOG_FILE_BROKEN',
    `The catalogue file ${file} cannot be read: ${why.message}. Install Trainyard again, or repair the file.`,
    { params: { file, ...because('why', why) } },
  );

function asSource(content: OffersFile, file: string): ShippedSource {
  const { source, instanceTypes, prices, zones = {} } = content;
  const pricedAt = Date.parse(source.pricedAt);
  const offers: Offer[] = [];
  const add = (region: string, zone: string | null, byType: PricesByType) => {
    for (const [instanceType, [onDemand, spot, spotBand]] of Object.entries(byType)) {
      const spec = instanceTypes[instanceType];
      if (!spec) {
        const where = zone === null ? `prices.${region}` : `zones.${region}.${zone}`;
        throw unusable(file, sayRefresh('CATALOG_NO_TYPE', { where, type: instanceType }));
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
