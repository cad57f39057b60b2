const windowMs = 60_000;
const perAddress = 10;
const overall = 100;

/**
 * Counts wrong tokens. Nobody guesses 256 bits; this keeps somebody who tries from filling the log and from costing us
 * anything. What it remembers is bounded by the limit itself.
 */
export class WrongTries {
  readonly #now: () => number;
  #tries: { address: string; at: number }[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** How long this address has to wait, ms; 0: it may try now. */
  waitMs(address: string): number {
    this.#tries = this.#tries.filter(({ at }) => at > this.#now() - windowMs);
    const own = this.#tries.filter((one) => one.address === address);
    const full = own.length >= perAddress ? own : this.#tries.length >= overall ? this.#tries : [];
    const [first] = full;
    return first ? first.at + windowMs - this.#now() : 0;
  }

  wrong(address: string): void {
    this.#tries.push({ address, at: this.#now() });
  }
}
