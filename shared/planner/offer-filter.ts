import type { OfferColumns } from './offer-columns.ts';
import type { OfferTable } from './offer-table.ts';
import { orderRows } from './row-order.ts';

export const offerSorts = [
  'provider',
  'region',
  'zone',
  'instanceType',
  'accelerator',
  'gpus',
  'gpuMemory',
  'totalMemory',
  'vCpus',
  'memory',
  'localDisk',
  'network',
  'tflops',
  'price',
  'pricePerGpu',
  'pricePerGiB',
  'pricePerPflop',
  'spotPrice',
  'spotPricePerGpu',
  'spotPricePerGiB',
  'spotPricePerPflop',
  'spotBand',
  'carbon',
  'pricedAt',
] as const;
export type OfferSort = (typeof offerSorts)[number];

/** What offers are looked for by. Empty lists and nulls ask for nothing. */
export interface OfferQuery {
  /** Words that must all be in provider, region, zone, instance type or accelerator, in any order and case. */
  text: string;
  providers: readonly string[];
  regions: readonly string[];
  /** ISO 3166-1 alpha-2. */
  countries: readonly string[];
  accelerators: readonly string[];
  /** Of one accelerator, as cards are sold: "24 GB" finds those of which a driver reports 22.5 GiB, too. */
  minVramGiB: number | null;
  minTotalVramGiB: number | null;
  minGpus: number | null;
  maxGpus: number | null;
  /** NVLink, AMD's xGMI or Google's ICI between its accelerators; one accelerator alone passes too. */
  nvlinkOnly: boolean;
  /** Against the spot price where only such offers are asked for, else against the price on demand. */
  maxMicrosPerHour: number | null;
  spot: 'any' | 'has';
  /** Index into spotBands: at most so likely to be taken away; what is not known does not pass. */
  maxSpotBand: number | null;
  architecture: 'x86_64' | 'arm64' | null;
  sortBy: OfferSort;
  direction: 'up' | 'down';
}

/** Everything, by price. */
export const allOffers: OfferQuery = {
  text: '',
  providers: [],
  regions: [],
  countries: [],
  accelerators: [],
  minVramGiB: null,
  minTotalVramGiB: null,
  minGpus: null,
  maxGpus: null,
  nvlinkOnly: false,
  maxMicrosPerHour: null,
  spot: 'any',
  maxSpotBand: null,
  architecture: null,
  sortBy: 'price',
  direction: 'up',
};

/** Drivers report up to 7 % less memory than a card is sold with (T4: 15.0 GiB of "16 GB", A10G: 22.5 of "24"). */
const nominalShare = 0.93;

type Test = (row: number) => boolean;

/** The rows that pass, in the order asked for; rows without the value that is sorted by come last. */
export function filterOffers(table: OfferTable, derived: OfferColumns, query: OfferQuery): Uint32Array {
  const tests = testsOf(table, derived, query);
  const passing = new Uint32Array(table.length);
  let count = 0;
  rows: for (let row = 0; row < table.length; row += 1) {
    for (const test of tests) if (!test(row)) continue rows;
    passing[count] = row;
    count += 1;
  }
  return orderRows(passing.subarray(0, count), sortKeys(table, derived, query.sortBy), query.direction);
}

