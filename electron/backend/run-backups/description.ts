import { z } from 'zod';
import { codeSnapshot } from '#shared/domain/run.ts';
import { backup } from '#shared/domain/run-backup.ts';
import { taskSpec } from '#shared/domain/spec.ts';

/** Everything of ours that other machines keep for runs. */
export const ownDirectory = '~/.trainyard/backups';
export const descriptionFile = 'backup.json';
export const partNames = ['checkpoint', 'artefacts'] as const;

const manifestSchema = z.object({
  algorithm: z.enum(['sha256', 'blake2b512', 'blake3']),
  digest: z.string().max(200),
  files: z.array(
    z.union([
      z.object({ path: z.string(), bytes: z.number(), hash: z.string() }),
      z.object({ path: z.string(), link: z.string() }),
    ]),
  ),
});
export type KeptManifest = z.infer<typeof manifestSchema>;

/**
 * `backup.json` beside what was kept: written last, so that what has none was not finished. Another Trainyard finds the
 * backup by it, and has all it needs to start the run again. No secret is in it. Read back from machines: checked, bounded.
 */
export const descriptionSchema = z.object({
  version: z.literal(1),
  id: z.string().max(40),
  createdAt: z.number(),
  verifiedAt: z.number(),
  epoch: z.number().int(),
  run: z.object({
    id: z.string().max(40),
    name: z.string().max(200),
    yaml: z.string().max(1_000_000),
    spec: taskSpec,
    snapshot: codeSnapshot.nullable(),
    priority: z.number().int(),
    acceleratorsAsked: z.string().max(1000),
  }),
  from: z.object({ machineName: z.string(), directory: z.string() }),
  checkpoint: backup.shape.checkpoint,
  /** When the checkpoint was written, by the clock of the box that wrote it. */
  writtenAt: z.number().nullable(),
  /** Directory of the code, below the directory of all backups; null: the code was not kept. */
  code: z.string().max(400).nullable(),
  files: z.number().int(),
  bytes: z.number(),
  manifests: z.object({
    checkpoint: manifestSchema.nullable(),
    artefacts: manifestSchema.nullable(),
    code: manifestSchema.nullable(),
  }),
});
export type Description = z.infer<typeof descriptionSchema>;

/** Below which directory a machine keeps what; '' is Trainyard's own. */
export const baseOf = (directory: string): string =>
  directory === '' ? ownDirectory : directory.replace(/\/+$/, '') || '/';
export const directoryOf = (base: string, runId: string, backupId: string): string =>
  `${base}/${runId}/${backupId}`;
