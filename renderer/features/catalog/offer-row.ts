import type { Offer } from '#shared/domain/catalog.ts';
import type { OfferColumns, PriceColumns } from '#shared/planner/offer-columns.ts';
import type { OfferTable } from '#shared/planner/offer-table.ts';
import { ownProvider } from './own-machines.ts';

/** Prices by what people compare; null where it is not known or makes no sense. Micro-dollars an hour. */
export interface OfferPrices {
  perHour: number | null;
  perGpu: number | null;
  perGiB: number | null;
  perPflop: number | null;
}

/** One row of the page's table. */
export interface OfferRow {
  offer: Offer;
  /** Id of the user's machine that it is; null: it is rented. */
  machineId: string | null;
  gpuMemoryGiB: number | null;
  totalMemoryGiB: number | null;
  tflops: number | null;
  country: string | null;
  carbonGramsPerKWh: number | null;
  onDemand: OfferPrices;
  spot: OfferPrices;
}

const orNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

const pricesAt = (columns: PriceColumns, row: number): OfferPrices => ({
  perHour: orNull(columns.microsPerHour[row]),
  perGpu: orNull(columns.perGpu[row]),
  perGiB: orNull(columns.perGiB[row]),
  perPflop: orNull(columns.perPflop[row]),
});

/** Makes rows of a table as they come into view, each once. */
export function rowMaker(table: OfferTable, derived: OfferColumns): (row: number) => OfferRow {
  const made = new Map<number, OfferRow>();
  return (row) => {
    const known = made.get(row);
    if (known) return known;
    const offer = table.row(row);
    const one: OfferRow = {
      offer,
      machineId: offer.provider === ownProvider ? offer.id.slice(ownProvider.length + 1) : null,
      gpuMemoryGiB: orNull(derived.gpuMemoryGiB[row]),
      totalMemoryGiB: orNull(derived.totalMemoryGiB[row]),
      tflops: orNull(derived.tflops[row]),
      country: derived.countryNames[derived.country[row] ?? -1] ?? null,
      carbonGramsPerKWh: orNull(derived.carbonGramsPerKWh[row]),
      onDemand: pricesAt(derived.onDemand, row),
      spot: pricesAt(derived.spot, row),
    };
    made.set(row, one);
    return one;
  };
}

/** Share of the price on demand that the spot price saves; null where one of them is missing or nothing is saved. */
export function spotSaving({ onDemand, spot }: Pick<OfferRow, 'onDemand' | 'spot'>): number | null {
  if (onDemand.perHour === null || spot.perHour === null || onDemand.perHour === 0) return null;
  const saving = 1 - spot.perHour / onDemand.perHour;
  return saving > 0 ? saving : null;
}
