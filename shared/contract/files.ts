import { z } from 'zod';
import { boxPath, codeDifference, fileEntry, filePreview, fileVersion, listing } from '../domain/box-file.ts';
import { idSchema } from '../domain/id.ts';
import { act } from './base.ts';

const place = z.object({ machineId: idSchema, path: boxPath });
const order = z.object({
  by: z.enum(['name', 'bytes', 'modifiedAt', 'kind']).default('name'),
  descending: z.boolean().default(false),
  /** Part of a name; case does not count. */
  search: z.string().max(200).default(''),
  hidden: z.boolean().default(false),
});
const page = z.object({
  offset: z.number().int().min(0).default(0),
  limit: z.number().int().min(1).max(5000).default(500),
});

/** Files of machines, this computer included. Copies between machines (up and down too) are `copies`. */
export const filesContract = {
  /** A directory, read now; `path` absolute or below the home with `~`. FILE_NOT_FOUND, FILE_DENIED, FILE_NOT_A_DIRECTORY. */
  list: act.input(place.extend(order.shape).extend(page.shape)).output(listing),
  /** More of a listing, or the same in another order. LISTING_GONE: list anew. */
  page: act.input(z.object({ listingId: z.string() }).extend(order.shape).extend(page.shape)).output(listing),
  stat: act
    .input(place)
    .output(z.object({ path: z.string(), entry: fileEntry, version: fileVersion, writable: z.boolean() })),
  preview: act
    .input(place)
    .output(z.object({ entry: fileEntry, version: fileVersion, preview: filePreview })),
  read: act
    .input(
      place.extend({
        offset: z.number().int().min(0),
        length: z
          .number()
          .int()
          .min(1)
          .max(4 * 1024 * 1024),
      }),
    )
    .output(z.object({ base64: z.string(), totalBytes: z.number(), version: fileVersion })),
  /**
   * Writes a small text file whole: temporary name, sync, rename; mode kept, links followed. `version`: what it must still be, null: it
   * must not exist yet. FILE_CHANGED (params: who changed it when is not known; `modifiedAt`) where it is not; nothing is written then.
   */
  write: act
    .input(place.extend({ text: z.string().max(4 * 1024 * 1024), version: fileVersion.nullable() }))
    .output(z.object({ version: fileVersion })),
  makeDirectory: act.input(place).output(z.object({ path: z.string() })),
  /** Never over something that is there: FILE_EXISTS. */
  rename: act.input(place.extend({ to: boxPath })).output(z.object({ path: z.string() })),
  /** What removing would take away, links not followed. */
  measure: act
    .input(z.object({ machineId: idSchema, paths: z.array(boxPath).min(1).max(1000) }))
    .output(
      z.object({ files: z.number(), directories: z.number(), bytes: z.number(), complete: z.boolean() }),
    ),
  /** For good. Refused (FILE_PROTECTED) for `/`, a home, and what a live run of ours works in. */
  remove: act
    .input(z.object({ machineId: idSchema, paths: z.array(boxPath).min(1).max(1000) }))
    .output(z.object({ removed: z.number() })),
  /** Files whose name holds these letters below a directory, the nearest first; at most `limit`, within seconds. */
  find: act
    .input(
      place.extend({
        name: z.string().min(1).max(200),
        limit: z.number().int().min(1).max(1000).default(200),
      }),
    )
    .output(
      z.object({ paths: z.array(z.object({ path: z.string(), kind: z.string() })), complete: z.boolean() }),
    ),
  /** The code that a run was launched with, against the working tree it was taken from. CODE_GONE where either is not there. */
  codeChanges: act
    .input(z.object({ runId: idSchema, epoch: z.number().int().min(1).optional() }))
    .output(z.object({ directory: z.string(), differences: z.array(codeDifference) })),
  codeChange: act
    .input(
      z.object({ runId: idSchema, epoch: z.number().int().min(1).optional(), path: z.string().max(4096) }),
    )
    .output(z.object({ before: z.string().nullable(), now: z.string().nullable(), binary: z.boolean() })),
};
