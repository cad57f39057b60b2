const patienceMs = 5000;

/** Work that nobody waits for while it goes on, but that must be over before what it works with is closed. */
export class UnderWay {
  readonly #works = new Set<Promise<unknown>>();

  /** Its failure is its own business. */
  add(work: Promise<unknown>): void {
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    this.#works.add(settled);
    settled.finally(() => this.#works.delete(settled));
  }

  /** Resolves when all of it is over; what was told to end and does not is left after a few seconds. */
  async over(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    const all = async () => {
      while (this.#works.size > 0) await Promise.all(this.#works);
    };
    await Promise.race([all(), patience]);
    clearTimeout(timer);
  }
}
