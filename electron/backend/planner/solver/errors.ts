import { TrainyardError } from '#shared/domain/trainyard-error.ts';

export const solverFailed = (details: string): TrainyardError =>
  new TrainyardError(
    'SOLVER_FAILED',
    'The solver of plans has failed. Ask again; should it happen again, choose another strategy or plan fewer runs at once.',
    { details, retryable: true },
  );

export const solverTooSlow = (seconds: number): TrainyardError =>
  new TrainyardError(
    'SOLVER_TOO_SLOW',
    `There was no plan after ${seconds} s. Choose another strategy, or plan fewer runs at once.`,
    { params: { seconds }, retryable: true },
  );

export const solverCancelled = (): TrainyardError =>
  new TrainyardError('CANCELLED', 'This was cancelled.', { retryable: true });
