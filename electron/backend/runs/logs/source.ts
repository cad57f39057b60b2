import type { BytePiece } from '#backend/bytes/index.ts';
import type { AttemptLog } from './attempt-log.ts';

const pieceBytes = 256 * 1024;

export interface ViewRequest {
  /** Negative: that many bytes before the end. */
  offset: number;
  follow: boolean;
}

/**
 * What one viewer gets of a log, at the viewer's own pace: nothing is buffered for it; when it is slow it reads later
 * what others have had already. While the box is out of sight a following view stays open and says so.
 */
export async function* viewLog(
  log: AttemptLog,
  request: ViewRequest,
  outOfSight: () => Error,
  signal: AbortSignal,
  sendNow: (bytes: Uint8Array) => boolean = () => false,
): AsyncGenerator<BytePiece<'log'>> {
  let at = request.offset < 0 ? Math.max(0, log.bytes + request.offset) : request.offset;
  const info = () => ({
    offset: at,
    bytes: log.bytes,
    epoch: log.epoch,
    live: log.live,
    reachable: log.reachable,
  });
  let told = info();
  yield { info: told };
  log.viewers++;
  try {
    while (!signal.aborted) {
      if (log.live !== told.live || log.reachable !== told.reachable) {
        told = info();
        yield { info: told };
      }
      // Noted before reading, so that what comes meanwhile is not missed.
      const { version } = log;
      const bytes = await readOrWait(log, at, signal);
      if (bytes.length > 0) {
        at += bytes.length;
        yield { bytes };
        continue;
      }
      const atEnd = at >= log.bytes;
      if (atEnd && (!request.follow || !log.live)) return;
      if (!atEnd && !request.follow) {
        if (!log.reachable) throw outOfSight();
        // The box has less than it said: this is all there is.
        return;
      }
      await log.change(version, signal, (offset, fresh) => {
        if (offset !== at || !sendNow(fresh)) return false;
        at += fresh.length;
        return true;
      });
    }
  } finally {
    log.viewers--;
  }
}

/** A box that is lost in mid-read is out of sight, no more: the view waits for it. */
async function readOrWait(log: AttemptLog, at: number, signal: AbortSignal): Promise<Buffer> {
  try {
    return await log.read(at, pieceBytes, signal);
  } catch (error) {
    if (log.reachable && !signal.aborted && !(error as { retryable?: boolean }).retryable) throw error;
    return Buffer.alloc(0);
  }
}
