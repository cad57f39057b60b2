import { z } from 'zod';
import { micros } from './money.ts';

/** Where figures came from and how old they are. Nothing in the catalogue is without one. */
export const catalogSource = z.object({
  id: z.string().min(1).max(100),
  /** `shipped`: came with the app; `refreshed`: read from the provider's own price API; `imported`: a file of the user's; `own`: the user's machines. */
  kind: z.enum(['shipped', 'refreshed', 'imported', 'own']),
  /** As it is shown: "AWS Price List, us-east-1". */
  title: z.string().min(1).max(200),
  provider: z.string().max(60).nullable(),
  /** Of refreshed ones: the region it covers. */
  region: z.string().max(60).nullable(),
  url: z.string().max(500).nullable(),
  rows: z.number().int().min(0),
  /** When these prices were true, epoch ms; for a file without a date, when it was taken in. */
  pricedAt: z.number(),
  /** When this app took them in. */
  takenAt: z.number(),
});
export type CatalogSource = z.infer<typeof catalogSource>;

/** Number formats whose throughput differs. */
export const peakTypes = ['fp64', 'fp32', 'tf32', 'fp16', 'bf16', 'fp8', 'int8', 'fp4'] as const;
export type PeakType = (typeof peakTypes)[number];

/** One figure of a data sheet: dense (no sparsity) peak of the matrix units. */
export const peak = z.object({
  type: z.enum(peakTypes),
  /** 10^12 operations a second, a multiply-add counted as two. */
  tflops: z.number().positive(),
  accumulate: z.enum(['fp32', 'fp16', 'int32', 'fp64']).nullable(),
  source: z.string().min(1),
  /** Year and month in which it was read: "2026-11". */
  asOf: z.string().regex(/^\d{4}-\d{2}$/),
});

/** A kind of accelerator, whoever rents it out. `name` is what task files say (SkyPilot's names where it has one). */
export const acceleratorModel = z.object({
  name: z.string().min(1).max(60),
  vendor: z.enum(['nvidia', 'amd', 'google', 'intel', 'aws', 'apple', 'other']),
  /** Its maker's name in full. */
  title: z.string(),
  /** Other names that it goes by: in nvidia-smi, at providers. Compared without case, spaces, - and _. */
  aliases: z.array(z.string()),
  memoryGiB: z.number().positive(),
  bandwidthGBps: z.number().positive().nullable(),
  powerW: z.number().positive().nullable(),
  peaks: z.array(peak),
  /** Share of the peak that a large matrix product reaches, where somebody has measured it. */
  achievable: z.object({ share: z.number().min(0).max(1), source: z.string() }).nullable(),
  /** Between the accelerators of one machine, bytes each way per accelerator, 10^9 a second. */
  link: z.object({ kind: z.enum(['nvlink', 'pcie', 'xgmi', 'ici', 'none']), GBps: z.number().nullable() }),
  source: z.string().min(1),
  asOf: z.string().regex(/^\d{4}-\d{2}$/),
});
export type AcceleratorModel = z.infer<typeof acceleratorModel>;

/** AWS Spot Advisor's bands of interruptions a month: <5, 5–10, 10–15, 15–20, >20 %. */
export const spotBands = [
  { low: 0, high: 5 },
  { low: 5, high: 10 },
  { low: 10, high: 15 },
  { low: 15, high: 20 },
  { low: 20, high: 40 },
] as const;

/** Something that can be rented by the hour. */
export const offer = z.object({
  /** provider/region/zone/instanceType, `-` where there is no zone: stable over refreshes. */
  id: z.string().min(1).max(300),
  provider: z.string().min(1).max(60),
  region: z.string().min(1).max(60),
  zone: z.string().max(60).nullable(),
  instanceType: z.string().min(1).max(120),
  /** Name of an accelerator model; null: none. */
  accelerator: z.string().max(60).nullable(),
  /** A part of one where it is sliced (0.5 of an A10). */
  acceleratorCount: z.number().min(0).max(10_000),
  /** Of each accelerator, or of the slice. Null: as its model's. */
  acceleratorMemoryGiB: z.number().positive().nullable(),
  vCpus: z.number().min(0).nullable(),
  memoryGiB: z.number().min(0).nullable(),
  localDiskGiB: z.number().min(0).nullable(),
  networkGbps: z.number().min(0).nullable(),
  /** How its accelerators speak with each other. Null: not known, or only one. */
  link: z.enum(['nvlink', 'pcie', 'xgmi', 'ici']).nullable(),
  architecture: z.enum(['x86_64', 'arm64']).nullable(),
  onDemandMicrosPerHour: micros.nullable(),
  spotMicrosPerHour: micros.nullable(),
  /** Index into spotBands; null: not known. */
  spotBand: z.number().int().min(0).max(4).nullable(),
  sourceId: z.string(),
  pricedAt: z.number(),
});
export type Offer = z.infer<typeof offer>;

