import { type Clock, systemClock } from '#backend/clock.ts';

/** Nothing has come for so long: what was on its way is there, and most often the prompt behind it. */
const quietMs = 15;
/** A program that goes on all the same is not waited for. */
const mostQuietMs = 120;
/** So long after an interrupt nobody is waited for: what was on its way must not stand between the key and the prompt. */
const freeMs = 400;

/** What follows a key that ends a program: its output stops, a moment later, and the prompt comes behind it. */
export class Interrupts {
  readonly #clock: Clock;
  #typedAt = Number.NEGATIVE_INFINITY;
  #tookAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  typed(): void {
    this.#typedAt = this.#clock.elapsed();
  }

  /** Output came. */
  took(): void {
    this.#tookAt = this.#clock.elapsed();
  }

  /** Whether nobody is waited for. */
  get areRecent(): boolean {
    return this.#clock.elapsed() - this.#typedAt < freeMs;
  }

  /** Resolves when what an interrupt has ended is in, at once where there was none: a screen that is sent then needs no second one. */
  async settled(): Promise<void> {
    // What was typed in the same breath is known first.
    await this.#clock.sleep(0);
    for (;;) {
      const now = this.#clock.elapsed();
      const until = Math.min(Math.max(this.#typedAt, this.#tookAt) + quietMs, this.#typedAt + mostQuietMs);
      if (now >= until) return;
      await this.#clock.sleep(until - now);
    }
  }
}
