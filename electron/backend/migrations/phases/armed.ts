import { TrainyardError } from '#shared/domain/error.ts';
import { runHasEnded } from '../errors.ts';
import type { Phase } from './hands.ts';

/** The source will stop itself unless we go on saying that it need not. Throws RUN_ARMED where another laptop moves the run. */
export const armed: Phase = async ({ move, leashes }) => {
  try {
    await leashes.source.take(move.context.pace.patienceBeforeMs);
  } catch (error) {
    if (TrainyardError.from(error).code === 'RUN_NOT_ALIVE') throw runHasEnded(move.migration.runName);
    throw error;
  }
  move.enter('stopping');
};
