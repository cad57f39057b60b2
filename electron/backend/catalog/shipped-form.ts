import { z } from 'zod';
import { acceleratorModel, catalogRegion, egressTable, storagePrice } from '#shared/domain/catalog.ts';

/** The files of resources/catalog; its README says the same in words. */
export const acceleratorsFile = z.array(acceleratorModel);
export const regionsFile = z.array(catalogRegion);
export const egressFile = z.array(egressTable);
export const storageFile = z.array(storagePrice);

const dollars = z.number().gt(0).max(1_000_000).nullable();

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
const priceRow = z.tuple([dollars, dollars, z.number().int().min(0).max(4).nullable()]);
const pricesByType = z.record(z.string().min(1).max(120), priceRow);

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
  prices: z.record(z.string().min(1).max(60), pricesByType),
  /** By region, zone, instance type: of those whose price differs between zones. */
  zones: z.record(z.string(), z.record(z.string().min(1).max(60), pricesByType)).default({}),
});
export type OffersFile = z.infer<typeof offersFile>;
