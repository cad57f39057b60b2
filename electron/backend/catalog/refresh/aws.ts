import { z } from 'zod';
import { type Offer, spotBands } from '#shared/domain/catalog.ts';
import { sayRefresh } from '#shared/domain/refresh-sentences.ts';
import { offerId } from '#shared/planner/offer-table.ts';
import { parseFields } from '../import/csv.ts';
import type { InstanceSpecs } from '../specs.ts';
import { checkedJson, getText, type Http, openStream, unreadable } from './http.ts';
import { memberOf } from './json-part.ts';
import { LineSplitter } from './lines.ts';
import { listedPrice, RegionReading } from './reading.ts';

/** AWS's own description of the file: "Getting the service price list file", Price List Bulk API. */
const headerWithin = 20;
const needed = [
  'TermType',
  'Unit',
  'PricePerUnit',
  'Currency',
  'Instance Type',
  'Tenancy',
  'Operating System',
  'CapacityStatus',
  'Pre Installed S/W',
  'operation',
] as const;
type Column =
  | (typeof needed)[number]
  | 'operation'
  | 'MarketOption'
  | 'Region Code'
  | 'GPU'
  | 'Product Family';

/** What stands in each line that is wanted, and of others in few. */
const marks = ['"OnDemand"', '"Linux"', '"Shared"', '"Used"', '"RunInstances"'];
const spotAdvisorMostBytes = 64 * 1024 * 1024;

/** By instance type: per cent saved, and the band of interruptions. */
const adviceOfRegion = z.record(z.string(), z.object({ s: z.number(), r: z.number() }));

/** What spot costs of the price on demand on average, and how often it is taken away; null where nobody says. */
export type SpotAdvice = (instanceType: string) => { share: number; band: number } | null;

/** The Spot Advisor's file for all regions, kept as it came: of some megabytes a job needs few. Rejects as getText does. */
export async function readSpotAdvisor(address: string, http: Http): Promise<(region: string) => SpotAdvice> {
  const url = new URL(address);
  const text = await getText(url, http, { mostBytes: spotAdvisorMostBytes });
  const regions = memberOf(text, 'spot_advisor');
  if (!regions) throw unreadable(url, sayRefresh('PRICES_NO_ADVISOR'));
  return (region) => {
    const systems = memberOf(text, region, regions.from);
    const linux = systems && memberOf(text, 'Linux', systems.from);
    const types = linux ? checkedJson(url, text.slice(linux.from, linux.to), adviceOfRegion) : {};
    return (instanceType) => {
      const found = types[instanceType];
      if (!found || !spotBands[found.r] || !(found.s >= 0 && found.s < 100)) return null;
      return { share: 1 - found.s / 100, band: found.r };
    };
  };
}

export interface AwsRegionRequest {
  base: string;
  region: string;
  sourceId: string;
  specs: InstanceSpecs;
  advice: SpotAdvice;
  /** 0 to 1; null: nobody knows how much there is. */
  progress(share: number | null): void;
}

/**
 * One region's price list, some 450 MB, read while it comes and never held: machines with accelerators, on demand, Linux, shared
 * hosts. Spot prices are the price on demand less what the Spot Advisor says is saved on average. Rejects with PRICES_… errors.
 */
export async function readAwsRegion(
  request: AwsRegionRequest,
  http: Http,
): Promise<{ reading: RegionReading; pricedAt: number }> {
  const { base, region } = request;
  const url = new URL(`/offers/v1.0/aws/AmazonEC2/current/${encodeURIComponent(region)}/index.csv`, base);
  const { chunks, sizeBytes } = await openStream(url, http);
  const list = new AwsPriceList(request, url);
  const lines = new LineSplitter();
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      lines.push(chunk, (line, number) => {
        if (list.line(line, number)) lines.only(marks);
      });
      request.progress(sizeBytes === null ? null : Math.min(1, bytes / sizeBytes));
    }
  } catch (error) {
    throw error instanceof RangeError ? unreadable(url, sayRefresh('PRICES_LINE_LONG')) : error;
  }
  if (lines.isOpen) throw unreadable(url, sayRefresh('PRICES_LINE_OPEN'));
  return list.end();
}

