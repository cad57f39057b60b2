import { z } from 'zod';
import { ownCosts } from './catalog.ts';
import { figure } from './figure.ts';
import { micros } from './money.ts';

/** Changes to a plan's inputs that are looked at side by side. An empty one is the plan as it stands. */
export const scenario = z.object({
  id: z.string().min(1).max(60),
  name: z.string().min(1).max(100),
  spotOff: z.boolean(),
  /** Rented prices, per cent up or down. */
  pricePercent: z.number().min(-99).max(1000),
  /** Own machines that are down. */
  withoutMachines: z.array(z.string()).max(1000),
  deadlineShiftMs: z.number(),
  budgetPercent: z.number().min(-100).max(1000),
  /** Per cent more or fewer tokens, and slower or faster than estimated. */
  workPercent: z.number().min(-99).max(1000),
  /** Machines that are bought. */
  bought: z
    .array(
      z.object({
        title: z.string().min(1).max(100),
        accelerator: z.string(),
        gpus: z.number().int().positive(),
        costs: ownCosts,
      }),
    )
    .max(20),
});
export type Scenario = z.infer<typeof scenario>;

/** Buying against renting: where the lines cross, and the money spent by each after so many months. */
export const breakEven = z.object({
  /** Share of hours in which it must be used for buying to be cheaper; above 1: never. */
  utilisation: z.number(),
  ownedMicrosPerGpuHour: micros,
  rentedMicrosPerGpuHour: micros,
  /** Month by month from 0, both running as much as `ownCosts.utilisation` says. */
  months: z.array(z.object({ month: z.number().int(), buyMicros: micros, rentMicros: micros })),
  /** First month in which buying has cost less; null: not within the years. */
  paidBackMonth: z.number().int().nullable(),
  /** How the utilisation comes about; opens to both prices. */
  figure,
});
export type BreakEven = z.infer<typeof breakEven>;

/** M/M/c: runs that arrive at random at a pool of c places that are alike. */
export const queueEstimate = z.object({
  servers: z.number().int().positive(),
  arrivalsPerHour: z.number(),
  /** Mean time of one run. */
  serviceMs: z.number(),
  /** Offered load ÷ places; at 1 and above the queue grows without end. */
  utilisation: z.number(),
  /** Chance that a run waits (Erlang C), mean wait, and the wait that one in ten exceeds. Infinity is null. */
  waitProbability: z.number(),
  meanWaitMs: z.number().nullable(),
  p90WaitMs: z.number().nullable(),
  basis: z.enum(['measured', 'typed']),
  /** Runs that it was measured from. */
  samples: z.number().int(),
  /** How the mean wait comes about; its value is '∞' where the queue grows without end. */
  figure,
});
export type QueueEstimate = z.infer<typeof queueEstimate>;
