/** More than this within the last half to whole of `spanMs` is a flood: text that nobody reads. */
const floodBytes = 256 * 1024;
const spanMs = 2_000;

/** Whether a terminal's output comes faster than anybody reads. Times are monotonic ms. */
export class Flood {
  #since = 0;
  #bytes = 0;
  #before = 0;

  took(bytes: number, now: number): void {
    this.#turn(now);
    this.#bytes += bytes;
  }

  isOn(now: number): boolean {
    this.#turn(now);
    return this.#bytes + this.#before > floodBytes;
  }

  #turn(now: number): void {
    const past = now - this.#since;
    if (past < spanMs) return;
    this.#before = past < 2 * spanMs ? this.#bytes : 0;
    this.#bytes = 0;
    this.#since = now;
  }
}
