import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '#backend/clock.ts';
import { type OpenStoreOptions, openStore, type Store } from '#backend/store/index.ts';
import { tempDirectory } from './temp.ts';

export const silentLog = { info: () => undefined, warn: () => undefined };

/** A clock that stands still until told, and whose sleeps end when it is moved past them. */
export class ManualClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<{ until: number; wake: () => void }>();

  constructor(now = Date.UTC(2026, 10, 28, 12)) {
    this.#now = now;
  }
  now(): number {
    return this.#now;
  }
  elapsed(): number {
    return this.#now;
  }
  get sleeping(): number {
    return this.#sleepers.size;
  }
  advance(ms: number): void {
    this.#now += ms;
    for (const sleeper of [...this.#sleepers]) if (sleeper.until <= this.#now) sleeper.wake();
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const end = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', stop);
      };
      const stop = () => {
        end();
        reject(signal?.reason);
      };
      const sleeper = {
        until: this.#now + ms,
        wake: () => {
          end();
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }
}

/** Opens a store that is closed when the running test is over. */
export function openForTest(options: Partial<OpenStoreOptions> & { file: string }): Store {
  const store = openStore({ clock: systemClock, log: silentLog, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** A new store in a directory of its own; both are gone when the running test is. */
export async function tempStore(options: Partial<OpenStoreOptions> = {}): Promise<Store> {
  const directory = await tempDirectory('store');
  return openForTest({ file: path.join(directory, 'trainyard.db'), ...options });
}
