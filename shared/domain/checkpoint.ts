import { z } from 'zod';
import { idSchema } from './id.ts';

/** Whose way of writing it is. `own`: what the user's command or glob in `checkpoint:` finds. */
export const checkpointFrameworks = [
  'huggingface',
  'lightning',
  'torch-dcp',
  'deepspeed',
  'megatron',
  'nemo',
  'tensorflow',
  'keras',
  'orbax',
  'accelerate',
  'torch',
  'safetensors',
  'own',
] as const;
export const checkpointFramework = z.enum(checkpointFrameworks);
export type CheckpointFramework = z.infer<typeof checkpointFramework>;

/** Why a checkpoint counts as complete, or why not. `code` is translated by the page; `message` says it in English. */
export const checkpointVerdict = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  message: z.string(),
});
export type CheckpointVerdict = z.infer<typeof checkpointVerdict>;

/** Whole, but written anew in the same place at the next save: to be copied only while nobody trains (Keras' BackupAndRestore). */
export const isOverwrittenInPlace = ({ why }: { why: CheckpointVerdict }): boolean =>
  why.code === 'CHECKPOINT_COMPLETE_IN_PLACE';

/** One saved state as it lies in a directory, judged by looking at it. Names and sizes only: nothing is loaded. */
export const foundCheckpoint = z.object({
  /** Relative to the directory that was looked at: "checkpoint-500", "last.ckpt". */
  path: z.string(),
  framework: checkpointFramework,
  /** The training step it was saved at; null where neither name nor files tell. Orders checkpoints, as a number. */
  step: z.number().int().nullable(),
  /** Its files, relative to the directory that was looked at, in the order to copy them: markers and trackers last. */
  files: z.array(z.string()),
  bytes: z.number(),
  /** The newest of its files, by the box's clock, epoch ms. */
  modifiedAt: z.number(),
  complete: z.boolean(),
  why: checkpointVerdict,
});
export type FoundCheckpoint = z.infer<typeof foundCheckpoint>;

/** Where a copy of a checkpoint lies. */
export const checkpointCopy = z.object({
  machineId: idSchema,
  machineName: z.string(),
  /** Absolute. */
  path: z.string(),
  /** `run`: in the directory of the run itself; `backup`: kept by a policy or by hand; `moved`: left where the run was before. */
  kind: z.enum(['run', 'backup', 'moved']),
  /** When its files last had the hashes of the manifest; null: not verified yet. */
  verifiedAt: z.number().nullable(),
});
export type CheckpointCopy = z.infer<typeof checkpointCopy>;

/** A checkpoint of a run, as remembered. */
export const runCheckpoint = foundCheckpoint.omit({ files: true }).extend({
  id: idSchema,
  runId: idSchema,
  /** The attempt that wrote it. */
  epoch: z.number().int(),
  fileCount: z.number().int(),
  seenAt: z.number(),
  /** The trainer has removed it since (its own rotation). */
  gone: z.boolean(),
  /** Set once every file was hashed while complete: the digest of the manifest, and with what. */
  manifest: z.object({ algorithm: z.string(), digest: z.string() }).nullable(),
  copies: z.array(checkpointCopy),
});
export type RunCheckpoint = z.infer<typeof runCheckpoint>;
