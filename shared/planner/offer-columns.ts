import type { AcceleratorModel, CatalogRegion } from '../domain/catalog.ts';
import { acceleratorFinder, trainingTflops } from './accelerators.ts';
import type { OfferTable } from './offer-table.ts';

/** What people compare offers by, a value per row; NaN where it is not known or makes no sense. */
export interface OfferColumns {
  /** Of each accelerator, or of the slice of one. */
  gpuMemoryGiB: Float64Array;
  totalMemoryGiB: Float64Array;
  /** Dense bf16 (fp16 where there is none) of all accelerators together, by their data sheets, 10^12 a second. */
  tflops: Float64Array;
  onDemand: PriceColumns;
  spot: PriceColumns;
  /** Into `countryNames`; -1: not known. */
  country: Int32Array;
  countryNames: readonly string[];
  /** Grams of CO2 equivalent per kWh. */
  carbonGramsPerKWh: Float64Array;
}

/** Micro-dollars an hour. Parts of an accelerator count as parts: half an A10 at 1 $/h is 2 $ per GPU hour. */
export interface PriceColumns {
  microsPerHour: Float64Array;
  perGpu: Float64Array;
  perGiB: Float64Array;
  perPflop: Float64Array;
}

/** Computed once per table; some milliseconds for 100,000 offers. */
export function offerColumns(
  table: OfferTable,
  models: readonly AcceleratorModel[],
  regions: readonly CatalogRegion[],
): OfferColumns {
  const { length, words, columns } = table;
  const find = acceleratorFinder(models);
  const modelOf = words.accelerators.map(find);
  const peakOf = modelOf.map((model) => (model && trainingTflops(model)) ?? Number.NaN);
  const memoryOf = modelOf.map((model) => model?.memoryGiB ?? Number.NaN);
  const gpuMemoryGiB = new Float64Array(length).fill(Number.NaN);
  const totalMemoryGiB = new Float64Array(length).fill(Number.NaN);
  const tflops = new Float64Array(length).fill(Number.NaN);
  for (let row = 0; row < length; row += 1) {
    const count = columns.acceleratorCount[row] ?? 0;
    if (count <= 0) continue;
    const accelerator = columns.accelerator[row] ?? -1;
    const stated = columns.acceleratorMemoryGiB[row] ?? Number.NaN;
    const each = Number.isNaN(stated) ? (memoryOf[accelerator] ?? Number.NaN) * Math.min(1, count) : stated;
    gpuMemoryGiB[row] = each;
    totalMemoryGiB[row] = each * Math.max(1, count);
    tflops[row] = (peakOf[accelerator] ?? Number.NaN) * count;
  }
  const prices = (microsPerHour: Float64Array): PriceColumns => {
    const per = (amounts: Float64Array, scale: number) => {
      const result = new Float64Array(length).fill(Number.NaN);
      for (let row = 0; row < length; row += 1) {
        const amount = (amounts[row] ?? 0) * scale;
        if (amount > 0) result[row] = (microsPerHour[row] ?? Number.NaN) / amount;
      }
      return result;
    };
    return {
      microsPerHour,
      perGpu: per(columns.acceleratorCount, 1),
      perGiB: per(totalMemoryGiB, 1),
      perPflop: per(tflops, 1 / 1000),
    };
  };
  return {
    gpuMemoryGiB,
    totalMemoryGiB,
    tflops,
    onDemand: prices(columns.onDemandMicrosPerHour),
    spot: prices(columns.spotMicrosPerHour),
    ...places(table, regions),
  };
}

function places(
  table: OfferTable,
  regions: readonly CatalogRegion[],
): Pick<OfferColumns, 'country' | 'countryNames' | 'carbonGramsPerKWh'> {
  const { length, words, columns } = table;
  const known = new Map(regions.map((region) => [`${region.provider}/${region.region}`, region]));
  const countryNames: string[] = [];
  const placeOf = words.providers.map((provider) =>
    words.regions.map((region) => {
      const found = known.get(`${provider}/${region}`);
      const name = found?.country ?? null;
      if (name !== null && !countryNames.includes(name)) countryNames.push(name);
      return {
        country: name === null ? -1 : countryNames.indexOf(name),
        carbon: found?.carbonGramsPerKWh ?? Number.NaN,
      };
    }),
  );
  const country = new Int32Array(length);
  const carbonGramsPerKWh = new Float64Array(length);
  for (let row = 0; row < length; row += 1) {
    const place = placeOf[columns.provider[row] ?? -1]?.[columns.region[row] ?? -1];
    country[row] = place?.country ?? -1;
    carbonGramsPerKWh[row] = place?.carbon ?? Number.NaN;
  }
  return { country, countryNames, carbonGramsPerKWh };
}
