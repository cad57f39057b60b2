import { z } from 'zod';
import { idSchema } from './id.ts';

const said = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  message: z.string(),
});

/** Something that moves have left on a machine, where the run is no more. */
export const leftover = z.object({
  /** The same each time it is looked for. */
  id: z.string().min(1).max(1000),
  machineId: idSchema,
  machineName: z.string(),
  /**
   * `directory`: the working directory of a run that has gone on elsewhere; `copy`: what was brought ahead for a move that did not
   * come to be; `staging`: the half of a copy that was broken off; `key`: what is left of a connection from box to box.
   */
  what: z.enum(['directory', 'copy', 'staging', 'key']),
  runId: idSchema.nullable(),
  runName: z.string().nullable(),
  path: z.string(),
  /** null: not known, as its machine is not connected. */
  bytes: z.number().nullable(),
  /** `away`: it is removed once its machine is seen again. `kept`: it cannot be removed, and `why` says why. */
  state: z.enum(['removable', 'away', 'kept']),
  why: said.nullable(),
});
export type Leftover = z.infer<typeof leftover>;

/** What became of one of them. `later`: as soon as its machine is seen, also after a restart of the app. */
export const cleaned = z.object({
  leftover,
  result: z.enum(['removed', 'later', 'kept']),
  why: said.nullable(),
});
export type Cleaned = z.infer<typeof cleaned>;
