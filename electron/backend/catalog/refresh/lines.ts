const newline = 0x0a;
/** Longer than any line of a price list: a file that is none has no ends of lines. */
const longestLine = 1 << 20;

/**
 * Lines of a stream of bytes in which all of some marks stand. The others, nearly all of a price list, are passed over without
 * making anything of them: what is thrown away costs memory, too, until it is collected.
 */
export class LineSplitter {
  #marks: readonly Buffer[] = [];
  #rest: Buffer[] = [];
  #restLength = 0;
  #count = 0;

  /** From the next line on. */
  only(marks: readonly string[]): void {
    this.#marks = marks.map((mark) => Buffer.from(mark));
  }

  /** Calls `take` with each line, without its end, and its number from 1. Throws a RangeError at a line that is none. */
  push(chunk: Uint8Array, take: (line: Buffer, number: number) => void): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const places: number[] = [];
    let from = 0;
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, from)) {
      this.#count += 1;
      if (this.#rest.length > 0) {
        const whole = Buffer.concat([...this.#rest, bytes.subarray(from, at)]);
        this.#rest = [];
        this.#restLength = 0;
        if (this.#marks.every((mark) => whole.includes(mark))) take(whole, this.#count);
      } else if (this.#hasMarks(bytes, from, at, places)) take(bytes.subarray(from, at), this.#count);
      from = at + 1;
    }
    this.#keep(bytes, from);
  }

  /** `places`: where each mark stands next, as far as that is known. */
  #hasMarks(bytes: Buffer, from: number, to: number, places: number[]): boolean {
    for (const [which, mark] of this.#marks.entries()) {
      let place = places[which] ?? -1;
      if (place < from) {
        place = bytes.indexOf(mark, from);
        if (place < 0) place = Number.POSITIVE_INFINITY;
        places[which] = place;
      }
      if (place >= to) return false;
    }
    return true;
  }

  #keep(bytes: Buffer, from: number): void {
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
