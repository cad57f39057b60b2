import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { idSchema } from '../domain/id.ts';
import { metricSeries } from '../domain/metric.ts';
import { run, runState, runSummary } from '../domain/run.ts';
import { labelSchema, override } from '../domain/sensitivity.ts';
import { checkedTasks } from '../domain/spec.ts';
import { act, look } from './base.ts';

export const runSort = z.enum(['created', 'name', 'state', 'machine', 'ended']);
export const runFilter = z.object({
  search: z.string().max(200).default(''),
  states: z.array(runState).default([]),
  machineId: idSchema.optional(),
  archived: z.boolean().default(false),
  sort: runSort.default('created'),
  descending: z.boolean().default(true),
  offset: z.number().int().min(0).default(0),
  limit: z.number().int().min(1).max(1000).default(200),
});
export type RunFilter = z.infer<typeof runFilter>;

/** What a launch needs beyond the task file. Secrets stay in the backend's memory and in the process's environment. */
export const launchRequest = z.object({
  /** The client's own id for this launch: sent twice (a lost answer, a retry) it launches once. */
  requestId: idSchema,
  yaml: z.string().max(1_000_000),
  /** What relative paths in the task (workdir, file_mounts) start from: the task file's directory. */
  baseDirectory: z.string().nullable(),
  machineId: idSchema,
  name: z.string().max(200).optional(),
  envs: z.record(z.string(), z.string()).default({}),
  secrets: z.record(z.string(), z.string()).default({}),
  /** Variables whose values the vault has: name of the variable → its credential. */
  secretCredentials: z.record(z.string(), z.string().max(64)).optional(),
  priority: z.number().int().min(-100).max(100).default(0),
  /** How sensitive the run is; absent: as what it reads. */
  sensitivity: labelSchema.optional(),
  /** The owner's word that it may go where its data may not. */
  override: override.optional(),
});
export type LaunchRequest = z.infer<typeof launchRequest>;

export const fileEntry = z.object({
  name: z.string(),
  kind: z.enum(['file', 'directory', 'link', 'other']),
  sizeBytes: z.number(),
  modifiedAt: z.number(),
});

const runRef = z.object({ runId: idSchema });

export const runsContract = {
  /** Checks a task file as `launch` would, without a machine. */
  check: look
    .input(z.object({ yaml: z.string().max(1_000_000), envs: z.record(z.string(), z.string()).default({}) }))
    .output(checkedTasks),
  templates: look.output(
    z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        description: z.string(),
        /** In further languages, by language tag. */
        translations: z.record(z.string(), z.object({ title: z.string(), description: z.string() })),
        yaml: z.string(),
        directory: z.string(),
      }),
    ),
  ),
  list: look.input(runFilter).output(z.object({ rows: z.array(runSummary), total: z.number() })),
  counts: look.output(z.record(runState, z.number())),
  get: look.input(runRef).output(run),
  /** Returns once the run is in the database and queued; what follows comes as events. */
  launch: act.input(launchRequest).output(run),
  stop: act.input(runRef.extend({ graceSeconds: z.number().int().min(0).max(3600).optional() })).output(run),
  /** KILL to the whole tree, at once. */
  kill: act.input(runRef).output(run),
  /** A new attempt of the same run, same code snapshot, on the same or another machine. */
  restart: act
    .input(
      runRef.extend({
        machineId: idSchema.optional(),
        /** Needed for those only that neither memory nor the vault has. */
        secrets: z.record(z.string(), z.string()).default({}),
        secretCredentials: z.record(z.string(), z.string().max(64)).optional(),
        /** Absent: as at the launch. */
        sensitivity: labelSchema.optional(),
        override: override.optional(),
      }),
    )
    .output(run),
  setPriority: act.input(runRef.extend({ priority: z.number().int().min(-100).max(100) })).output(run),
  rename: act.input(runRef.extend({ name: z.string().min(1).max(200) })).output(run),
  archive: act.input(runRef.extend({ archived: z.boolean() })).output(run),
  /** What deleting would free, on the box and here. */
  previewDelete: look
    .input(runRef)
    .output(z.object({ boxBytes: z.number().nullable(), boxReachable: z.boolean(), logBytes: z.number() })),
  /** Removes the run here and its directory on the box. Refused while it has not ended. */
  delete: act.input(runRef.extend({ keepOnBox: z.boolean().default(false) })).output(z.void()),
  metrics: look
    .input(runRef.extend({ maxPoints: z.number().int().min(10).max(5000).default(600) }))
    .output(z.array(metricSeries)),
  /** A directory of the run's directory on the box. `path` is relative to it and cannot leave it. */
  files: look.input(runRef.extend({ path: z.string().max(4096).default('') })).output(z.array(fileEntry)),
  readFile: look
    .input(
      runRef.extend({
        path: z.string().max(4096),
        maxBytes: z.number().int().min(1).max(2_000_000).default(256_000),
      }),
    )
    .output(z.object({ text: z.string().nullable(), sizeBytes: z.number(), truncated: z.boolean() })),
};

const logRef = runRef.extend({ epoch: z.number().int().min(1).optional() });
export const logsContract = {
  /** How long the log is now, as far as is known; `live`: it may still grow. */
  info: look
    .input(logRef)
    .output(z.object({ epoch: z.number(), bytes: z.number(), live: z.boolean(), reachable: z.boolean() })),
  /** Bytes [offset, offset+length) of the log, base64. From the local copy where it has them, else from the box. */
  read: look
    .input(logRef.extend({ offset: z.number().int().min(0), length: z.number().int().min(1).max(4_194_304) }))
    .output(z.object({ offset: z.number(), base64: z.string(), bytes: z.number() })),
  /** Lines that match, found on the box (grep -E over there), as they are found. */
  search: look
    .input(
      logRef.extend({
        pattern: z.string().min(1).max(1000),
        ignoreCase: z.boolean().default(true),
        regex: z.boolean().default(true),
        limit: z.number().int().min(1).max(10_000).default(1000),
      }),
    )
    .output(eventIterator(z.object({ offset: z.number(), lineNumber: z.number(), text: z.string() }))),
};
