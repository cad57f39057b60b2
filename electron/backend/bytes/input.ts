/** What the page sends into one stream: as much as it was given credit for, read in order by one reader. */
export class StreamInput {
  readonly #give: (bytes: number) => void;
  readonly #waiting: Uint8Array[] = [];
  #credit = 0;
  #windowBytes = 0;
  /** Read and not yet given back. */
  #owed = 0;
  #ended = false;
  #wake: (() => void) | null = null;

  /** `give` tells the page how many more bytes it may send. */
  constructor(give: (bytes: number) => void) {
    this.#give = give;
  }

  /** Throws a RangeError for more than there was credit for. */
  take(bytes: Uint8Array): void {
    if (this.#ended) return; // crossed our end on its way
    if (bytes.byteLength > this.#credit) throw new RangeError('more input than there was credit for');
    this.#credit -= bytes.byteLength;
    this.#waiting.push(bytes);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *read(windowBytes: number): AsyncGenerator<Uint8Array> {
    if (this.#windowBytes > 0) throw new TypeError('a stream has one reader of its input');
    this.#windowBytes = windowBytes;
    this.#credit = windowBytes;
    this.#give(windowBytes);
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        yield next;
        this.#giveBack(next.byteLength);
      } else if (this.#ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = null;
      }
    }
  }

  #giveBack(bytes: number): void {
    this.#owed += bytes;
    // Small pieces are given back together: a key press costs no frame of its own.
    if (this.#ended || this.#owed < this.#windowBytes / 4) return;
    this.#credit += this.#owed;
    this.#give(this.#owed);
    this.#owed = 0;
  }
}
