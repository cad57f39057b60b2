import { z } from 'zod';
import {
  acceleratorModel,
  catalogRegion,
  egressTable,
  spotBands,
  storagePrice,
} from '#shared/domain/catalog.ts';

/** The files of resources/catalog; its README says the same in words. */
export const acceleratorsFile = z.array(acceleratorModel);
export const regionsFile = z.array(catalogRegion);
export const egressFile = z.array(egressTable);
export const storageFile = z.array(storagePrice);

export const instanceSpec = z.strictObject({
  accelerator: z.string().min(1).max(60).nullable(),
  count: z.number().min(0).max(10_000),
  /** Of each accelerator, or of the slice; left out: as its model's. */
  acceleratorMemoryGiB: z.number().positive().nullable().default(null),
  vCpus: z.number().min(0).nullable().default(null),
  memoryGiB: z.number().min(0).nullable().default(null),
  localDiskGiB: z.number().min(0).nullable().default(null),
  networkGbps: z.number().min(0).nullable().default(null),
  link: z.enum(['nvlink', 'pcie', 'xgmi', 'ici']).nullable().default(null),
  architecture: z.enum(['x86_64', 'arm64']).nullable().default(null),
});
export type InstanceSpec = z.infer<typeof instanceSpec>;

/** On demand, spot, index into spotBands. */
export type PriceRow = [onDemand: number | null, spot: number | null, spotBand: number | null];
export type PricesByType = Record<string, PriceRow>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPrice = (value: unknown): boolean =>
  value === null || (typeof value === 'number' && value > 0 && value <= 1_000_000);
const isBand = (value: unknown): boolean =>
  value === null ||
  (Number.isInteger(value) && (value as number) >= 0 && (value as number) < spotBands.length);

/**
 * Where a table of prices, so many levels above its instance types, is not as it should be; null: nowhere. By hand, because of
 * thousands of rows a schema makes twenty megabytes of garbage.
 */
function wrongAt(value: unknown, levels: number): PropertyKey[] | null {
  if (levels < 0) {
    if (!Array.isArray(value) || value.length !== 3) return [];
    const wrong = isPrice(value[0]) ? (isPrice(value[1]) ? (isBand(value[2]) ? -1 : 2) : 1) : 0;
    return wrong < 0 ? null : [wrong];
  }
  if (!isObject(value)) return [];
  const most = levels === 0 ? 120 : 60;
  for (const name of Object.keys(value)) {
    const below = name === '' || name.length > most ? [] : wrongAt(value[name], levels - 1);
    if (below) return [name, ...below];
  }
  return null;
}

const prices = <Table>(levels: number) =>
  z.custom<Table>().superRefine((value, context) => {
    const path = wrongAt(value, levels);
    if (path)
      context.addIssue({
        code: 'custom',
        path,
        message: 'no price: [on demand, spot, spot band], each more than 0 or null',
      });
  });

export const offersFile = z.strictObject({
  source: z.strictObject({
    id: z.string().min(1).max(100),
    provider: z.string().min(1).max(60),
    title: z.string().min(1).max(200),
    url: z.string().max(500).nullable().default(null),
    pricedAt: z.iso.date(),
  }),
  instanceTypes: z.record(z.string().min(1).max(120), instanceSpec),
  /** By region, then instance type. */
  prices: prices<Record<string, PricesByType>>(1),
  /** By region, zone, instance type: of those whose price differs between zones. */
  zones: prices<Record<string, Record<string, PricesByType>>>(2).optional(),
});
export type OffersFile = z.infer<typeof offersFile>;
