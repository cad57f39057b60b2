import { z } from 'zod';
import { errorShape } from './error.ts';
import { idSchema } from './id.ts';

/** How bytes go from one machine to another, in order of preference. `bucket` is for later: no site holds objects yet. */
export const copyPathKinds = ['direct', 'bucket', 'laptop'] as const;
export const copyPathKind = z.enum(copyPathKinds);
export type CopyPathKind = z.infer<typeof copyPathKind>;

/** One way between two machines, tried with a few bytes. */
export const copyPath = z.object({
  kind: copyPathKind,
  usable: z.boolean(),
  /** Measured; null where it is not usable. */
  bytesPerSecond: z.number().nullable(),
  roundTripMs: z.number().nullable(),
  /** Why not, or what to know about it. */
  why: z
    .object({
      code: z.string(),
      params: z.record(z.string(), z.union([z.string(), z.number()])),
      message: z.string(),
    })
    .nullable(),
});
export type CopyPath = z.infer<typeof copyPath>;

export const copyProgress = z.object({
  doneBytes: z.number(),
  totalBytes: z.number(),
  doneFiles: z.number(),
  totalFiles: z.number(),
  /** Over the last seconds; 0 before there is one. */
  bytesPerSecond: z.number(),
  /** null: not known yet. */
  remainingMs: z.number().nullable(),
});
export type CopyProgress = z.infer<typeof copyProgress>;

/** A copy that a user asked for (`trainyard cp`, the page's Files); those of moves and backups are told by these. */
export const copyJob = z.object({
  id: idSchema,
  from: z.object({ machineId: idSchema, machineName: z.string(), path: z.string() }),
  to: z.object({ machineId: idSchema, machineName: z.string(), path: z.string() }),
  path: copyPathKind.nullable(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  progress: copyProgress,
  /** Files that changed while they were copied, and were copied again. */
  recopied: z.number().int(),
  error: errorShape.nullable(),
});
export type CopyJob = z.infer<typeof copyJob>;
