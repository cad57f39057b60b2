import { z } from 'zod';
import { errorShape } from './error.ts';
import { idSchema } from './id.ts';
import { migrationPhase } from './migration.ts';
import { runStates } from './run-states.ts';
import { taskSpec } from './spec.ts';
import { told } from './told.ts';

export { endedStates, hasEnded, type RunState, runStates } from './run-states.ts';

export const runState = z.enum(runStates);
/** Why we say what we say. The page and the CLI turn it into a sentence; `at` is epoch ms on this computer's clock. */
export const evidence = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('queued'),
    at: z.number(),
    position: z.number(),
    reason: z.string(),
    why: told.optional(),
  }),
  z.object({
    kind: z.literal('launching'),
    at: z.number(),
    step: z.enum(['connect', 'snapshot', 'sync', 'setup', 'start']),
    done: z.number(),
    total: z.number(),
    unit: z.enum(['files', 'bytes', 'steps']),
  }),
  z.object({ kind: z.literal('heartbeat'), at: z.number(), beat: z.number() }),
  z.object({
    kind: z.literal('exit-record'),
    at: z.number(),
    exitCode: z.number().nullable(),
    signal: z.string().nullable(),
    /** `timer`: the stop that a move had armed, when nobody told it otherwise in time. */
    by: z.enum(['itself', 'user', 'supervisor', 'timer']),
  }),
  z.object({ kind: z.literal('rebooted'), at: z.number(), bootIdBefore: z.string(), bootIdNow: z.string() }),
  z.object({ kind: z.literal('supervisor-gone'), at: z.number(), trainerAlive: z.boolean() }),
  z.object({ kind: z.literal('user'), at: z.number(), who: z.string(), what: z.enum(['stop', 'kill']) }),
  /** Another attempt has taken over elsewhere: this one will not be started again. */
  z.object({ kind: z.literal('moved'), at: z.number(), toMachineName: z.string() }),
  /** The user's word that its machine will not come back. Should it, what runs there is stopped. */
  z.object({ kind: z.literal('host-lost'), at: z.number(), who: z.string() }),
  z.object({ kind: z.literal('launch-failed'), at: z.number(), error: errorShape }),
]);
export type Evidence = z.infer<typeof evidence>;

export const attempt = z.object({
  runId: idSchema,
  /** Rises by one with each launch of the run; the supervisor on the box refuses one that is not newer. */
  epoch: z.number().int().min(1),
  machineId: idSchema,
  machineName: z.string(),
  state: runState,
  evidence,
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  /** When its box last told us anything about it. */
  seenAt: z.number().nullable(),
  exitCode: z.number().nullable(),
  /** Accelerator uuids it holds, and the indexes for show. */
  accelerators: z.array(z.object({ index: z.number(), uuid: z.string() })),
  logBytes: z.number(),
  /** Absolute on the box. */
  directory: z.string().nullable(),
  pid: z.number().nullable(),
});
export type Attempt = z.infer<typeof attempt>;

/** What lists show. Everything in it is in the database. */
export const runSummary = z.object({
  id: idSchema,
  name: z.string(),
  state: runState,
  evidence,
  seenAt: z.number().nullable(),
  machineId: idSchema,
  machineName: z.string(),
  /** The machine's connection, as last known: with `seenAt` it says "not seen for 4 min". */
  machineConnection: z.string(),
  epoch: z.number().int(),
  priority: z.number().int(),
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  exitCode: z.number().nullable(),
  acceleratorsAsked: z.string(),
  acceleratorIndexes: z.array(z.number()),
  /** Last value of up to three printed metrics, and the step where one is printed. */
  lastMetrics: z.array(z.object({ name: z.string(), value: z.number() })),
  step: z.number().nullable(),
  totalSteps: z.number().nullable(),
  archived: z.boolean(),
  /** A move that is under way. Between its stop there and its start here the newest attempt says "stopped". */
  moving: z
    .object({ migrationId: idSchema, phase: migrationPhase, toMachineName: z.string() })
    .nullable()
    .default(null),
});
export type RunSummary = z.infer<typeof runSummary>;

export const codeSnapshot = z.object({
  id: z.string(),
  workdir: z.string(),
  files: z.number(),
  bytes: z.number(),
  git: z
    .object({ commit: z.string(), branch: z.string().nullable(), dirty: z.boolean(), diffBytes: z.number() })
    .nullable(),
});
export type CodeSnapshot = z.infer<typeof codeSnapshot>;

export const run = runSummary.extend({
  /** The task file's text as the user gave it. */
  yaml: z.string(),
  spec: taskSpec,
  snapshot: codeSnapshot.nullable(),
  attempts: z.array(attempt),
});
export type Run = z.infer<typeof run>;
