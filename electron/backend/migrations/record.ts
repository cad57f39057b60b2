import { z } from 'zod';
import { foundCheckpoint } from '#shared/domain/checkpoint.ts';
import { copyPathKind } from '#shared/domain/copy.ts';
import { type Migration, type MigrationPhase, migration } from '#shared/domain/migration.ts';
import { roleSchema } from '#shared/domain/role.ts';

/**
 * A stop that is armed on a box, as far as we know. `asked`: perhaps; `held`: for certain; `freeing`: perhaps no more.
 * Only one that is `held` may ever be waited for.
 */
export const leashState = z.enum(['none', 'asked', 'held', 'freeing']);
export type LeashState = z.infer<typeof leashState>;

/** A checkpoint whose files had these hashes at the destination. */
const verifiedCheckpoint = z.object({
  checkpoint: foundCheckpoint,
  algorithm: z.string(),
  digest: z.string(),
});
export type VerifiedCheckpoint = z.infer<typeof verifiedCheckpoint>;

/** What is still to be done on a box after the end: never needed for the run, and done as soon as the box is seen. */
export const chore = z.discriminatedUnion('kind', [
  /** The run has gone on elsewhere: this box starts it no more up to `epoch`. */
  z.object({ kind: z.literal('entomb'), machineId: z.string(), epoch: z.number().int(), to: z.string() }),
  /** The copy of a run that never began there. */
  z.object({ kind: z.literal('remove-copy'), machineId: z.string() }),
  /** Its working directory where it is no more, as the user wished. */
  z.object({ kind: z.literal('remove-work'), machineId: z.string() }),
]);
export type Chore = z.infer<typeof chore>;

/** What the engine must know again after the app was killed. Times of day here are for showing only. */
export const memorySchema = z.object({
  actor: z.object({ name: z.string(), role: roleSchema }),
  pathAsked: copyPathKind.nullable(),
  acceptedLoss: z.number().nullable(),
  tokens: z.object({ source: z.string(), destination: z.string() }),
  leashes: z.object({ source: leashState, destination: leashState }),
  /** Who wished to go back. */
  cancelledBy: z.string().nullable(),
  /** The user wished the run itself to end. */
  stopped: z.boolean(),
  /** Where the run is to lie at the destination, and what set-up has made there by itself. */
  destination: z
    .object({ runDirectory: z.string(), codeDirectory: z.string(), madeBySetup: z.array(z.string()) })
    .nullable(),
  sourceDirectory: z.string().nullable(),
  /** The newest checkpoint that is already at the destination, whole. */
  ahead: verifiedCheckpoint.nullable(),
  /** The newest checkpoint that was complete when the trainer was asked for another (path and time), and that it was asked. */
  asked: z.object({ newestStep: z.number().nullable(), newestAt: z.number() }).nullable(),
  /** The step that the source printed last. */
  sourceStep: z.number().nullable(),
  /** Set before TERM is sent to the source: from then on it may have ended by our doing. */
  termSent: z.boolean(),
  /** How we know that the source trains no more. */
  sourceEnded: z.enum(['seen', 'timer']).nullable(),
  /** What the destination starts from. */
  chosen: verifiedCheckpoint.nullable(),
  /** Going back, the destination's checkpoint by this path is brought to the source: not to be believed there before it is verified. */
  bringing: z.string().nullable().default(null),
  /** The trainer prints no steps: its heartbeat alone was believed. */
  stepsUnknown: z.boolean(),
  /** The source was not started anew, and why: it had ended by itself, or by the user's wish. */
  endedByItself: z.boolean(),
  /** Times of day: asked to save, saved, told to stop, ended, copied, verified, started, first step. */
  marks: z.record(
    z.enum(['asked', 'saved', 'told', 'ended', 'copied', 'verified', 'started', 'trains']),
    z.number().nullable(),
  ),
  chores: z.array(chore),
});
export type Memory = z.infer<typeof memorySchema>;
export type Mark = keyof Memory['marks'];

export const recordSchema = z.object({ migration, memory: memorySchema });
/** One line of the journal. */
export type MoveRecord = z.infer<typeof recordSchema>;

const noMarks: Memory['marks'] = {
  asked: null,
  saved: null,
  told: null,
  ended: null,
  copied: null,
  verified: null,
  started: null,
  trains: null,
};

export const newMemory = (
  given: Pick<Memory, 'actor' | 'pathAsked' | 'acceptedLoss' | 'tokens'>,
): Memory => ({
  ...given,
  leashes: { source: 'none', destination: 'none' },
  cancelledBy: null,
  stopped: false,
  destination: null,
  sourceDirectory: null,
  ahead: null,
  asked: null,
  sourceStep: null,
  termSent: false,
  sourceEnded: null,
  chosen: null,
  bringing: null,
  stepsUnknown: false,
  endedByItself: false,
  marks: noMarks,
  chores: [],
});

/** What cancelling would do now. */
export function cancelConsequence(phase: MigrationPhase, memory: Memory): Migration['cancelConsequence'] {
  switch (phase) {
    case 'preparing':
      return 'nothing-happened';
    case 'precopying':
    case 'armed':
      return 'run-goes-on';
    case 'stopping':
      return memory.termSent ? 'run-restarts-at-source' : 'run-goes-on';
    case 'copying':
    case 'verified':
    case 'starting':
    case 'confirming':
      return 'run-restarts-at-source';
    case 'committed':
    case 'rolling-back':
    case 'rolled-back':
      return null;
  }
}
