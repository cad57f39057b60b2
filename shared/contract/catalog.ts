import { z } from 'zod';
import {
  acceleratorModel,
  catalogRegion,
  catalogSource,
  egressTable,
  importReport,
  offer,
  ownCosts,
  storagePrice,
} from '../domain/catalog.ts';
import { hourlyRate } from '../domain/cost.ts';
import { idSchema } from '../domain/id.ts';
import { quota, quotaLimit, quotaReport } from '../domain/quota.ts';
import { act, look, own } from './base.ts';

/** Accelerators, offers and what else planning needs to know. All of it is on this computer; nothing here waits for the network but `refresh`. */
export const catalogContract = {
  sources: look.output(z.array(catalogSource)),
  accelerators: look.output(z.array(acceleratorModel)),
  regions: look.output(z.array(catalogRegion)),
  egress: look.output(z.array(egressTable)),
  storage: look.output(z.array(storagePrice)),
  /** Every offer, packed by shared/planner/offer-table.ts (base64). `have`: the version that the caller holds; the answer is null where it is the newest. */
  offers: look
    .input(z.object({ have: z.string().nullable().default(null) }))
    .output(z.object({ version: z.string(), packed: z.string() }).nullable()),
  offer: look.input(z.object({ id: z.string() })).output(offer.nullable()),
  /** A job: reads public price APIs for these regions (empty: all that the catalogue knows of the provider). Bad rows leave the old prices. */
  refresh: act
    .input(z.object({ provider: z.enum(['aws', 'azure', 'gcp']), regions: z.array(z.string()).max(100) }))
    .output(z.object({ jobId: z.string() })),
  /** Takes in a SkyPilot catalogue CSV or a price sheet; with `dryRun` only says what it would do. */
  import: act
    .input(
      z.object({
        requestId: idSchema,
        fileName: z.string().min(1).max(500),
        text: z.string().max(64 * 1024 * 1024),
        /** Whose prices these are, where the file does not say. */
        provider: z.string().min(1).max(60).nullable(),
        /** When they were true; null: now. */
        pricedAt: z.number().nullable(),
        dryRun: z.boolean(),
        /** Take the good rows though others are refused. */
        partial: z.boolean(),
      }),
    )
    .output(importReport),
  /** Takes an imported or refreshed source out again. What the app came with stays. */
  removeSource: act.input(z.object({ sourceId: z.string() })).output(z.void()),
  /** What providers let the user rent at once. */
  quotas: look.output(z.array(quota)),
  /**
   * Takes the place of a quota that limits the same. `instead`: the one that it was before, where what it limits was changed;
   * `was`: of one that was removed and is put back.
   */
  setQuota: act
    .input(
      quotaLimit.extend({
        instead: quota.shape.id.nullable().default(null),
        was: quota.pick({ title: true, source: true, at: true }).nullable().default(null),
      }),
    )
    .output(quota),
  removeQuota: act.input(z.object({ id: quota.shape.id })).output(z.void()),
  /** Takes in what a provider's command line prints of its quotas, or a CSV; with `dryRun` only says what it would do. */
  importQuotas: act
    .input(
      z.object({
        fileName: z.string().min(1).max(500),
        text: z.string().max(16 * 1024 * 1024),
        /** Which region a list is of that does not say. */
        region: quotaLimit.shape.region,
        dryRun: z.boolean(),
        /** Take the good rows though others are refused. */
        partial: z.boolean(),
      }),
    )
    .output(quotaReport),
  ownCosts: look.output(
    z.array(
      z.object({ machineId: idSchema, costs: ownCosts, rate: hourlyRate, gpuMicrosPerHour: z.number() }),
    ),
  ),
  /** What a machine of one's own costs; null takes it back. Applies from now on. */
  setOwnCosts: own.input(z.object({ machineId: idSchema, costs: ownCosts.nullable() })).output(z.void()),
};
