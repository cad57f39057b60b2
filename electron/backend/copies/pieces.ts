/** Sizes in MiB, as dd counts. */
export const mibBytes = 1_048_576;
/** What is believed or sent again after a cut. */
export const chunkMib = 16;

export interface Piece {
  /** In MiB. */
  skip: number;
  count: number;
  bytes: number;
}

/**
 * Which stretches of a file are still to be sent. Handed out from the front, so that what has arrived can be hashed in order
 * behind it. What was given out and failed comes back first.
 */
export class Pieces {
  readonly totalBytes: number;
  readonly #open: Piece[] = [];
  readonly #done: Piece[] = [];
  #prefix = 0;

  /** `have`: chunks (of 16 MiB) that are there and verified. */
  constructor(totalBytes: number, have: ReadonlySet<number> = new Set()) {
    this.totalBytes = totalBytes;
    const chunkBytes = chunkMib * mibBytes;
    for (let chunk = 0; chunk * chunkBytes < totalBytes; chunk++) {
      const bytes = Math.min(chunkBytes, totalBytes - chunk * chunkBytes);
      const piece = { skip: chunk * chunkMib, count: Math.ceil(bytes / mibBytes), bytes };
      if (have.has(chunk)) this.done(piece);
      else this.#add(piece);
    }
  }

  /** Up to `count` MiB from the front; null when everything is given out. */
  take(count: number): Piece | null {
    const first = this.#open[0];
    if (first === undefined) return null;
    if (first.count <= count) {
      this.#open.shift();
      return first;
    }
    const piece = { skip: first.skip, count, bytes: count * mibBytes };
    this.#open[0] = {
      skip: first.skip + count,
      count: first.count - count,
      bytes: first.bytes - piece.bytes,
    };
    return piece;
  }

  /** Was not taken in after all. */
  giveBack(piece: Piece): void {
    this.#add(piece);
  }

  /** Has arrived. */
  done(piece: Piece): void {
    this.#done.push(piece);
    this.#done.sort((a, b) => a.skip - b.skip);
    for (let next = this.#done[0]; next !== undefined && next.skip <= this.#prefix; next = this.#done[0]) {
      this.#prefix = Math.max(this.#prefix, next.skip + next.count);
      this.#done.shift();
    }
  }

  /** MiB from the start that have arrived without a gap. */
  get prefix(): number {
    return this.#prefix;
  }

  get isComplete(): boolean {
    return this.#prefix * mibBytes >= this.totalBytes;
  }

  /** Still to be given out. */
  get openBytes(): number {
    return this.#open.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #add(piece: Piece): void {
    const at = this.#open.findIndex(({ skip }) => skip > piece.skip);
    const index = at < 0 ? this.#open.length : at;
    const before = this.#open[index - 1];
    // Neighbours become one again: how much is taken at a time is decided when it is taken.
    if (before !== undefined && before.skip + before.count === piece.skip) {
      this.#open[index - 1] = {
        skip: before.skip,
        count: before.count + piece.count,
        bytes: before.bytes + piece.bytes,
      };
    } else this.#open.splice(index, 0, piece);
  }
}
