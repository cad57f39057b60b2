import { type Offer, spotBands } from '#shared/domain/catalog.ts';
import { offerId } from '#shared/planner/offer-table.ts';
import { type Refusal, Refusals } from '../refusals.ts';
import { clip, hoursPerMonth, isRefusal, readNumber, readPrice } from './amounts.ts';
import { csvRecords } from './csv.ts';
import { canonical, columnsOf, type Reading, type ReadingContext } from './reading.ts';
import { shapeOf } from './skypilot.ts';

/** Column names of a price sheet, each with others that it may go by. docs/planning.md says what they mean. */
const names = {
  provider: ['provider', 'cloud'],
  region: ['region', 'location'],
  zone: ['zone', 'availability_zone'],
  instanceType: ['instance_type', 'instance', 'machine_type', 'type', 'sku'],
  accelerator: ['accelerator', 'gpu', 'gpu_model', 'accelerator_name'],
  count: ['count', 'gpus', 'gpu_count', 'accelerator_count'],
  gpuMemory: ['memory_gib_per_gpu', 'gpu_memory_gib', 'vram_gib', 'vram'],
  vCpus: ['vcpus', 'vcpu', 'cpus'],
  memory: ['memory_gib', 'ram_gib', 'memory'],
  disk: ['local_disk_gib', 'disk_gib'],
  network: ['network_gbps', 'network'],
  link: ['link', 'interconnect'],
  architecture: ['architecture', 'arch'],
  onDemand: ['on_demand', 'price', 'price_usd', 'on_demand_price'],
  spot: ['spot', 'spot_price'],
  spotBand: ['spot_band'],
  currency: ['currency'],
  rate: ['usd_rate'],
  unit: ['unit', 'per'],
} as const;
type Column = keyof typeof names;

/** Whether a header has what a price sheet needs. */
export function isSheet(header: readonly string[]): boolean {
  const columns = columnsOf(header, names);
  return columns.instanceType >= 0 && columns.region >= 0 && (columns.onDemand >= 0 || columns.spot >= 0);
}

/** A price sheet of the user's own: any order of columns, others beside them, `;` or tabs between them. */
export async function readSheet(context: ReadingContext, pause: () => Promise<void>): Promise<Reading> {
  const refusals = new Refusals();
  const reading: Reading = { rows: 0, offers: [], refusals, skipped: 0 };
  let columns: Record<Column, number> | null = null;
  let width = 0;
  for (const { line, fields, isLast } of csvRecords(context.text, context.delimiter)) {
    if (!columns) {
      columns = columnsOf(fields ?? [], names);
      width = fields?.length ?? 0;
      continue;
    }
    reading.rows += 1;
    if (reading.rows % 2000 === 0) await pause();
    const wrong = shapeOf(fields, width, isLast);
    if (wrong || !fields) {
      refusals.add(line, wrong ?? { code: 'ROW_QUOTES', params: {} });
      continue;
    }
    const places = columns;
    const offer = readRow((column) => fields[places[column]] ?? '', context);
    if ('code' in offer) refusals.add(line, offer);
    else reading.offers.push({ row: line, offer });
  }
  return reading;
}

function readRow(field: (column: Column) => string, context: ReadingContext): Offer | Refusal {
  const place = readPlace(field, context);
  if ('code' in place) return place;
  const prices = readPrices(field, context.delimiter !== ',');
  if ('code' in prices) return prices;
  const known = context.spec(place.provider, place.instanceType);
  const sizes = readSizes(field, context.delimiter !== ',');
  if ('code' in sizes) return sizes;
  const words = readWords(field);
  if ('code' in words) return words;
  const name = field('accelerator');
  const accelerator = /^(none|-|cpu)?$/i.test(name) ? null : canonical(context.find, name);
  return {
    id: offerId(place),
    ...place,
    accelerator,
    acceleratorCount: accelerator === null ? 0 : (sizes.count ?? known?.count ?? 1),
    acceleratorMemoryGiB: sizes.gpuMemory || (known?.acceleratorMemoryGiB ?? null),
    vCpus: sizes.vCpus ?? known?.vCpus ?? null,
    memoryGiB: sizes.memory ?? known?.memoryGiB ?? null,
    localDiskGiB: sizes.disk ?? known?.localDiskGiB ?? null,
    networkGbps: sizes.network ?? known?.networkGbps ?? null,
    link: words.link ?? known?.link ?? null,
    architecture: words.architecture ?? known?.architecture ?? null,
    ...prices,
    spotBand: sizes.spotBand,
    sourceId: context.sourceId,
    pricedAt: context.pricedAt,
  };
}

type Place = Pick<Offer, 'provider' | 'region' | 'zone' | 'instanceType'>;

