import { z } from 'zod';
import { errorShape } from './error.ts';
import { idSchema } from './id.ts';
import { recoveryCauses } from './recovery-causes.ts';

export { type RecoveryCause, recoveryCauses } from './recovery-causes.ts';

export const recoveryCause = z.enum(recoveryCauses);

/** `recovery:` of a task file. */
export const recoverySpec = z.object({
  on: z.array(recoveryCause),
  /** Restarts in a row without progress (a newer checkpoint or step) before it gives up. */
  max: z.number().int().min(0),
  /** First wait before a restart, ms; doubles with each in a row. */
  backoffMs: z.number().int().min(0),
  /** Exit codes that count as a crash; empty: all but 0. */
  exitCodes: z.array(z.number().int()),
  /** Machine names where `to` is a list, tried in order. */
  to: z.union([z.literal('same'), z.literal('any'), z.array(z.string())]),
  /** Proposes instead of acting. */
  ask: z.boolean(),
});
export type RecoverySpec = z.infer<typeof recoverySpec>;

/** A guess at why it ended, from the log's last lines and the exit. */
export const causeGuesses = [
  'gpu-out-of-memory',
  'out-of-memory',
  'disk-full',
  'nan-loss',
  'missing-module',
  'missing-file',
  'permission',
  'gpu-fault',
  'network',
  'port-in-use',
  'timeout',
  'interrupted',
  'code-error',
  'unknown',
] as const;
export const causeGuess = z.enum(causeGuesses);
export type CauseGuess = z.infer<typeof causeGuess>;

export const diagnosis = z.object({
  guess: causeGuess,
  /** The log's line that it rests on; empty where there is none. */
  line: z.string(),
  lastLines: z.array(z.string()),
});
export type Diagnosis = z.infer<typeof diagnosis>;

/** One time that a run was made good, or why not. */
export const recoveryEvent = z.object({
  id: idSchema,
  runId: idSchema,
  at: z.number(),
  cause: recoveryCause,
  /** The attempt that was lost. */
  epoch: z.number().int(),
  outcome: z.enum(['waiting', 'asked', 'restarted', 'gave-up', 'failed', 'declined']),
  /** Not before then (back-off); null: at once. */
  dueAt: z.number().nullable(),
  toMachineId: idSchema.nullable(),
  toMachineName: z.string().nullable(),
  newEpoch: z.number().int().nullable(),
  checkpoint: z.object({ path: z.string(), step: z.number().nullable() }).nullable(),
  diagnosis: diagnosis.nullable(),
  error: errorShape.nullable(),
});
export type RecoveryEvent = z.infer<typeof recoveryEvent>;

/** What a policy would like to have done; nothing happens before somebody (or a policy that may) accepts it. */
export const proposal = z.object({
  id: idSchema,
  at: z.number(),
  kind: z.enum(['move', 'restart']),
  runId: idSchema,
  runName: z.string(),
  fromMachineId: idSchema,
  fromMachineName: z.string(),
  toMachineId: idSchema,
  toMachineName: z.string(),
  rule: z.enum(['overloaded', 'gpu-failing', 'better-place', 'window-closing', 'evacuate', 'recovery']),
  reason: z.object({
    code: z.string(),
    params: z.record(z.string(), z.union([z.string(), z.number()])),
    message: z.string(),
  }),
  state: z.enum(['open', 'accepted', 'dismissed', 'expired']),
  migrationId: idSchema.nullable(),
});
export type Proposal = z.infer<typeof proposal>;

/** What the user switched on. Off: proposes nothing; propose: asks; act: moves by itself, within the cool-down. */
export const rebalancePolicy = z.object({
  mode: z.enum(['off', 'propose', 'act']),
  rules: z.object({
    overloaded: z.boolean(),
    gpuFailing: z.boolean(),
    betterPlace: z.boolean(),
    windowClosing: z.boolean(),
  }),
  /** The same run is not moved again within this time. */
  coolDownMs: z.number().int().min(60_000),
  /** Load per CPU above which a machine counts as overloaded. */
  loadPerCpu: z.number().min(0.1).max(100),
});
export type RebalancePolicy = z.infer<typeof rebalancePolicy>;

/** What is set for a machine beyond its inventory. */
export const machinePolicy = z.object({
  /** No new runs; those that run go on. */
  draining: z.boolean(),
  /** Local times between which runs may be there ("20:00"–"08:00"); null: always. */
  window: z.object({ from: z.string().regex(/^\d\d:\d\d$/), to: z.string().regex(/^\d\d:\d\d$/) }).nullable(),
  /** Rank among the user's machines, higher is better (cheaper, faster); 0: none given. */
  preference: z.number().int().min(-100).max(100),
});
export type MachinePolicy = z.infer<typeof machinePolicy>;

const said = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  message: z.string(),
});

/** A machine being emptied: its runs go one after another. Kept until all of them are decided; it outlives the app. */
export const evacuation = z.object({
  id: idSchema,
  machineId: idSchema,
  machineName: z.string(),
  who: z.string(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  state: z.enum(['running', 'done', 'cancelled']),
  items: z.array(
    z.object({
      runId: idSchema,
      runName: z.string(),
      toMachineId: idSchema.nullable(),
      toMachineName: z.string().nullable(),
      /** `over`: it ended by itself before its turn came. */
      state: z.enum(['waiting', 'moving', 'moved', 'stays', 'over']),
      migrationId: idSchema.nullable(),
      /** Why it stays. */
      why: said.nullable(),
    }),
  ),
});
export type Evacuation = z.infer<typeof evacuation>;
