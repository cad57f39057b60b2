import { z } from 'zod';
import { sayRefresh } from '#shared/domain/refresh-sentences.ts';
import { offerId } from '#shared/planner/offer-table.ts';
import type { InstanceSpecs } from '../specs.ts';
import { getJson, type Http, unreadable } from './http.ts';
import { listedPrice, RegionReading } from './reading.ts';

/** Microsoft Learn, "Azure Retail Prices overview": what of an item is used here. */
const item = z.object({
  currencyCode: z.string(),
  retailPrice: z.number(),
  armRegionName: z.string(),
  armSkuName: z.string(),
  productName: z.string(),
  skuName: z.string(),
  meterName: z.string(),
  unitOfMeasure: z.string(),
  type: z.string(),
});
const page = z.object({ Items: z.array(item), NextPageLink: z.string().nullish() });
type Item = z.infer<typeof item>;

const pageMostBytes = 16 * 1024 * 1024;
/** A region has some ten thousand items, a page a thousand. */
const mostPages = 200;

export interface AzureRegionRequest {
  base: string;
  region: string;
  sourceId: string;
  specs: InstanceSpecs;
  pricedAt: number;
  progress(share: number | null): void;
}

/** One region's machines, page by page. Links to the next page may be empty, go in circles or leave the host: none is followed blindly. */
export async function readAzureRegion(request: AzureRegionRequest, http: Http): Promise<RegionReading> {
  const { base, region } = request;
  const first = new URL(base);
  first.searchParams.set('api-version', '2023-01-01-preview');
  first.searchParams.set(
    '$filter',
    `serviceName eq 'Virtual Machines' and armRegionName eq '${region.replaceAll("'", "''")}' and priceType eq 'Consumption'`,
  );
  const reading = new RegionReading();
  const seen = new Set<string>();
  let url = first;
  let row = 0;
  for (let count = 1; count <= mostPages; count += 1) {
    seen.add(url.href);
    const { Items: items, NextPageLink: next } = await getJson(url, http, page, { mostBytes: pageMostBytes });
    for (const one of items) {
      row += 1;
      take(one, row, request, reading, first);
    }
    request.progress(null);
    if (!next) return reading;
    url = nextPage(next, first);
    // It says so at times instead of ending.
    if (items.length === 0 && seen.has(url.href)) return reading;
    if (seen.has(url.href)) throw unreadable(first, sayRefresh('PRICES_CIRCLE'));
  }
  throw unreadable(first, sayRefresh('PRICES_PAGES', { most: mostPages }));
}

function nextPage(link: string, first: URL): URL {
  let url: URL;
  try {
    url = new URL(link, first);
  } catch {
    throw unreadable(first, sayRefresh('PRICES_NEXT_NONE'));
  }
  // Behind a port of its own the service names the standard one.
  if (url.hostname !== first.hostname)
    throw unreadable(first, sayRefresh('PRICES_NEXT_ELSEWHERE', { host: url.hostname }));
  url.protocol = first.protocol;
  url.port = first.port;
  return url;
}

function take(one: Item, row: number, request: AzureRegionRequest, reading: RegionReading, url: URL): void {
  const { region, specs, sourceId, pricedAt } = request;
  if (one.type !== 'Consumption' || /windows/i.test(one.productName)) return;
  const name = `${one.skuName} ${one.meterName}`;
  if (/low priority/i.test(name) || /cloud ?services|dedicated host/i.test(one.productName)) return;
  if (one.armRegionName !== region)
    throw unreadable(url, sayRefresh('PRICES_OF_OTHER', { region: one.armRegionName }));
  const instanceType = specs.nameOf('azure', one.armSkuName);
  const spec = instanceType === null ? null : specs.get('azure', instanceType);
  if (instanceType === null || !spec) {
    // N is Azure's letter for machines with accelerators.
    if (/^Standard_N[A-Z]/.test(one.armSkuName)) reading.unknownTypes.add(one.armSkuName);
    return;
  }
  const listed = { price: String(one.retailPrice), currency: one.currencyCode, unit: one.unitOfMeasure };
  const price = listedPrice(listed, '1 Hour');
  if (typeof price !== 'number') {
    reading.refuse(row, price);
    return;
  }
  const isSpot = /spot/i.test(name);
  const place = { provider: 'azure', region, zone: null, instanceType };
  const { count, ...rest } = spec;
  reading.add(row, {
    id: offerId(place),
    ...place,
    ...rest,
    acceleratorCount: count,
    onDemandMicrosPerHour: isSpot ? null : price,
    spotMicrosPerHour: isSpot ? price : null,
    spotBand: null,
    sourceId,
    pricedAt,
  });
}