class AwsPriceList {
  readonly #request: AwsRegionRequest;
  readonly #url: URL;
  readonly #reading = new RegionReading();
  #columns: Partial<Record<Column, number>> | null = null;
  #width = 0;
  #pricedAt: number | null = null;
  #line = 0;

  constructor(request: AwsRegionRequest, url: URL) {
    this.#request = request;
    this.#url = url;
  }

  /** True: the header is over, from now on there are prices. */
  line(bytes: Buffer, number: number): boolean {
    this.#line = number;
    const text = bytes.toString('utf8').trimEnd();
    if (!this.#columns) return this.#head(text);
    const fields = parseFields(text, ',');
    if (fields?.length === this.#width) this.#row(fields);
    else this.#reading.refuse(number, { code: 'ROW_QUOTES', params: {} });
    return false;
  }

  #head(text: string): boolean {
    const fields = parseFields(text, ',') ?? [];
    if (fields[0] === 'Publication Date') this.#pricedAt = Date.parse(fields[1] ?? '');
    if (!fields.includes('TermType') || !fields.includes('Instance Type')) {
      if (this.#line >= headerWithin) throw unreadable(this.#url, sayRefresh('PRICES_NO_HEADER'));
      return false;
    }
    const missing = needed.find((column) => !fields.includes(column));
    if (missing) throw unreadable(this.#url, sayRefresh('PRICES_NO_COLUMN', { column: missing }));
    this.#columns = Object.fromEntries(fields.map((name, place) => [name, place]));
    this.#width = fields.length;
    return true;
  }

  #row(fields: readonly string[]): void {
    const field = (column: Column): string => fields[this.#columns?.[column] ?? -1] ?? '';
    const isOurs =
      field('TermType') === 'OnDemand' &&
      field('Operating System') === 'Linux' &&
      field('Tenancy') === 'Shared' &&
      field('CapacityStatus') === 'Used' &&
      ['', 'NA'].includes(field('Pre Installed S/W')) &&
      field('operation') === 'RunInstances' &&
      ['', 'OnDemand'].includes(field('MarketOption')) &&
      field('Product Family').startsWith('Compute Instance');
    const instanceType = field('Instance Type');
    if (!isOurs || instanceType === '') return;
    const { region, specs, sourceId, advice } = this.#request;
    const spec = specs.get('aws', instanceType);
    if (!spec) {
      if (Number(field('GPU')) > 0) this.#reading.unknownTypes.add(instanceType);
      return;
    }
    const said = field('Region Code');
    if (said !== '' && said !== region)
      throw unreadable(this.#url, sayRefresh('PRICES_OF_OTHER', { region: said }));
    const listed = { price: field('PricePerUnit'), currency: field('Currency'), unit: field('Unit') };
    const price = listedPrice(listed, 'Hrs');
    if (typeof price !== 'number') {
      this.#reading.refuse(this.#line, price);
      return;
    }
    const place = { provider: 'aws', region, zone: null, instanceType };
    const spot = advice(instanceType);
    const { count, ...rest } = spec;
    this.#reading.add(this.#line, {
      id: offerId(place),
      ...place,
      ...rest,
      acceleratorCount: count,
      onDemandMicrosPerHour: price,
      spotMicrosPerHour: spot && Math.round(price * spot.share),
      spotBand: spot?.band ?? null,
      sourceId,
      pricedAt: 0,
    });
  }

  end(): { reading: RegionReading; pricedAt: number } {
    if (!this.#columns) throw unreadable(this.#url, sayRefresh('PRICES_NO_HEADER'));
    const pricedAt = this.#pricedAt;
    if (pricedAt === null || !Number.isFinite(pricedAt))
      throw unreadable(this.#url, sayRefresh('PRICES_NO_DATE'));
    for (const offer of this.#reading.offers as Offer[]) offer.pricedAt = pricedAt;
    return { reading: this.#reading, pricedAt };
  }
}
