/** A limit on waiting for the network that does not run while the user is being asked. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #reason: () => Error;
  #leftMs: number;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #pauses = 0;

  constructor(ms: number, reason: () => Error) {
    this.#leftMs = ms;
    this.#reason = reason;
    this.#start();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Runs `ask` without the time counting. */
  async during<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#pauses++ === 0) {
      clearTimeout(this.#timer);
      this.#leftMs -= performance.now() - this.#startedAt;
    }
    try {
      return await ask();
    } finally {
      if (--this.#pauses === 0) this.#start();
    }
  }

  stop(): void {
    this.#pauses = Number.POSITIVE_INFINITY;
    clearTimeout(this.#timer);
  }

  #start(): void {
    this.#startedAt = performance.now();
    this.#timer = setTimeout(() => this.#controller.abort(this.#reason()), Math.max(0, this.#leftMs));
  }
}