function testsOf(table: OfferTable, derived: OfferColumns, query: OfferQuery): Test[] {
  const { columns, words } = table;
  const tests: Test[] = [];
  const oneOf = (column: Int32Array, list: readonly string[], asked: readonly string[]) => {
    if (asked.length === 0) return;
    const wanted = new Set(asked);
    const passes = list.map((word) => wanted.has(word));
    tests.push((row) => passes[column[row] ?? -1] === true);
  };
  const atLeast = (column: Float64Array, asked: number | null, share = 1) => {
    const least = (asked ?? 0) * share;
    if (asked !== null) tests.push((row) => (column[row] ?? Number.NaN) >= least);
  };
  oneOf(columns.provider, words.providers, query.providers);
  oneOf(columns.region, words.regions, query.regions);
  oneOf(columns.accelerator, words.accelerators, query.accelerators);
  oneOf(derived.country, derived.countryNames, query.countries);
  atLeast(derived.gpuMemoryGiB, query.minVramGiB, nominalShare);
  atLeast(derived.totalMemoryGiB, query.minTotalVramGiB, nominalShare);
  atLeast(columns.acceleratorCount, query.minGpus);
  const { maxGpus, maxSpotBand, maxMicrosPerHour: most } = query;
  if (maxGpus !== null) tests.push((row) => (columns.acceleratorCount[row] ?? 0) <= maxGpus);
  if (query.nvlinkOnly)
    tests.push((row) => {
      const count = columns.acceleratorCount[row] ?? 0;
      const link = columns.link[row] ?? -1;
      // 1 is pcie.
      return count > 0 && (count <= 1 || (link >= 0 && link !== 1));
    });
  if (query.spot === 'has') tests.push((row) => (columns.spotMicrosPerHour[row] ?? Number.NaN) >= 0);
  if (most !== null) {
    const prices = query.spot === 'has' ? columns.spotMicrosPerHour : columns.onDemandMicrosPerHour;
    tests.push((row) => (prices[row] ?? Number.NaN) <= most);
  }
  if (maxSpotBand !== null)
    tests.push((row) => {
      const band = columns.spotBand[row] ?? -1;
      return band >= 0 && band <= maxSpotBand;
    });
  if (query.architecture !== null) {
    const wanted = query.architecture === 'x86_64' ? 0 : 1;
    tests.push((row) => columns.architecture[row] === wanted);
  }
  for (const word of query.text.toLowerCase().split(/\s+/)) if (word !== '') tests.push(hasWord(table, word));
  return tests;
}

/** Looked up once per word of the table's lists, not once per row. */
function hasWord(table: OfferTable, word: string): Test {
  const { columns, words } = table;
  const has = (list: readonly string[]) => list.map((entry) => entry.toLowerCase().includes(word));
  const parts = [
    [columns.instanceType, has(words.instanceTypes)],
    [columns.accelerator, has(words.accelerators)],
    [columns.region, has(words.regions)],
    [columns.zone, has(words.zones)],
    [columns.provider, has(words.providers)],
  ] as const;
  return (row) => {
    for (const [column, passes] of parts) if (passes[column[row] ?? -1] === true) return true;
    return false;
  };
}

/** A number per row that sorts as the column does. */
function sortKeys(table: OfferTable, derived: OfferColumns, sortBy: OfferSort): Float64Array {
  const { columns, words } = table;
  switch (sortBy) {
    case 'provider':
      return byWord(columns.provider, words.providers);
    case 'region':
      return byWord(columns.region, words.regions);
    case 'zone':
      return byWord(columns.zone, words.zones);
    case 'instanceType':
      return byWord(columns.instanceType, words.instanceTypes);
    case 'accelerator':
      return byWord(columns.accelerator, words.accelerators);
    case 'gpus':
      return columns.acceleratorCount;
    case 'gpuMemory':
      return derived.gpuMemoryGiB;
    case 'totalMemory':
      return derived.totalMemoryGiB;
    case 'vCpus':
      return columns.vCpus;
    case 'memory':
      return columns.memoryGiB;
    case 'localDisk':
      return columns.localDiskGiB;
    case 'network':
      return columns.networkGbps;
    case 'tflops':
      return derived.tflops;
    case 'price':
      return derived.onDemand.microsPerHour;
    case 'pricePerGpu':
      return derived.onDemand.perGpu;
    case 'pricePerGiB':
      return derived.onDemand.perGiB;
    case 'pricePerPflop':
      return derived.onDemand.perPflop;
    case 'spotPrice':
      return derived.spot.microsPerHour;
    case 'spotPricePerGpu':
      return derived.spot.perGpu;
    case 'spotPricePerGiB':
      return derived.spot.perGiB;
    case 'spotPricePerPflop':
      return derived.spot.perPflop;
    case 'spotBand':
      return Float64Array.from(columns.spotBand, (band) => (band < 0 ? Number.NaN : band));
    case 'carbon':
      return derived.carbonGramsPerKWh;
    case 'pricedAt':
      return columns.pricedAt;
  }
}

function byWord(column: Int32Array, list: readonly string[]): Float64Array {
  // Numbers in names by their size: g5.2xlarge before g5.12xlarge.
  const order = new Intl.Collator('en', { numeric: true }).compare;
  const ranks = new Float64Array(list.length);
  for (const [rank, place] of [...list.keys()]
    .sort((left, right) => order(list[left] ?? '', list[right] ?? ''))
    .entries())
    ranks[place] = rank;
  return Float64Array.from(column, (place) => ranks[place] ?? Number.NaN);
}