function readPlace(field: (column: Column) => string, context: ReadingContext): Place | Refusal {
  const provider = (field('provider') || (context.provider ?? '')).toLowerCase();
  const region = field('region');
  const instanceType = field('instanceType');
  if (provider === '') return { code: 'ROW_NO_PROVIDER', params: {} };
  if (region === '') return { code: 'ROW_NO_REGION', params: {} };
  if (instanceType === '') return { code: 'ROW_NO_TYPE', params: {} };
  for (const [column, value, most] of [
    ['provider', provider, 60],
    ['region', region, 60],
    ['zone', field('zone'), 60],
    ['instance_type', instanceType, 110],
    ['accelerator', field('accelerator'), 60],
  ] as const)
    if (value.length > most) return { code: 'ROW_NAME_LONG', params: { column, most } };
  const zone = field('zone');
  return { provider, region, zone: zone === '' || zone === '-' ? null : zone, instanceType };
}

type Prices = Pick<Offer, 'onDemandMicrosPerHour' | 'spotMicrosPerHour'>;

function readPrices(field: (column: Column) => string, commaMayBeDecimal: boolean): Prices | Refusal {
  const factor = readFactor(field, commaMayBeDecimal);
  if (typeof factor !== 'number') return factor;
  const onDemand = readPrice(field('onDemand'), { commaMayBeDecimal, factor });
  if (isRefusal(onDemand)) return onDemand;
  const spot = readPrice(field('spot'), { commaMayBeDecimal, factor });
  if (isRefusal(spot)) return spot;
  if (onDemand === null && spot === null) return { code: 'PRICE_MISSING', params: {} };
  return { onDemandMicrosPerHour: onDemand, spotMicrosPerHour: spot };
}

/** What a price of the row is multiplied with to be dollars an hour. */
function readFactor(field: (column: Column) => string, commaMayBeDecimal: boolean): number | Refusal {
  const unit = field('unit').toLowerCase();
  const hours = /^(|h|hr|hour|hourly|per hour)$/.test(unit)
    ? 1
    : /^(mo|month|monthly|per month)$/.test(unit)
      ? hoursPerMonth
      : null;
  if (hours === null) return { code: 'PRICE_UNIT', params: { unit: clip(field('unit')) } };
  // A sign stands for a currency, whatever the column says.
  const sign = /[€£¥₹₩]/.exec(`${field('onDemand')}${field('spot')}`)?.[0];
  const currency = sign ?? field('currency').toUpperCase();
  const isDollar = currency === '' || currency === 'USD' || currency === '$' || currency === 'US$';
  if (isDollar) return 1 / hours;
  const rate = field('rate') === '' ? null : readNumber(field('rate'), commaMayBeDecimal);
  if (sign !== undefined || typeof rate !== 'number' || !(rate > 0 && Number.isFinite(rate)))
    return { code: 'PRICE_CURRENCY', params: { currency: clip(currency) } };
  return rate / hours;
}

type Size = 'count' | 'gpuMemory' | 'vCpus' | 'memory' | 'disk' | 'network' | 'spotBand';

function readSizes(
  field: (column: Column) => string,
  commaMayBeDecimal: boolean,
): Record<Size, number | null> | Refusal {
  const sizes: Partial<Record<Size, number | null>> = {};
  const all: Size[] = ['count', 'gpuMemory', 'vCpus', 'memory', 'disk', 'network', 'spotBand'];
  for (const column of all) {
    const text = field(column);
    const value = text === '' ? null : readNumber(text, commaMayBeDecimal);
    const isRight =
      value === null ||
      (typeof value === 'number' &&
        value >= 0 &&
        value <= 10_000_000 &&
        (column !== 'count' || value <= 10_000) &&
        (column !== 'spotBand' || (Number.isInteger(value) && value < spotBands.length)));
    if (!isRight) return { code: 'ROW_NUMBER', params: { column: names[column][0], value: clip(text) } };
    sizes[column] = value as number | null;
  }
  return sizes as Record<Size, number | null>;
}

function readWords(field: (column: Column) => string): Pick<Offer, 'link' | 'architecture'> | Refusal {
  const link = field('link').toLowerCase();
  const links = ['', 'none', 'nvlink', 'pcie', 'xgmi', 'ici'];
  if (!links.includes(link))
    return {
      code: 'ROW_WORD',
      params: { column: 'link', value: clip(link), words: 'nvlink, pcie, xgmi, ici' },
    };
  const architecture = field('architecture')
    .toLowerCase()
    .replace('amd64', 'x86_64')
    .replace('aarch64', 'arm64');
  if (!['', 'x86_64', 'arm64'].includes(architecture))
    return {
      code: 'ROW_WORD',
      params: { column: 'architecture', value: clip(architecture), words: 'x86_64, arm64' },
    };
  return {
    link: link === '' || link === 'none' ? null : (link as Offer['link']),
    architecture: architecture === '' ? null : (architecture as Offer['architecture']),
  };
}