/** Where providers have machines. */
export const catalogRegion = z.object({
  provider: z.string(),
  region: z.string(),
  title: z.string(),
  /** ISO 3166-1 alpha-2; null where the provider does not say. */
  country: z.string().length(2).nullable(),
  /** Of the grid it stands in, grams of CO2 equivalent per kWh, a yearly mean. */
  carbonGramsPerKWh: z.number().min(0).nullable(),
  carbonSource: z.string().nullable(),
  carbonAsOf: z.string().nullable(),
});
export type CatalogRegion = z.infer<typeof catalogRegion>;

/** What one direction costs, by marginal tiers: the first tier's price is for the first bytes, and so on. */
export const egressTable = z.object({
  provider: z.string(),
  /** `internet`: out of the provider; `region`: to another of its regions; `zone`: to another zone of the region. */
  to: z.enum(['internet', 'region', 'zone']),
  /** From these regions only; empty: from all that no other table of the provider names. */
  regions: z.array(z.string()),
  /** Bytes a month that are free, before the first tier. */
  freeBytes: z.number().int().min(0),
  /** Rising; `upToBytes` counts from the first byte that is paid for or free, null: without an end. */
  tiers: z.array(z.object({ upToBytes: z.number().int().positive().nullable(), microsPerGB: micros })).min(1),
  source: z.string(),
  asOf: z.string(),
});
export type EgressTable = z.infer<typeof egressTable>;

/** What keeping data costs, per GB (10^9 bytes) and month. */
export const storagePrice = z.object({
  provider: z.string(),
  /** `disk`: block storage of a machine; `object`: a bucket. */
  kind: z.enum(['disk', 'object']),
  name: z.string(),
  microsPerGBMonth: micros,
  source: z.string(),
  asOf: z.string(),
});
export type StoragePrice = z.infer<typeof storagePrice>;

/** A row of a price file that was not taken, and why. `row` counts lines of the file from 1, the header is 1. */
export const refusedRow = z.object({
  row: z.number().int(),
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  message: z.string(),
});
export type RefusedRow = z.infer<typeof refusedRow>;

/** What taking in a price file did, or would do. Where any row is refused nothing is taken unless `partial` was asked for. */
export const importReport = z.object({
  taken: z.boolean(),
  format: z.enum(['skypilot', 'sheet']),
  provider: z.string().nullable(),
  rows: z.number().int(),
  accepted: z.number().int(),
  /** At most 1,000 of them. */
  refused: z.array(refusedRow),
  refusedCount: z.number().int(),
  /** Rows that are no offer by themselves: without any price, said twice, or a part that others were added to. */
  skipped: z.number().int(),
  /** Against what was known before. */
  added: z.number().int(),
  changed: z.number().int(),
  gone: z.number().int(),
  sourceId: z.string().nullable(),
});
export type ImportReport = z.infer<typeof importReport>;

/** What a machine of one's own costs: planner.md's price of a useful GPU hour. */
export const ownCosts = z.object({
  /** What it cost to buy, and what it will still be worth at the end of `years`. */
  capexMicros: micros,
  residualMicros: micros,
  /** Share on top of the purchase: racks, cables, installation. */
  overhead: z.number().min(0).max(5),
  years: z.number().positive().max(30),
  /** Draw at the wall while busy; null: by its accelerators' power. */
  powerKW: z.number().min(0).max(1000).nullable(),
  /** Power usage effectiveness of the room: 1 and up. */
  pue: z.number().min(1).max(5),
  microsPerKWh: micros,
  /** Staff, space, network: per hour, for the whole machine. */
  otherMicrosPerHour: micros,
  /** Share of all hours in which it does useful work. */
  utilisation: z.number().gt(0).max(1),
  /** What its network carries, Gbit/s; left out or null: nobody has said. */
  networkGbps: z.number().positive().max(100_000).nullable().optional(),
});
export type OwnCosts = z.infer<typeof ownCosts>;
