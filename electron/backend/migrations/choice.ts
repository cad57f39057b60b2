import { checkpointFramework, type FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { End, Move, Persistence } from './move.ts';
import { layOf } from './travel.ts';

/** Where to look, and for what. Throws MOVE_NO_CHECKPOINTS where the task file does not say. */
export function whereToLook(move: Move, end: End) {
  const directory = layOf(move)?.checkpoints?.[end];
  if (directory === undefined) {
    throw new TrainyardError(
      'MOVE_NO_CHECKPOINTS',
      `Run "${move.migration.runName}" does not say where its checkpoints are. Add "checkpoint: path:" to its task file.`,
      { params: { name: move.migration.runName } },
    );
  }
  const { spec } = move.run;
  const framework = checkpointFramework.safeParse(spec.checkpoint?.framework);
  return {
    machineId: move.machineOf(end).machineId,
    directory,
    framework: framework.success ? framework.data : null,
    own: move.context.looks.ownOf(spec),
  };
}

/** The complete checkpoints at one end, newest last. None where the directory is not there. */
export async function completeAt(move: Move, end: End, persistence: Persistence): Promise<FoundCheckpoint[]> {
  return (await foundAt(move, end, persistence)).filter(({ complete }) => complete);
}

/** The same with those that are not complete. */
export async function foundAt(move: Move, end: End, persistence: Persistence): Promise<FoundCheckpoint[]> {
  const { machineId, directory, ...wish } = whereToLook(move, end);
  try {
    return await move.persist(persistence, (signal) =>
      move.context.looks.inspect(machineId, directory, { ...wish, signal }),
    );
  } catch (error) {
    if (TrainyardError.from(error).code === 'CHECKPOINT_DIRECTORY_MISSING') return [];
    throw error;
  }
}

/** What a checkpoint must be newer than. */
export interface Before {
  newestStep: number | null;
  newestAt: number;
}
export const nothingBefore: Before = { newestStep: null, newestAt: Number.NEGATIVE_INFINITY };

export const before = (newest: FoundCheckpoint | undefined): Before =>
  newest === undefined
    ? { newestStep: null, newestAt: 0 }
    : { newestStep: newest.step, newestAt: newest.modifiedAt };

/** By its step where steps are known, else by the time of its newest file; both times are of the same box's clock. */
export function isNewer({ step, modifiedAt }: FoundCheckpoint, { newestStep, newestAt }: Before): boolean {
  if (step === null || newestStep === null) return modifiedAt > newestAt;
  return step > newestStep || (step === newestStep && modifiedAt > newestAt);
}
