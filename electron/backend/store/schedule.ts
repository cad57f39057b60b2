import type { Clock } from '#backend/clock.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { StoreLog } from './connect.ts';
import type { Store } from './store.ts';

const lookEveryMs = 10 * 60_000;
const hourMs = 3_600_000;

/**
 * Backs up whenever the newest backup is older than the settings allow, until `signal` aborts; then it resolves. A backup
 * that fails (a full disk) is tried again and told by one notice, not by one each time.
 */
export async function keepBackups(
  store: Store,
  clock: Clock,
  log: StoreLog,
  signal: AbortSignal,
): Promise<void> {
  let failing = false;
  while (!signal.aborted) {
    try {
      if (isDue(store, clock.now())) await store.backUp('scheduled');
      failing = false;
    } catch (error) {
      if (signal.aborted) return;
      const { code, message } = TrainyardError.from(error);
      log.warn({ code, err: error }, 'the scheduled backup failed');
      if (!failing) tellFailed(store, log, code, message);
      failing = true;
    }
    // Rejects only when aborted: the loop's own end.
    await clock.sleep(lookEveryMs, signal).catch(() => undefined);
  }
}

function isDue(store: Store, now: number): boolean {
  const newest = store.backups.list()[0];
  if (!newest) return true;
  const ageMs = now - newest.takenAt;
  // One from the future comes from a clock that was wrong: it must not hold off backups for years.
  return ageMs >= store.settings.get().backupEveryHours * hourMs || ageMs < -hourMs;
}

function tellFailed(store: Store, log: StoreLog, code: string, message: string): void {
  try {
    store.notices.add({
      level: 'warning',
      code: 'BACKUP_FAILED',
      params: { code },
      message: `The scheduled backup could not be made: ${message}`,
    });
  } catch (error) {
    // The same full disk, most likely.
    log.warn({ err: error }, 'the failed backup could not be told');
  }
}
