/** So much is given to the parser at a time: it never waits for more, and what it has not begun can still be left out. */
const aheadBytes = 128 * 1024;
const nothing = new Uint8Array();

/** What an emulator does with bytes; `parsed` is called when they are in its buffer. */
export type Parse = (bytes: Uint8Array, parsed: () => void) => void;

/** It is in the emulator's buffer, or (false) was left out. */
type Done = (parsed: boolean) => void;

interface Piece {
  bytes: Uint8Array;
  done: Done;
}

/** Bytes on their way into an emulator, in order. An emulator of xterm's takes all it is given and forgets none of it. */
export class ParseQueue {
  readonly #parse: Parse;
  readonly #waiting: Piece[] = [];
  #waitingBytes = 0;
  #ahead = 0;
  #pieces = 0;

  constructor(parse: Parse) {
    this.#parse = parse;
  }

  /** Not given to the parser yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Calls `act` behind all that was added, at once where that is in the buffer already. */
  inLine(act: Done): void {
    if (this.#pieces === 0) act(true);
    else this.add(nothing, act);
  }

  add(bytes: Uint8Array, done: Done): void {
    this.#pieces += 1;
    this.#waiting.push({ bytes, done });
    this.#waitingBytes += bytes.byteLength;
    this.#feed();
  }

  /** Leaves out what the parser has not been given. */
  drop(): void {
    this.#waitingBytes = 0;
    const left = this.#waiting.splice(0);
    this.#pieces -= left.length;
    for (const { done } of left) done(false);
  }

  #feed(): void {
    while (this.#ahead < aheadBytes) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const { byteLength } = next.bytes;
      this.#waitingBytes -= byteLength;
      this.#ahead += byteLength;
      this.#parse(next.bytes, () => {
        this.#ahead -= byteLength;
        this.#pieces -= 1;
        next.done(true);
        this.#feed();
      });
    }
  }
}
