import { z } from 'zod';
import { figure, reason } from './figure.ts';
import { idSchema } from './id.ts';
import { micros } from './money.ts';

/** What an hour of a machine costs, and by whose word. */
export const hourlyRate = z.object({
  microsPerHour: micros,
  /** `own`: by the costs that were set for it; `offer`: it was rented for that; `none`: nobody has said, so it counts as 0 and is said to. */
  basis: z.enum(['own', 'offer', 'none']),
  /** From when it was valid. */
  since: z.number(),
});
export type HourlyRate = z.infer<typeof hourlyRate>;

/**
 * What one run has cost so far, and will have. Each attempt is charged its share of its machine's GPUs; those without GPUs share what the
 * others leave of the machine. A run that was deleted stays, with the state `deleted`.
 */
export const runCost = z.object({
  runId: idSchema,
  name: z.string(),
  project: z.string().nullable(),
  user: z.string().nullable(),
  machineName: z.string(),
  state: z.string(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  gpuHours: z.number(),
  soFarMicros: micros,
  /** Of that, within the period asked for; of a run asked for by itself, all. */
  periodMicros: micros,
  /** When it is over, by its steps so far; null where it prints none or has ended. */
  projectedMicros: micros.nullable(),
  plannedMicros: micros.nullable(),
  plannedMs: z.number().nullable(),
  basis: z.enum(['own', 'offer', 'mixed', 'none']),
});
export type RunCost = z.infer<typeof runCost>;

/** Time in which accelerators were paid for and unused. */
export const idleCost = z.object({
  machineId: idSchema,
  machineName: z.string(),
  gpus: z.number(),
  /** Within the period asked for. */
  idleGpuHours: z.number(),
  paidGpuHours: z.number(),
  idleMicros: micros,
});
export type IdleCost = z.infer<typeof idleCost>;

export const costGroup = z.object({
  /** Project, user, or machineId; null: none. */
  key: z.string().nullable(),
  /** As it is shown. */
  label: z.string().nullable(),
  runs: z.number().int(),
  gpuHours: z.number(),
  micros,
});
export type CostGroup = z.infer<typeof costGroup>;

export const budget = z.object({
  id: idSchema,
  name: z.string().min(1).max(100),
  /** Null: all runs. */
  project: z.string().max(100).nullable(),
  user: z.string().max(100).nullable(),
  period: z.enum(['month', 'quarter', 'year']),
  amountMicros: micros,
  /** Shares of it at which a notice is given: 0.5, 0.8, 1. */
  alertAt: z.array(z.number().gt(0).max(2)).max(10),
  createdAt: z.number(),
});
export type Budget = z.infer<typeof budget>;

export const budgetState = z.object({
  budget,
  periodStartsAt: z.number(),
  periodEndsAt: z.number(),
  spentMicros: micros,
  /** At the period's end, if it goes on as in its last seven days (shorter: since it began). */
  paceMicros: micros,
  /** `over`: spent; `fast`: it will be at this pace; `near`: an alert's share is passed. */
  state: z.enum(['ok', 'near', 'fast', 'over']),
  /** When it will be spent at this pace. */
  spentUpAt: z.number().nullable(),
});
export type BudgetState = z.infer<typeof budgetState>;

export const costSummary = z.object({
  from: z.number(),
  to: z.number(),
  totalMicros: micros,
  gpuHours: z.number(),
  /** Runs on machines that nobody has said the cost of. */
  unpricedRuns: z.number().int(),
  byProject: z.array(costGroup),
  byUser: z.array(costGroup),
  byMachine: z.array(costGroup),
  /** UTC days, oldest first. */
  byDay: z.array(z.object({ day: z.number(), micros })),
  idle: z.array(idleCost),
  notes: z.array(reason),
  figure,
});
export type CostSummary = z.infer<typeof costSummary>;
