import { TrainyardError } from '#shared/domain/error.ts';

/** The errors that running a program can end with, the same wherever it runs. */
export const commandTimedOut = (timeoutMs: number): TrainyardError =>
  new TrainyardError(
    'COMMAND_TIMED_OUT',
    `The command did not finish within ${Math.round(timeoutMs / 100) / 10} s and was ended. The machine may be overloaded or a file system there may hang.`,
    { params: { seconds: Math.round(timeoutMs / 100) / 10 }, retryable: true },
  );

export const outputTooLarge = (maxBytes: number): TrainyardError =>
  new TrainyardError(
    'OUTPUT_TOO_LARGE',
    `The command printed more than ${maxBytes} bytes, which is more than it ever should, and was ended.`,
    { params: { maxBytes } },
  );

/** An abort, as ours. A TrainyardError given as the reason of the abort is kept. */
export function cancelled(signal: AbortSignal): TrainyardError {
  const reason: unknown = signal.reason;
  if (reason instanceof TrainyardError) return reason;
  return new TrainyardError('CANCELLED', 'This was cancelled.', { cause: reason });
}
