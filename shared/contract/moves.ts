import { z } from 'zod';
import { foundCheckpoint, runCheckpoint } from '../domain/checkpoint.ts';
import { copyJob, copyPath, copyPathKind } from '../domain/copy.ts';
import { idSchema } from '../domain/id.ts';
import { cleaned, leftover } from '../domain/leftover.ts';
import { migration, migrationMode, migrationPlan } from '../domain/migration.ts';
import {
  evacuation,
  machinePolicy,
  proposal,
  rebalancePolicy,
  recoveryEvent,
  recoverySpec,
} from '../domain/recovery.ts';
import { run } from '../domain/run.ts';
import { backup, keepPolicy } from '../domain/run-backup.ts';
import { labelSchema, override } from '../domain/sensitivity.ts';
import { act, look } from './base.ts';

const runRef = z.object({ runId: idSchema });
const machineRef = z.object({ machineId: idSchema });

/** Moving a run that is alive. */
export const migrationsContract = {
  /** Looks at both machines and the ways between them; changes nothing. */
  plan: act
    .input(
      runRef.extend({ machineId: idSchema, mode: migrationMode.optional(), path: copyPathKind.optional() }),
    )
    .output(migrationPlan),
  /** Refused with MOVE_REFUSED (details: the checks that failed). Answers once it is in the journal; the rest comes as events. */
  start: act
    .input(
      runRef.extend({
        /** Sent twice it is one move. */
        requestId: idSchema,
        machineId: idSchema,
        mode: migrationMode.optional(),
        path: copyPathKind.optional(),
        /** With `last`: the steps that the user agreed to lose, as the plan said. Absent: any. */
        acceptedLoss: z.number().int().min(0).optional(),
        /** Needed for those secrets only that neither memory nor the vault has. */
        secrets: z.record(z.string(), z.string()).default({}),
        sensitivity: labelSchema.optional(),
        override: override.optional(),
      }),
    )
    .output(migration),
  get: look.input(z.object({ migrationId: idSchema })).output(migration),
  /** Newest first. */
  list: look
    .input(
      z.object({
        runId: idSchema.optional(),
        machineId: idSchema.optional(),
        active: z.boolean().optional(),
        limit: z.number().int().min(1).max(1000).default(200),
      }),
    )
    .output(z.array(migration)),
  /** Goes back, as `cancelConsequence` says. MOVE_PAST_CANCEL where it cannot any more. */
  cancel: act.input(z.object({ migrationId: idSchema })).output(migration),
  /** What moves have left on machines. `connect`: those that are not connected are, for it; else what is known of them is `away`. */
  leftovers: act
    .input(
      z.object({
        runId: idSchema.optional(),
        machineId: idSchema.optional(),
        connect: z.boolean().default(false),
      }),
    )
    .output(z.array(leftover)),
  /** Removes these where nothing is lost with them; on a machine that is away as soon as it is seen. MOVE_LEFT_GONE: none is there. */
  clean: act
    .input(
      z.object({
        ids: z.array(leftover.shape.id).min(1).max(10_000),
        connect: z.boolean().default(false),
      }),
    )
    .output(z.array(cleaned)),
};

export const checkpointsContract = {
  /** As remembered, newest first. */
  list: look.input(runRef).output(z.array(runCheckpoint)),
  /** Looks at the box now. */
  refresh: look.input(runRef).output(z.array(runCheckpoint)),
  /** Any directory of a machine. */
  inspect: act
    .input(
      machineRef.extend({ directory: z.string().min(1).max(4096), framework: z.string().max(40).optional() }),
    )
    .output(z.array(foundCheckpoint)),
  /** Asks the running trainer to save one now, by `checkpoint.request`. */
  request: act.input(runRef).output(z.object({ processes: z.number().int() })),
};

const placeInput = z.object({ machineId: idSchema, path: z.string().min(1).max(4096) });
export const copiesContract = {
  paths: act.input(z.object({ fromMachineId: idSchema, toMachineId: idSchema })).output(z.array(copyPath)),
  /** A file or a whole directory. The same request again goes on where it was cut off. */
  start: act
    .input(
      z.object({
        requestId: idSchema,
        from: placeInput,
        to: placeInput,
        path: copyPathKind.optional(),
        /** Also removes what the source does not have. */
        mirror: z.boolean().default(false),
        sensitivity: labelSchema.optional(),
        override: override.optional(),
      }),
    )
    .output(copyJob),
  get: look.input(z.object({ copyId: idSchema })).output(copyJob),
  list: look.output(z.array(copyJob)),
  cancel: act.input(z.object({ copyId: idSchema })).output(copyJob),
};

