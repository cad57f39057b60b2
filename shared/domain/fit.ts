import { z } from 'zod';
import { figure, reason, spread } from './figure.ts';
import { modelShape, setup } from './workload.ts';

export const memoryParts = [
  'weights',
  'gradients',
  'optimiser',
  'activations',
  'logits',
  'cache',
  'overhead',
] as const;
export type MemoryPart = (typeof memoryParts)[number];

export const byteRange = z.object({ lowBytes: z.number(), highBytes: z.number() });

/** Memory of the fullest GPU, by part, as a range. */
export const memoryNeed = z.object({
  parts: z.array(byteRange.extend({ part: z.enum(memoryParts), figure })),
  total: byteRange,
  /** On the host, with offloading. */
  host: byteRange,
  figure,
});
export type MemoryNeed = z.infer<typeof memoryNeed>;

/** `fits`: the high end does; `tight`: between its ends; `no`: not even the low end. */
export const fitVerdict = z.enum(['fits', 'tight', 'no']);
export type FitVerdict = z.infer<typeof fitVerdict>;

/** One change that would make it fit, and what it would need then. */
export const remedy = z.object({
  reason,
  /** Where that alone is not enough: what has to go with it. */
  also: z.array(reason),
  setup,
  gpus: z.number().int(),
  total: byteRange,
  verdict: fitVerdict,
});
export type Remedy = z.infer<typeof remedy>;

export const fitReport = z.object({
  model: modelShape,
  setup,
  accelerator: z.string(),
  gpus: z.number().int().positive(),
  /** Of one GPU, less what the driver keeps. */
  availableBytes: z.number(),
  need: memoryNeed,
  verdict: fitVerdict,
  /** The most sequences per GPU that fit at the high end; 0: not even one. */
  largestMicroBatch: z.number().int().min(0),
  remedies: z.array(remedy),
  warnings: z.array(reason),
});
export type FitReport = z.infer<typeof fitReport>;

/** How long an amount of work takes. */
export const timeEstimate = z.object({
  ms: spread,
  tokensPerSecond: spread,
  /** `measured`: from a throughput that was seen; `prior`: from FLOPs and the usual share of the peak. */
  basis: z.enum(['measured', 'prior']),
  figure,
});
export type TimeEstimate = z.infer<typeof timeEstimate>;
