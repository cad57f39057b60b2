import { z } from 'zod';
import { figure, reason, spread } from './figure.ts';
import { byteRange, fitVerdict } from './fit.ts';
import { idSchema } from './id.ts';
import { micros } from './money.ts';
import { labelSchema } from './sensitivity.ts';
import { measuredThroughput, modelShape, setup } from './workload.ts';

/** What one run needs, as planning sees it. Everything but `name` may be left to what the task says. */
export const runDemand = z.object({
  name: z.string().min(1).max(200),
  /** Alternatives by accelerator and count, in order; empty: any that fits `gpus`. */
  accelerators: z.array(z.object({ name: z.string(), count: z.number().positive() })),
  /** Used where accelerators is empty and a model is given: these counts are tried. */
  gpuCounts: z.array(z.number().int().positive()).max(20),
  /** Machines that may be taken together where one has too few GPUs; left out: one. What is asked per machine holds for each. */
  maxNodes: z.number().int().positive().max(64).optional(),
  cpus: z.number().min(0).nullable(),
  memoryGiB: z.number().min(0).nullable(),
  diskGiB: z.number().min(0).nullable(),
  model: modelShape.nullable(),
  setup: setup.nullable(),
  tokens: z.number().positive().nullable(),
  /** Given instead of model and tokens: how long it takes on which accelerator and count. */
  duration: z
    .object({ accelerator: z.string(), gpus: z.number().positive(), ms: z.number().positive() })
    .nullable(),
  measured: z.array(measuredThroughput),
  /** Data that must be there before it begins, and where it is now: a provider/region, or null: on this computer or an own site. */
  data: z.object({
    bytes: z.number().min(0),
    provider: z.string().nullable(),
    region: z.string().nullable(),
  }),
  resultBytes: z.number().min(0),
  checkpointBytes: z.number().min(0),
  checkpointEveryMs: z.number().positive(),
  /** Until a rented machine trains: boot, image, set-up. */
  setupMs: z.number().min(0),
  useSpot: z.enum(['never', 'allowed', 'only']),
  label: labelSchema.nullable(),
  countries: z.array(z.string().length(2)),
});
export type RunDemand = z.infer<typeof runDemand>;

export const objectives = ['cheapest', 'fastest', 'balanced'] as const;
export const planLimits = z.object({
  deadlineAt: z.number().nullable(),
  budgetMicros: micros.nullable(),
  maxCarbonGrams: z.number().min(0).nullable(),
  providers: z.array(z.string()),
  excludedProviders: z.array(z.string()),
  /** Offers judged by the least label they may hold; per provider, else defaultOfferLabel. */
  offerLabels: z.record(z.string(), labelSchema),
});
export type PlanLimits = z.infer<typeof planLimits>;

/** A place that was judged: an own machine or an offer (on demand and spot are judged apart). */
export const placeRef = z.object({
  kind: z.enum(['machine', 'on-demand', 'spot']),
  /** machineId or offer id. */
  id: z.string(),
  title: z.string(),
  provider: z.string().nullable(),
  region: z.string().nullable(),
  country: z.string().nullable(),
  accelerator: z.string().nullable(),
  gpus: z.number(),
  /** Machines of this kind that are taken together. */
  nodes: z.number().int().positive(),
});
export type PlaceRef = z.infer<typeof placeRef>;

export const alternative = z.object({
  place: placeRef,
  /** Why it may be taken, or why not; the first is the one that decides. */
  reasons: z.array(reason),
  excluded: z.boolean(),
  fit: z.object({ verdict: fitVerdict, need: byteRange, availableBytes: z.number() }).nullable(),
  /** From now until the result is there: waiting, set-up, data, training, expected interruptions. Null where excluded before it was known. */
  durationMs: spread.nullable(),
  costMicros: z.object({ p10: micros, p50: micros, p90: micros }).nullable(),
  parts: z
    .object({
      computeMicros: micros,
      storageMicros: micros,
      egressMicros: micros,
      waitMs: z.number(),
      setupMs: z.number(),
      dataMs: z.number(),
      trainMs: z.number(),
      lostMs: z.number(),
      expectedInterruptions: z.number(),
    })
    .nullable(),
  carbonGrams: z.number().nullable(),
  /** No other is both cheaper and faster. */
  pareto: z.boolean(),
  /** The oldest price that went into it, epoch ms; null of own machines without costs. */
  pricedAt: z.number().nullable(),
  costFigure: figure.nullable(),
  timeFigure: figure.nullable(),
});
export type Alternative = z.infer<typeof alternative>;

export const placement = z.object({
  demand: runDemand,
  limits: planLimits,
  objective: z.enum(objectives),
  at: z.number(),
  /** Identifies the catalogue, machines and costs that it was computed from; the same inputs give the same answer. */
  inputsHash: z.string(),
  judged: z.number().int(),
  /** The best of each kind first, at most 200; the rest is counted in `excludedBy`. */
  alternatives: z.array(alternative),
  recommended: z.number().int().nullable(),
  excludedBy: z.array(z.object({ code: z.string(), count: z.number().int() })),
  summary: z.array(reason),
});
export type Placement = z.infer<typeof placement>;