export const recoveryContract = {
  /** The policy in force (the user's for this run, else the task file's; null: none) and what it did, newest first. */
  get: look.input(runRef).output(
    z.object({
      policy: recoverySpec.nullable(),
      from: z.enum(['task', 'user', 'none']),
      /** Whether the box restarts it by itself after a reboot, and by what. */
      atBoot: z.enum(['cron', 'systemd', 'impossible', 'off', 'unknown']),
      events: z.array(recoveryEvent),
    }),
  ),
  /** null: back to the task file's. */
  set: act.input(runRef.extend({ policy: recoverySpec.nullable() })).output(z.void()),
  /** The user's word that a host will not come back: its runs may be started elsewhere. Refused while it is connected. */
  declareLost: act.input(machineRef).output(z.object({ runs: z.number().int() })),
  /** Every event of all runs, newest first. */
  events: look
    .input(z.object({ limit: z.number().int().min(1).max(1000).default(200) }))
    .output(z.array(recoveryEvent)),
};

export const placesContract = {
  policies: look.output(z.record(idSchema, machinePolicy)),
  setPolicy: act.input(machineRef.extend({ policy: machinePolicy })).output(machinePolicy),
  /** Where each of its runs would go, by priority, and which would find no room. */
  planEvacuation: act.input(machineRef).output(
    z.object({
      machineId: idSchema,
      moves: z.array(
        z.object({
          runId: idSchema,
          runName: z.string(),
          toMachineId: idSchema.nullable(),
          toMachineName: z.string().nullable(),
          mode: migrationMode.nullable(),
          /** Why it stays, or what to know. */
          why: z
            .object({
              code: z.string(),
              params: z.record(z.string(), z.union([z.string(), z.number()])),
              message: z.string(),
            })
            .nullable(),
        }),
      ),
    }),
  ),
  /** Drains it and moves what can be moved, one after the other. */
  evacuate: act
    .input(machineRef.extend({ requestId: idSchema, runIds: z.array(idSchema).optional() }))
    .output(z.object({ migrations: z.array(migration) })),
  /** Those under way and the last ones that ended, newest first. */
  evacuations: look.output(z.array(evacuation)),
  /** No further run is moved; the move under way goes on (it can be cancelled by itself). The machine stays drained. */
  cancelEvacuation: act.input(z.object({ evacuationId: idSchema })).output(evacuation),
  rebalance: look.output(z.object({ policy: rebalancePolicy, proposals: z.array(proposal) })),
  setRebalance: act.input(rebalancePolicy).output(rebalancePolicy),
  accept: act.input(z.object({ proposalId: idSchema })).output(proposal),
  dismiss: act.input(z.object({ proposalId: idSchema })).output(proposal),
};

export const backupsContract = {
  policy: look.input(runRef).output(keepPolicy.nullable()),
  setPolicy: act.input(runRef.extend({ policy: keepPolicy.nullable() })).output(keepPolicy.nullable()),
  list: look.input(z.object({ runId: idSchema.optional() })).output(z.array(backup)),
  /** One now, by its policy or to the machine given. Answers once it is listed as `copying`. */
  start: act
    .input(runRef.extend({ requestId: idSchema, machineId: idSchema.optional() }))
    .output(z.array(backup)),
  /** Hashes it again, over there. */
  verify: act.input(z.object({ backupId: idSchema })).output(backup),
  cancel: act.input(z.object({ backupId: idSchema })).output(backup),
  /** A new attempt of its run (or, where the run is gone, a run of the same specification) from this backup. */
  restore: act
    .input(
      z.object({
        requestId: idSchema,
        backupId: idSchema,
        machineId: idSchema,
        secrets: z.record(z.string(), z.string()).default({}),
      }),
    )
    .output(run),
  remove: act.input(z.object({ backupId: idSchema })).output(backup),
};
