import type { Offer } from '#shared/domain/catalog.ts';
import { offerId } from '#shared/planner/offer-table.ts';
import { type Refusal, Refusals } from '../refusals.ts';
import { clip, isRefusal, readPrice } from './amounts.ts';
import { csvRecords } from './csv.ts';
import { GoogleParts, hostOfAccelerators } from './google-parts.ts';
import { canonical, columnsOf, type Reading, type ReadingContext } from './reading.ts';

const names = {
  instanceType: ['InstanceType'],
  accelerator: ['AcceleratorName'],
  count: ['AcceleratorCount'],
  vCpus: ['vCPUs'],
  memory: ['MemoryGiB'],
  gpuInfo: ['GpuInfo'],
  price: ['Price'],
  spot: ['SpotPrice'],
  region: ['Region'],
  zone: ['AvailabilityZone'],
  architecture: ['Arch'],
} as const;
type Columns = Record<keyof typeof names, number>;

/** Whether a header is that of a SkyPilot catalogue. */
export function isSkypilot(header: readonly string[]): boolean {
  const columns = columnsOf(header, names);
  return columns.instanceType >= 0 && columns.price >= 0 && columns.region >= 0 && columns.accelerator >= 0;
}

/** A row of the file, each field read. */
export interface SkypilotRow {
  row: number;
  instanceType: string;
  accelerator: string;
  count: number;
  vCpus: number | null;
  memoryGiB: number | null;
  gpuInfo: string;
  onDemand: number | null;
  spot: number | null;
  region: string;
  zone: string | null;
  architecture: string;
}

/** Its fetcher writes this where it finds no price of a TPU. */
const noTpuPrice = 700_000_000;

/**
 * A catalogue file of SkyPilot's, one per provider. Rows without any price are of machines that cannot be had and are left out;
 * Google's come in parts (google-parts.ts).
 */
export async function readSkypilot(context: ReadingContext, pause: () => Promise<void>): Promise<Reading> {
  const provider = context.provider ?? '';
  const refusals = new Refusals();
  const reading: Reading = { rows: 0, offers: [], refusals, skipped: 0 };
  const parts = provider === 'gcp' ? new GoogleParts() : null;
  let columns: Columns | null = null;
  let width = 0;
  const take = (row: SkypilotRow) =>
    reading.offers.push({ row: row.row, offer: asOffer(row, provider, context) });
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
    const row = readRow(line, fields, columns, parts !== null);
    if ('code' in row) refusals.add(line, row);
    else if (row.onDemand === null && row.spot === null) reading.skipped += 1;
    else if (!parts) take(row);
    else if (!parts.keep(row)) take(row);
  }
  if (parts) {
    for (const row of parts.machines()) take(row);
    reading.skipped += parts.leftOver;
  }
  return reading;
}

/** What is wrong with a record as a whole; null: nothing. */
export function shapeOf(fields: readonly string[] | null, width: number, isLast: boolean): Refusal | null {
  if (fields?.length === width) return null;
  if (isLast && (fields?.length ?? 0) < width) return { code: 'ROW_CUT_OFF', params: {} };
  if (fields === null) return { code: 'ROW_QUOTES', params: {} };
  return { code: 'ROW_FIELDS', params: { fields: fields.length, expected: width } };
}

