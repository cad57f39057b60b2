import { z } from 'zod';
import { copyPath, copyPathKind, copyProgress } from './copy.ts';
import { errorShape } from './error.ts';
import { idSchema } from './id.ts';
import { migrationModes, migrationPhases } from './migration-phases.ts';

export {
  isOver,
  type MigrationMode,
  type MigrationPhase,
  migrationModes,
  migrationPhases,
} from './migration-phases.ts';

export const migrationPhase = z.enum(migrationPhases);
export const migrationMode = z.enum(migrationModes);

const said = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  message: z.string(),
});

/** One question that is asked before a move. `fail` refuses it; `warn` is shown. */
export const migrationCheck = said.extend({
  verdict: z.enum(['pass', 'warn', 'fail']),
  /** What would make it pass; null where it passes. */
  remedy: said.nullable(),
});
export type MigrationCheck = z.infer<typeof migrationCheck>;

/** A span of milliseconds, as certain as it can be. */
export const range = z.object({ low: z.number(), high: z.number() });

/** What a move would be, found out without changing anything but a few probe bytes. */
export const migrationPlan = z.object({
  runId: idSchema,
  toMachineId: idSchema,
  mode: migrationMode,
  /** Modes that this run can be moved by, and why the others not. */
  modes: z.array(z.object({ mode: migrationMode, possible: z.boolean(), why: said.nullable() })),
  checks: z.array(migrationCheck),
  possible: z.boolean(),
  paths: z.array(copyPath),
  path: copyPathKind.nullable(),
  copies: z.array(
    z.object({
      what: z.enum(['code', 'environment', 'data', 'outputs', 'checkpoint']),
      files: z.number(),
      bytes: z.number(),
      /** Before the stop, while the run goes on; else it counts as downtime. */
      beforeStop: z.boolean(),
    }),
  ),
  estimate: z
    .object({
      totalMs: range,
      downtimeMs: range,
      lostSteps: z.number().nullable(),
      lostMs: z.number().nullable(),
    })
    .nullable(),
});
export type MigrationPlan = z.infer<typeof migrationPlan>;

const place = z.object({ machineId: idSchema, machineName: z.string() });

export const migration = z.object({
  id: idSchema,
  runId: idSchema,
  runName: z.string(),
  from: place,
  to: place,
  fromEpoch: z.number().int(),
  /** Of the attempt at the destination; null before it was begun. */
  toEpoch: z.number().int().nullable(),
  /** Of the attempt that went on at the source after a roll-back; null: the source never stopped, or did not go on. */
  backEpoch: z.number().int().nullable(),
  mode: migrationMode,
  reason: z.object({
    kind: z.enum(['user', 'evacuate', 'rebalance', 'recovery']),
    who: z.string(),
    /** For people: "GPU 3 is failing", "machine overloaded"; empty for the user's own wish. */
    why: said.nullable(),
  }),
  path: copyPathKind.nullable(),
  phase: migrationPhase,
  startedAt: z.number(),
  phaseAt: z.number(),
  endedAt: z.number().nullable(),
  /** When each phase began; epoch ms. */
  phases: z.array(z.object({ phase: migrationPhase, at: z.number() })),
  checkpoint: z.object({ path: z.string(), step: z.number().nullable(), bytes: z.number() }).nullable(),
  /** After a roll-back: what the destination had saved beyond that, and the source was brought to go on from; null: nothing. */
  broughtBack: z.object({ path: z.string(), step: z.number(), bytes: z.number() }).nullable().default(null),
  progress: copyProgress.nullable(),
  estimate: migrationPlan.shape.estimate,
  /** Something it cannot go on without: a machine out of sight, the armed stop's end. */
  waitingFor: said.nullable(),
  /** What cancelling would do now; null: it cannot be cancelled any more. */
  cancelConsequence: z.enum(['nothing-happened', 'run-goes-on', 'run-restarts-at-source']).nullable(),
  /** Where the downtime went, ms; null parts were not passed through. */
  downtime: z
    .object({
      totalMs: z.number(),
      saveMs: z.number().nullable(),
      stopMs: z.number().nullable(),
      copyMs: z.number().nullable(),
      verifyMs: z.number().nullable(),
      startMs: z.number().nullable(),
    })
    .nullable(),
  lostSteps: z.number().nullable(),
  copiedBytes: z.object({ beforeStop: z.number(), afterStop: z.number() }),
  /** What still lies where, after the end. */
  kept: z.array(
    place.extend({ what: z.enum(['run-directory', 'checkpoint']), path: z.string(), bytes: z.number() }),
  ),
  /** Why it was rolled back; or, with `committed`, what could not be cleaned up. */
  error: errorShape.nullable(),
});
export type Migration = z.infer<typeof migration>;
