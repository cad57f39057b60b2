const newline = 0x0a;
/** Longer than any line of a price list: a file that is none has no ends of lines. */
const longestLine = 1 << 20;

/** Lines of a stream of bytes, each as bytes of its own: most are looked at and thrown away without ever becoming text. */
export class LineSplitter {
  #rest: Buffer[] = [];
  #restLength = 0;

  /** Calls `take` with each whole line, without its end. Throws a RangeError at a line that is none. */
  push(chunk: Uint8Array, take: (line: Buffer) => void): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, from)) {
      const part = bytes.subarray(from, at);
      take(this.#rest.length === 0 ? part : Buffer.concat([...this.#rest, part]));
      this.#rest = [];
      this.#restLength = 0;
      from = at + 1;
    }
    if (from >= bytes.length) return;
    this.#restLength += bytes.length - from;
    if (this.#restLength > longestLine) throw new RangeError('a line without an end');
    // A copy: what is kept must not keep the whole chunk.
    this.#rest.push(Buffer.from(bytes.subarray(from)));
  }

  /** Whether the last line has no end. */
  get isOpen(): boolean {
    return this.#rest.length > 0;
  }
}
