import { z } from 'zod';
import { sayRefresh } from '#shared/domain/refresh-sentences.ts';
import { offerId } from '#shared/planner/offer-table.ts';
import { hoursPerMonth } from '../import/amounts.ts';
import type { InstanceSpec } from '../shipped-form.ts';
import type { InstanceSpecs } from '../specs.ts';
import { getJson, type Http, unreadable } from './http.ts';
import { RegionReading } from './reading.ts';

/** Cloud Billing API reference, services.skus.list: what of a SKU is used here. */
const sku = z.object({
  description: z.string(),
  category: z.object({ resourceFamily: z.string(), usageType: z.string() }),
  serviceRegions: z.array(z.string()),
  pricingInfo: z.array(
    z.object({
      pricingExpression: z.object({
        usageUnit: z.string(),
        tieredRates: z.array(
          z.object({
            startUsageAmount: z.number().default(0),
            unitPrice: z.object({
              currencyCode: z.string(),
              units: z.string().default('0'),
              nanos: z.number().default(0),
            }),
          }),
        ),
      }),
    }),
  ),
});
const page = z.object({ skus: z.array(sku).default([]), nextPageToken: z.string().default('') });
type Sku = z.infer<typeof sku>;

const computeEngine = '6F81-5844-456A';
const pageMostBytes = 64 * 1024 * 1024;
const mostPages = 100;

/** How the parts of a family of machines are called in descriptions, before " running in …". `core` null: it is all in the accelerator. */
interface Family {
  type: RegExp;
  core: string | null;
  ram: string | null;
  accelerator: string;
}
const families: Family[] = [
  {
    type: /^a2-(high|mega)gpu-/,
    core: 'A2 Instance Core',
    ram: 'A2 Instance Ram',
    accelerator: 'Nvidia Tesla A100 GPU',
  },
  {
    type: /^a2-ultragpu-/,
    core: 'A2 Instance Core',
    ram: 'A2 Instance Ram',
    accelerator: 'Nvidia Tesla A100 80GB GPU',
  },
  {
    type: /^a3-(high|edge)gpu-/,
    core: 'A3 Instance Core',
    ram: 'A3 Instance Ram',
    accelerator: 'Nvidia H100 80GB GPU',
  },
  {
    type: /^a3-megagpu-/,
    core: 'A3Plus Instance Core',
    ram: 'A3Plus Instance Ram',
    accelerator: 'Nvidia H100 80GB Plus GPU',
  },
  {
    type: /^a3-ultragpu-/,
    core: 'A3Ultra Instance Core',
    ram: 'A3Ultra Instance Ram',
    accelerator: 'Nvidia H200 141GB GPU',
  },
  { type: /^g2-standard-/, core: 'G2 Instance Core', ram: 'G2 Instance Ram', accelerator: 'Nvidia L4 GPU' },
  { type: /^a4-highgpu-/, core: null, ram: null, accelerator: 'A4 Nvidia B200 (1 gpu slice)' },
];

const localDisk = 'SSD backed Local Storage';

type Way = 'OnDemand' | 'Preemptible';

/** Prices of parts in micro-dollars per hour and unit, by region, way of paying and name. */
export class GoogleParts {
  readonly #prices = new Map<string, number>();

  add({ description, category, serviceRegions, pricingInfo }: Sku): void {
    const { usageType } = category;
    if (category.resourceFamily !== 'Compute' || (usageType !== 'OnDemand' && usageType !== 'Preemptible'))
      return;
    const expression = pricingInfo[0]?.pricingExpression;
    const rate = expression?.tieredRates.at(-1)?.unitPrice;
    if (
      !expression ||
      !rate ||
      rate.currencyCode !== 'USD' ||
      !/^(GiBy\.|GBy\.)?(h|mo)$/.test(expression.usageUnit)
    )
      return;
    const hours = expression.usageUnit.endsWith('mo') ? hoursPerMonth : 1;
    const micros = (Number(rate.units) * 1_000_000 + rate.nanos / 1000) / hours;
    const name = description
      .replace(/^(Spot )?Preemptible /, '')
      .replace(/ (running in|attached to|in) .*$/, '');
    if (Number.isFinite(micros))
      for (const region of serviceRegions) this.#prices.set(`${region} ${usageType} ${name}`, micros);
  }

  /** Null: a part has no price there; 0 of all of them together is none either. */
  machine(region: string, way: Way, instanceType: string, spec: InstanceSpec): number | null {
    const family = families.find(({ type }) => type.test(instanceType));
    if (!family) return null;
    let sum = 0;
    for (const [part, amount] of [
      [family.core, spec.vCpus ?? Number.NaN],
      [family.ram, spec.memoryGiB ?? Number.NaN],
      [family.accelerator, spec.count],
      // Disks that a machine cannot be had without are a part, too.
      [spec.localDiskGiB ? localDisk : null, spec.localDiskGiB ?? 0],
    ] as const) {
      if (part === null) continue;
      const price = this.#prices.get(`${region} ${way} ${part}`);
      if (price === undefined) return null;
      sum += price * amount;
    }
    return sum > 0 ? Math.round(sum) : null;
  }

  get size(): number {
    return this.#prices.size;
  }
}

/** All parts of all regions: some hundred megabytes in pages, of which the prices are kept. */
export async function readGoogleParts(
  base: string,
  key: string,
  http: Http,
  progress: () => void,
): Promise<GoogleParts> {
  const parts = new GoogleParts();
  const first = new URL(`/v1/services/${computeEngine}/skus?pageSize=5000`, base);
  let token = '';
  for (let count = 0; count < mostPages; count += 1) {
    const url = new URL(first);
    if (token !== '') url.searchParams.set('pageToken', token);
    // In a header, so that it stands in nobody's log.
    const { skus, nextPageToken } = await getJson(url, http, page, {
      mostBytes: pageMostBytes,
      headers: { 'x-goog-api-key': key },
    });
    for (const one of skus) parts.add(one);
    progress();
    if (nextPageToken === '') {
      if (parts.size === 0) throw unreadable(first, sayRefresh('PRICES_NOTHING'));
      return parts;
    }
    if (nextPageToken === token) throw unreadable(first, sayRefresh('PRICES_CIRCLE'));
    token = nextPageToken;
  }
  throw unreadable(first, sayRefresh('PRICES_PAGES', { most: mostPages }));
}

/** The machines of one region, put together from their parts. */
export function googleRegion(
  parts: GoogleParts,
  {
    region,
    sourceId,
    specs,
    pricedAt,
  }: { region: string; sourceId: string; specs: InstanceSpecs; pricedAt: number },
): RegionReading {
  const reading = new RegionReading();
  let row = 0;
  for (const [instanceType, spec] of specs.of('gcp')) {
    row += 1;
    const onDemand = parts.machine(region, 'OnDemand', instanceType, spec);
    const spot = parts.machine(region, 'Preemptible', instanceType, spec);
    if (onDemand === null && spot === null) continue;
    const place = { provider: 'gcp', region, zone: null, instanceType };
    const { count, ...rest } = spec;
    reading.add(row, {
      id: offerId(place),
      ...place,
      ...rest,
      acceleratorCount: count,
      onDemandMicrosPerHour: onDemand,
      spotMicrosPerHour: spot,
      spotBand: null,
      sourceId,
      pricedAt,
    });
  }
  return reading;
}
