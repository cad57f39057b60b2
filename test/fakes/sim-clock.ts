import type { Clock } from '#backend/clock.ts';

interface Sleeper {
  until: number;
  wake(): void;
}

/** A clock that jumps to the next moment at which somebody wants to be woken. Days of it take milliseconds. */
export class SimClock implements Clock {
  #now = Date.UTC(2026, 10, 28, 12);
  readonly #sleepers = new Set<Sleeper>();
  /** Called each time it has moved on, before anybody wakes. */
  onTick: (now: number) => void = () => {};

  now(): number {
    return this.#now;
  }
  elapsed(): number {
    return this.#now;
  }

  /** Before anybody sleeps: it is later at once. */
  jump(ms: number): void {
    this.#now += ms;
    this.onTick(this.#now);
  }

  /** Moves on to the next sleeper, or by `most` at most; then lets everything settle that follows from it. */
  async step(most: number): Promise<void> {
    let next = this.#now + most;
    for (const { until } of this.#sleepers) next = Math.min(next, Math.max(until, this.#now));
    this.#now = next;
    this.onTick(next);
    for (const sleeper of [...this.#sleepers]) if (sleeper.until <= this.#now) sleeper.wake();
    await settle();
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
      const sleeper: Sleeper = {
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

/** Everything that can go on without time passing has gone on. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise((resolve) => setImmediate(resolve));
}