function readRow(
  row: number,
  fields: readonly string[],
  columns: Columns,
  inParts: boolean,
): SkypilotRow | Refusal {
  const field = (column: keyof Columns): string => {
    const value = fields[columns[column]] ?? '';
    return /^(nan|none|null)$/i.test(value) && column !== 'price' && column !== 'spot' ? '' : value;
  };
  const numbers: Partial<Record<keyof Columns, number | null>> = {};
  for (const column of ['count', 'vCpus', 'memory'] as const) {
    const text = field(column);
    const value = text === '' ? null : Number(text);
    if (value !== null && !(value >= 0 && Number.isFinite(value)))
      return { code: 'ROW_NUMBER', params: { column: names[column][0], value: clip(text) } };
    numbers[column] = value;
  }
  const onDemand = readPrice(field('price'));
  const spot = readPrice(field('spot'));
  const accelerator = field('accelerator');
  const mayBeHalf = inParts && isHalf(field('instanceType'), accelerator);
  if (isRefusal(onDemand) && !(mayBeHalf && isZero(onDemand))) return onDemand;
  if (isRefusal(spot) && !(mayBeHalf && isZero(spot))) return spot;
  const region = field('region');
  if (region === '') return { code: 'ROW_NO_REGION', params: {} };
  const isTpu = accelerator.startsWith('tpu-');
  if (field('instanceType') === '' && accelerator === '') return { code: 'ROW_NO_TYPE', params: {} };
  for (const [column, most] of [
    ['instanceType', 110],
    ['region', 60],
    ['zone', 60],
    ['accelerator', 60],
  ] as const)
    if (field(column).length > most)
      return { code: 'ROW_NAME_LONG', params: { column: names[column][0], most } };
  const known = (price: number | null | Refusal) =>
    isRefusal(price) ? 0 : isTpu && price === noTpuPrice ? null : price;
  return {
    row,
    instanceType: field('instanceType'),
    accelerator,
    count: numbers.count ?? 0,
    vCpus: numbers.vCpus ?? null,
    memoryGiB: numbers.memory ?? null,
    gpuInfo: field('gpuInfo'),
    onDemand: known(onDemand),
    spot: known(spot),
    region,
    zone: field('zone') === '' ? null : field('zone'),
    architecture: field('architecture'),
  };
}

/** Google's machines whose whole price stands with their accelerators cost 0 by themselves, or the other way round. */
const isHalf = (instanceType: string, accelerator: string): boolean =>
  instanceType === ''
    ? !accelerator.startsWith('tpu-')
    : accelerator === '' && hostOfAccelerators.test(instanceType);

const isZero = ({ code, params }: Refusal): boolean =>
  code === 'PRICE_NOT_POSITIVE' && Number(params.value) === 0;

const tpuName = /^tpu-(v\d+(?:litepod|e|p)?)-(\d+)$/i;

function asOffer(
  row: SkypilotRow,
  provider: string,
  { find, spec, sourceId, pricedAt }: ReadingContext,
): Offer {
  const tpu = tpuName.exec(row.accelerator);
  const instanceType = row.instanceType === '' ? row.accelerator : row.instanceType;
  const known = spec(provider, instanceType);
  const place = { provider, region: row.region, zone: row.zone, instanceType };
  const accelerator = tpu
    ? canonical(find, `tpu-${(tpu[1] ?? '').replace('litepod', 'e')}`)
    : row.accelerator === ''
      ? null
      : canonical(find, row.accelerator);
  const stated = statedMemoryGiB(row.gpuInfo);
  return {
    id: offerId(place),
    ...place,
    accelerator,
    acceleratorCount: tpu ? tpuChips(tpu) : accelerator === null ? 0 : row.count || 1,
    // Of models that we know the data sheet is better: some are listed there with another one's memory.
    acceleratorMemoryGiB:
      known?.acceleratorMemoryGiB ?? (accelerator === null || find(accelerator) ? null : stated),
    vCpus: row.vCpus ?? known?.vCpus ?? null,
    memoryGiB: row.memoryGiB ?? known?.memoryGiB ?? null,
    localDiskGiB: known?.localDiskGiB ?? null,
    networkGbps: known?.networkGbps ?? null,
    link: tpu ? 'ici' : (known?.link ?? null),
    architecture:
      row.architecture === 'x86_64' || row.architecture === 'arm64'
        ? row.architecture
        : (known?.architecture ?? null),
    onDemandMicrosPerHour: row.onDemand,
    spotMicrosPerHour: row.spot,
    spotBand: null,
    sourceId,
    pricedAt,
  };
}

/** Slices of v2 to v4 and v5p are named by their cores, two to a chip; the others by their chips. */
const tpuChips = ([, version = '', size = '1']: RegExpExecArray): number =>
  /^v(2|3|4|5p)$/i.test(version) ? Math.max(1, Number(size) / 2) : Number(size);

/** From "{'Gpus': [{'MemoryInfo': {'SizeInMiB': 81920}}]}". Some write GiB there; no accelerator has less than 1 GiB. */
function statedMemoryGiB(gpuInfo: string): number | null {
  const size = Number(/'SizeInMiB':\s*(\d{1,9}(?:\.\d+)?)/.exec(gpuInfo)?.[1] ?? Number.NaN);
  if (!(size > 0)) return null;
  return size >= 1024 ? size / 1024 : size;
}
