import { z } from 'zod';
import { copyPathKind, copyProgress } from './copy.ts';
import { errorShape } from './error.ts';
import { idSchema } from './id.ts';

/** Which saved states of a run are kept elsewhere, and how many. */
export const keepPolicy = z.object({
  enabled: z.boolean(),
  /** Where to: machines, each holding a copy of its own. */
  machineIds: z.array(idSchema).max(8),
  /** Directory over there; empty: below Trainyard's own. */
  directory: z.string().max(4096),
  checkpoints: z.enum(['none', 'newest', 'every']),
  /** With `every`: only those whose step is a multiple; 1: all. */
  everySteps: z.number().int().min(1),
  /** Further files of the run's working directory, as globs ("metrics.jsonl", "outputs/**"). */
  artefacts: z.array(z.string().min(1).max(500)).max(50),
  /** How many backups of a run are kept on each machine; the oldest go first, the newest complete never. */
  keep: z.number().int().min(1).max(1000),
});
export type KeepPolicy = z.infer<typeof keepPolicy>;

/** One backup of a run on one machine: listed once all of it was verified by hash. */
export const backup = z.object({
  id: idSchema,
  runId: idSchema,
  runName: z.string(),
  machineId: idSchema,
  machineName: z.string(),
  path: z.string(),
  createdAt: z.number(),
  state: z.enum(['copying', 'verified', 'failed', 'removed', 'damaged']),
  epoch: z.number().int(),
  checkpoint: z.object({ path: z.string(), step: z.number().nullable(), framework: z.string() }).nullable(),
  files: z.number().int(),
  bytes: z.number(),
  /** Bytes that were there already under the same hash (code, data) and did not travel. */
  sharedBytes: z.number(),
  copyPath: copyPathKind.nullable(),
  verifiedAt: z.number().nullable(),
  progress: copyProgress.nullable(),
  error: errorShape.nullable(),
});
export type Backup = z.infer<typeof backup>;
