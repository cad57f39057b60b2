import type { RunsService } from '#backend/runs/index.ts';
import type { RecoveryDependencies } from './context.ts';

/** The end of an attempt's log, from its box where it is seen, else from what is kept here. */
export const logTailOf =
  (runs: Pick<RunsService, 'logInfo' | 'readLog'>): RecoveryDependencies['logTail'] =>
  async ({ runId, epoch, logBytes }, bytes, signal) => {
    const known = Math.max(logBytes, runs.logInfo(runId, epoch).bytes);
    const read = await runs.readLog(runId, epoch, Math.max(0, known - bytes), bytes, signal);
    return read.bytes.toString('utf8');
  };
