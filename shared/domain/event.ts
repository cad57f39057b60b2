import { z } from 'zod';
import { copyJob } from './copy.ts';
import { errorShape } from './error.ts';
import { forward } from './forward.ts';
import { idSchema } from './id.ts';
import { machine } from './machine.ts';
import { migration } from './migration.ts';
import { portfolioSolution } from './plan.ts';
import { runSummary } from './run.ts';
import { prompt, site } from './site.ts';
import { terminal } from './terminal.ts';

/** Progress of a long job (sync, import, refresh, restore). `total` 0: not known yet. */
export const progress = z.object({
  jobId: z.string(),
  title: z.string(),
  runId: idSchema.nullable(),
  done: z.number(),
  total: z.number(),
  unit: z.enum(['files', 'bytes', 'steps', 'machines']),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  error: errorShape.optional(),
  cancellable: z.boolean(),
});
export type Progress = z.infer<typeof progress>;

/** Something the user should see though they did not ask: a restored database, a run that ended. */
export const notice = z.object({
  id: z.string(),
  at: z.number(),
  level: z.enum(['info', 'warning', 'error']),
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  message: z.string(),
  runId: idSchema.optional(),
  siteId: idSchema.optional(),
});
export type Notice = z.infer<typeof notice>;

/** What the backend tells every page after it has committed a change. The page's stores apply them. */
export const appEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('site.changed'), site }),
  z.object({ type: z.literal('site.removed'), siteId: idSchema }),
  z.object({ type: z.literal('machine.changed'), machine }),
  z.object({ type: z.literal('run.changed'), run: runSummary }),
  z.object({ type: z.literal('run.removed'), runId: idSchema }),
  z.object({
    type: z.literal('metrics.added'),
    runId: idSchema,
    name: z.string(),
    points: z.array(z.tuple([z.number(), z.number()])),
  }),
  z.object({ type: z.literal('prompt.opened'), prompt }),
  z.object({ type: z.literal('prompt.closed'), promptId: z.string() }),
  z.object({ type: z.literal('progress'), progress }),
  z.object({ type: z.literal('notice'), notice }),
  /** Locked, unlocked, or other credentials in it: whoever shows them asks again. */
  z.object({ type: z.literal('vault.changed') }),
  /** Data sets, or what sites may hold: whoever shows them asks again. */
  z.object({ type: z.literal('data.changed') }),
  z.object({ type: z.literal('migration.changed'), migration }),
  z.object({ type: z.literal('copy.changed'), copy: copyJob }),
  /** Of these, whoever shows them asks again. runId null: of several runs. */
  z.object({ type: z.literal('checkpoints.changed'), runId: idSchema }),
  z.object({ type: z.literal('recovery.changed'), runId: idSchema.nullable() }),
  z.object({ type: z.literal('backups.changed'), runId: idSchema.nullable() }),
  z.object({ type: z.literal('places.changed') }),
  z.object({ type: z.literal('terminal.changed'), terminal }),
  z.object({ type: z.literal('terminal.removed'), terminalId: idSchema }),
  z.object({ type: z.literal('forward.changed'), forward }),
  z.object({ type: z.literal('forward.removed'), forwardId: idSchema }),
  /** What is kept under this key for all pages was changed: whoever shows it asks again. */
  z.object({ type: z.literal('view.changed'), key: z.string() }),
  /** Other offers, accelerators, own machines' costs: whoever shows them asks again. */
  z.object({ type: z.literal('catalog.changed'), version: z.string() }),
  z.object({ type: z.literal('quotas.changed') }),
  /** Budgets, projects, rates: whoever shows costs asks again. */
  z.object({ type: z.literal('costs.changed') }),
  z.object({ type: z.literal('plans.changed') }),
  z.object({ type: z.literal('plan.improved'), solveId: idSchema, solution: portfolioSolution }),
  /** Of a front that was asked for with this id so many plans have been made. */
  z.object({
    type: z.literal('plan.frontMade'),
    solveId: idSchema,
    made: z.number().int(),
    of: z.number().int(),
  }),
  z.object({ type: z.literal('settings.changed'), settings: z.record(z.string(), z.unknown()) }),
]);
export type AppEvent = z.infer<typeof appEvent>;
