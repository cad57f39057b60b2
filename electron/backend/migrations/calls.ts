import type { Clock } from '#backend/clock.ts';
import { TrainyardError } from '#shared/domain/error.ts';

/** A call that was given up may still come to its end; whoever goes on waits this long for it, so that two do not overlap. */
const settleMs = 5_000;

/**
 * Does `work` with a deadline. Rejects with MOVE_STEP_TIMED_OUT after `ms`, or with the signal's reason; `work` is told by
 * its own signal. Work that does not listen is left behind.
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const own = new AbortController();
  const over = new AbortController();
  const working = (async () => work(own.signal))();
  const settled = working.then(
    () => undefined,
    () => undefined,
  );
  const late = clock.sleep(ms, AbortSignal.any([signal, over.signal])).then(() => {
    throw timedOut(ms);
  });
  try {
    return await Promise.race([working, late]);
  } catch (error) {
    const why = signal.aborted ? signal.reason : error;
    own.abort(why);
    await Promise.race([settled, clock.sleep(settleMs, over.signal).catch(() => undefined)]);
    throw why;
  } finally {
    over.abort();
  }
}

export const timedOut = (ms: number): TrainyardError =>
  new TrainyardError('MOVE_STEP_TIMED_OUT', `No answer within ${Math.round(ms / 1000)} s.`, {
    params: { seconds: Math.round(ms / 1000) },
    retryable: true,
  });

// COPY_BUSY: a try that was given up still clears up behind itself; nobody else copies to the same place.
const outOfSight =
  /^(MACHINE_UNREACHABLE|BACKEND_\w+|SSH_(?!HOST_KEY)\w+|COMMAND_TIMED_OUT|COPY_NO_PATH|COPY_CUT|COPY_BUSY)$/;

/** It may well work when tried again: the network, a machine that is busy or out of sight, a vault that is locked. */
export const mayPass = (error: TrainyardError): boolean =>
  error.retryable || outOfSight.test(error.code) || error.code === 'VAULT_LOCKED';
