import { z } from 'zod';
import { refusedRow } from './catalog.ts';

/** What a quota counts: processors of the machines, or their accelerators. */
export const quotaUnits = ['vcpus', 'accelerators'] as const;
export type QuotaUnit = (typeof quotaUnits)[number];

/** `any`: on demand and spot together, as Google counts until somebody asks for a quota of preemptible ones. */
export const quotaKinds = ['on-demand', 'spot', 'any'] as const;
export type QuotaKind = (typeof quotaKinds)[number];

const word = z.string().trim().min(1).max(60);

/** How much a provider lets an account rent at once. */
export const quotaLimit = z.object({
  provider: word,
  /** Null: over all regions together. */
  region: word.nullable(),
  kind: z.enum(quotaKinds),
  unit: z.enum(quotaUnits),
  /** Name of an accelerator model; null: whichever. */
  accelerator: word.nullable(),
  /** Families of machines as the provider names them (aws: p, g; azure: ncadsa100v4), else beginnings of types; none: all. */
  families: z.array(word).max(20),
  limit: z.number().min(0).max(10_000_000),
  /** Of it, what is rented already; null: not known, counted as nothing. */
  inUse: z.number().min(0).max(10_000_000).nullable(),
});
export type QuotaLimit = z.infer<typeof quotaLimit>;

export const quota = quotaLimit.extend({
  /** Follows from what it limits: said again, it takes the place of the one before. */
  id: z.string().min(1).max(600),
  /** As the provider calls it; empty: it was typed. */
  title: z.string().max(200),
  source: z.enum(['typed', 'imported']),
  /** When it was said. */
  at: z.number(),
});
export type Quota = z.infer<typeof quota>;

export const quotaFormats = ['aws', 'azure', 'gcp', 'sheet'] as const;

/** What taking in a list of quotas did, or would do. Where any row is refused nothing is taken unless `partial` was asked for. */
export const quotaReport = z.object({
  taken: z.boolean(),
  format: z.enum(quotaFormats),
  rows: z.number().int(),
  accepted: z.array(quota).max(10_000),
  /** At most 1,000 of them. `row` counts what is in a list from 1; of a CSV, lines. */
  refused: z.array(refusedRow),
  refusedCount: z.number().int(),
  /** What limits something else than machines with accelerators. */
  skipped: z.number().int(),
  added: z.number().int(),
  changed: z.number().int(),
});
export type QuotaReport = z.infer<typeof quotaReport>;