/** One run among many. */
export const portfolioRun = z.object({
  id: z.string().min(1).max(60),
  name: z.string().max(200),
  priority: z.number().int().min(-1000).max(1000),
  deadlineAt: z.number().nullable(),
  earliestAt: z.number().nullable(),
  /** Ids of runs that must have ended before. */
  after: z.array(z.string()),
  project: z.string().max(100).nullable(),
  /** Where it could go: computed by `place` for each. Time and cost there, cost for the whole run. */
  options: z.array(
    z.object({
      poolId: z.string(),
      gpus: z.number().positive(),
      durationMs: z.number().positive(),
      costMicros: micros,
      carbonGrams: z.number().min(0),
      /** Machines that are taken together; left out: one. What quotas count. */
      nodes: z.number().int().positive().optional(),
    }),
  ),
});
export type PortfolioRun = z.infer<typeof portfolioRun>;

/** A quota that renting in a pool counts against, together with all other pools that name it. */
export const poolQuota = z.object({
  id: z.string(),
  title: z.string(),
  /** What is left of it, in processors or accelerators. */
  most: z.number().min(0),
  /** What one machine of the pool takes of it. */
  perMachine: z.number().min(0),
});
export type PoolQuota = z.infer<typeof poolQuota>;

/** Something with GPUs for a time: an own machine as it frees up, or an offer of which at most so many are rented at once. */
export const pool = z.object({
  id: z.string(),
  place: placeRef,
  /** GPUs that are there in all (an offer: count × how many may be rented at once). */
  gpus: z.number().positive(),
  /** What is taken now and until when. `assumed`: nobody can say when it ends, so a usual time is taken for it. */
  busy: z.array(
    z.object({
      gpus: z.number().positive(),
      untilAt: z.number(),
      basis: z.enum(['estimated', 'assumed']).optional(),
    }),
  ),
  /** Of an offer; left out: none is known. */
  quotas: z.array(poolQuota).max(100).optional(),
});
export type Pool = z.infer<typeof pool>;

export const strategies = [
  'optimal',
  'cheapest',
  'fastest',
  'greedy',
  'priority',
  'balanced',
  'weighted',
] as const;
export type Strategy = (typeof strategies)[number];

export const portfolioProblem = z.object({
  at: z.number(),
  runs: z.array(portfolioRun).max(5000),
  pools: z.array(pool).max(2000),
  budgetMicros: micros.nullable(),
  /** By project, for the month that `at` is in, less what was spent already. */
  projectBudgets: z.record(z.string(), micros),
  /** Of `weighted`: cost in dollars, time in hours, carbon in kg. */
  weights: z.object({ cost: z.number().min(0), time: z.number().min(0), carbon: z.number().min(0) }),
});
export type PortfolioProblem = z.infer<typeof portfolioProblem>;

export const assignment = z.object({
  runId: z.string(),
  /** Null: not placed. */
  poolId: z.string().nullable(),
  gpus: z.number(),
  startAt: z.number().nullable(),
  endAt: z.number().nullable(),
  costMicros: micros,
  reasons: z.array(reason),
});
export type Assignment = z.infer<typeof assignment>;

export const portfolioSolution = z.object({
  strategy: z.enum(strategies),
  assignments: z.array(assignment),
  placed: z.number().int(),
  late: z.number().int(),
  costMicros: micros,
  makespanMs: z.number(),
  /** What is minimised, and a proven bound below which no plan can be: the gap is (objective − bound) / bound. */
  objective: z.number(),
  bound: z.number().nullable(),
  gap: z.number().min(0).nullable(),
  /** Still being improved in the background. */
  improving: z.boolean(),
  tookMs: z.number(),
  /** Where not all can be placed: the smallest set of demands that cannot hold together, in words. */
  conflict: z.array(reason),
});
export type PortfolioSolution = z.infer<typeof portfolioSolution>;

/** What a plan comes to, in short. */
export const planSummary = z.object({
  /** Of what it recommends, or of all its runs; null: nothing may be taken, or it is no plan of places. */
  costMicros: micros.nullable(),
  timeMs: z.number().nullable(),
  /** Of when the prices are that it looked at; null: nothing was rented in it, or nobody wrote it down. */
  prices: z.object({ oldestAt: z.number(), newestAt: z.number() }).nullable(),
});
export type PlanSummary = z.infer<typeof planSummary>;

/** A price that a saved plan's answer follows from, and what it is now. */
export const priceChange = z.object({
  /** `offer`: an hour of it, as `kind` says. `traffic`: what this plan's data comes to there. `storage`: a GB of disk for a month. */
  what: z.enum(['offer', 'traffic', 'storage']),
  kind: z.enum(['on-demand', 'spot']).nullable(),
  title: z.string(),
  /** The plan takes it. */
  chosen: z.boolean(),
  beforeMicros: micros,
  /** Null: it is not offered any more. */
  nowMicros: micros.nullable(),
});
export type PriceChange = z.infer<typeof priceChange>;

/** Which of the prices that a plan looked at are others now. */
export const priceChanges = z.object({
  /** How many there are in all. */
  of: z.number().int(),
  changed: z.number().int(),
  /** Those that the plan takes first, then those that changed most; a few. */
  top: z.array(priceChange),
});
export type PriceChanges = z.infer<typeof priceChanges>;

/** A saved plan: what was asked, what was answered, and the inputs it follows from. */
export const savedPlan = z.object({
  id: idSchema,
  name: z.string().min(1).max(200),
  kind: z.enum(['place', 'portfolio', 'what-if', 'fit']),
  createdAt: z.number(),
  changedAt: z.number(),
  inputsHash: z.string(),
  /** Of the runs launched from it. */
  runIds: z.array(idSchema),
  summary: planSummary,
  /** Of the prices that it looked at, as they are now; null: those are not known any more. */
  priceChanges: priceChanges.nullable(),
});
export type SavedPlan = z.infer<typeof savedPlan>;
