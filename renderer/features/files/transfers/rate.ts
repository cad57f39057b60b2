const overMs = 5000;

/** How fast something goes, over the last seconds. */
export class Rate {
  readonly #seen: { at: number; amount: number }[] = [];

  /** `at` in ms of any steady clock; `amount` in all so far. One that went back begins anew. */
  add(at: number, amount: number): void {
    const last = this.#seen.at(-1);
    if (last && amount < last.amount) this.#seen.length = 0;
    this.#seen.push({ at, amount });
    while (this.#seen.length > 2 && at - (this.#seen[1]?.at ?? at) >= overMs) this.#seen.shift();
  }

  /** 0 before there are two points. */
  perSecond(): number {
    const [first] = this.#seen;
    const last = this.#seen.at(-1);
    if (!first || !last || last.at - first.at < 1) return 0;
    return ((last.amount - first.amount) / (last.at - first.at)) * 1000;
  }
}
