import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { roleSchema } from '../domain/role.ts';
import { told } from '../domain/told.ts';
import { look } from './base.ts';

export const activityEntry = z.object({
  sequence: z.number(),
  at: z.number(),
  actor: z.string(),
  role: roleSchema,
  /** 'run.launch', 'site.add' …: capability, dot, verb. */
  action: z.string(),
  target: z.string(),
  result: z.enum(['done', 'refused', 'failed']),
  details: z.record(z.string(), z.unknown()),
});
export type ActivityEntry = z.infer<typeof activityEntry>;

export const activityContract = {
  list: look
    .input(
      z.object({
        search: z.string().max(200).default(''),
        action: z.string().default(''),
        before: z.number().optional(),
        limit: z.number().int().min(1).max(1000).default(200),
      }),
    )
    .output(z.array(activityEntry)),
  verify: look.output(
    z.object({
      ok: z.boolean(),
      entries: z.number(),
      firstBad: z.number().nullable(),
      /** What is wrong with it, and the same with its code. */
      why: z.string(),
      reason: told.nullable(),
    }),
  ),
  /** The whole log as text in pieces, oldest first: JSON lines, or CSV that is safe in a spreadsheet. */
  export: look.input(z.object({ format: z.enum(['jsonl', 'csv']) })).output(eventIterator(z.string())),
};
