/** How long work in small synchronous steps may keep the event loop to itself, ms. */
const sliceMs = 8;

/** Lets others have the event loop now and then, and notices that the work was cancelled. */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  #sliceEndsAt = 0;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** Rejects with the signal's reason when it was aborted. */
  async give(): Promise<void> {
    if (performance.now() < this.#sliceEndsAt) return;
    await new Promise(setImmediate);
    this.#signal?.throwIfAborted();
    this.#sliceEndsAt = performance.now() + sliceMs;
  }
}
