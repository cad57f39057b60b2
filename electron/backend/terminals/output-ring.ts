const blockBytes = 64 * 1024;

/**
 * The last output of a terminal, addressed by its offset since the terminal was opened. It is kept in blocks that are only
 * ever appended to, so what was read stays as it is though newer output comes.
 */
export class OutputRing {
  readonly #limit: number;
  readonly #blocks: Buffer[] = [];
  /** Offset of the first byte of the first block; always a multiple of the block's length. */
  #base = 0;
  #end = 0;

  /** Keeps at least the last `limitBytes`. */
  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** Offset of the oldest byte that is kept. */
  get start(): number {
    return this.#base;
  }

  /** Offset of the next byte that comes. */
  get end(): number {
    return this.#end;
  }

  append(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.byteLength > 0) {
      const used = (this.#end - this.#base) % blockBytes;
      let block = this.#blocks.at(-1);
      if (block === undefined || used === 0) {
        // A small first block would have to be copied when it grows; 64 KiB per terminal are no burden.
        block = Buffer.allocUnsafeSlow(blockBytes);
        this.#blocks.push(block);
      }
      const part = rest.subarray(0, blockBytes - used);
      block.set(part, used);
      this.#end += part.byteLength;
      rest = rest.subarray(part.byteLength);
    }
    while (this.#end - this.#base - blockBytes >= this.#limit) {
      this.#blocks.shift();
      this.#base += blockBytes;
    }
  }

  /** Bytes from `offset` on (kept, not beyond the end): at most `most`, possibly fewer. Not a copy; it does not change. */
  read(offset: number, most: number): Uint8Array {
    const from = offset - this.#base;
    const block = this.#blocks[Math.floor(from / blockBytes)];
    if (from < 0 || block === undefined) throw new RangeError('this output is not kept');
    const within = from % blockBytes;
    return block.subarray(within, within + Math.min(most, this.#end - offset, blockBytes - within));
  }

  /** A copy of all from `offset` to `end`. */
  copy(offset: number, end: number): Buffer {
    const copied = Buffer.allocUnsafe(end - offset);
    for (let at = offset; at < end; ) {
      const part = this.read(at, end - at);
      copied.set(part, at - offset);
      at += part.byteLength;
    }
    return copied;
  }
}
