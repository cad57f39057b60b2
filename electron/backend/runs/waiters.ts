/** Those who wait for one and the same thing. */
export class Waiters<T> {
  readonly #all = new Set<PromiseWithResolvers<T>>();

  /** Resolves or rejects with what comes first: the thing, or the signal. */
  async wait(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const waiter = Promise.withResolvers<T>();
    const onAbort = () => waiter.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#all.add(waiter);
    try {
      return await waiter.promise;
    } finally {
      this.#all.delete(waiter);
      signal.removeEventListener('abort', onAbort);
    }
  }

  resolve(value: T): void {
    for (const waiter of [...this.#all]) waiter.resolve(value);
  }

  reject(error: unknown): void {
    for (const waiter of [...this.#all]) waiter.reject(error);
  }
}
