import path from 'node:path/posix';
import { TrainyardError } from '#shared/domain/error.ts';
import { nothingToGoOnFrom } from '../errors.ts';
import { layOf } from '../travel.ts';
import type { Phase } from './hands.ts';

/** The next epoch begins at the destination, with a stop armed until it is seen to train. */
export const starting: Phase = async ({ move, leashes }) => {
  const { handover, pace } = move.context;
  const { toEpoch, to, runName } = move.migration;
  const { chosen, actor } = move.memory;
  const directory = layOf(move)?.checkpoints?.destination;
  if (toEpoch === null || chosen === null || directory === undefined) throw nothingToGoOnFrom(runName);
  const accelerators = handover.reserve(move.runId, to.machineId, move.id);
  const resume = { path: path.join(directory, chosen.checkpoint.path), step: chosen.checkpoint.step };
  await move.persist({ limitMs: pace.patienceAfterMs, callMs: pace.startMs }, (signal) =>
    handover.begin({
      runId: move.runId,
      epoch: toEpoch,
      machineId: to.machineId,
      accelerators,
      resume,
      prepared: true,
      actor,
      reason: 'migration',
      signal,
    }),
  );
  try {
    await leashes.destination.take(pace.patienceAfterMs);
  } catch (error) {
    // It has ended already: what that means is said by who confirms.
    if (TrainyardError.from(error).code !== 'RUN_NOT_ALIVE') throw error;
  }
  move.enter('confirming', { marks: { ...move.memory.marks, started: move.context.clock.now() } });
};
