import type { Clock } from '#backend/clock.ts';

/** How often it is looked whether the time is over: a changed setting holds within this. */
const lookMs = 30_000;

/** Locks the vault when nobody has used it for a while. */
export class IdleLock {
  readonly #clock: Clock;
  readonly #minutes: () => number;
  readonly #lock: () => void;
  #usedAt = 0;
  #watch: AbortController | null = null;

  /** `minutes` 0: never. */
  constructor(clock: Clock, minutes: () => number, lock: () => void) {
    this.#clock = clock;
    this.#minutes = minutes;
    this.#lock = lock;
  }

  start(): void {
    this.stop();
    this.touch();
    const watch = new AbortController();
    this.#watch = watch;
    void this.#wait(watch.signal);
  }

  stop(): void {
    this.#watch?.abort();
    this.#watch = null;
  }

  /** It is being used. */
  touch(): void {
    this.#usedAt = this.#clock.elapsed();
  }

  async #wait(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const minutes = this.#minutes();
      const leftMs = this.#usedAt + minutes * 60_000 - this.#clock.elapsed();
      if (minutes > 0 && leftMs <= 0) {
        this.#lock();
        return;
      }
      const waitMs = minutes > 0 ? Math.min(leftMs, lookMs) : lookMs;
      const ended = await this.#clock.sleep(waitMs, signal).then(
        () => false,
        () => true,
      );
      if (ended) return;
    }
  }
}
