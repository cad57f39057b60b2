const esc = 0x1b;
const bell = 0x07;
const cancel = 0x18;
const substitute = 0x1a;
/** Of an escape sequence that is longer than this the rest is shown: it does nothing any more without its beginning. */
const longestSequence = 4096;
/** Colours, erasing, and the cursor's small steps, which progress bars need. Nothing that a terminal answers to. */
const harmlessFinals = new Set([...'mKABCDEFG'].map((final) => final.charCodeAt(0)));

type State =
  | 'text'
  /** After ESC. */
  | 'escape'
  /** After ESC and an intermediate, such as in "ESC ( B". */
  | 'escape-more'
  /** In ESC [ … */
  | 'control'
  /** In ESC ] … and its like (title, clipboard, links, reports), up to their terminator. */
  | 'string'
  | 'string-escape';

/**
 * What a box prints, made fit for the user's terminal: colours and progress bars stay; what sets the title or the
 * clipboard, asks the terminal for an answer (which would arrive as if typed), or changes its modes is left out. Keeps
 * its place from piece to piece.
 */
export class TerminalFilter {
  #state: State = 'text';
  #held: number[] = [];
  #length = 0;
  /** Bytes that the character under way still needs. */
  #continuing = 0;

  filter(bytes: Uint8Array): Uint8Array {
    const shown: number[] = [];
    for (const byte of bytes) this.#take(byte, shown);
    return Uint8Array.from(shown);
  }

  #take(byte: number, shown: number[]): void {
    if (this.#state === 'text') this.#text(byte, shown);
    else if (this.#length++ > longestSequence || (isLineEnd(byte) && this.#state !== 'control')) {
      this.#toText();
      this.#text(byte, shown);
    } else if (byte === cancel || byte === substitute) this.#toText();
    else if (this.#state === 'escape' || this.#state === 'escape-more') this.#escape(byte);
    else if (this.#state === 'control') this.#control(byte, shown);
    else this.#string(byte);
  }

  #text(byte: number, shown: number[]): void {
    if (this.#continuing > 0 && byte >= 0x80 && byte <= 0xbf) {
      this.#continuing -= 1;
      const [lead] = this.#held;
      this.#held = [];
      if (lead === undefined) shown.push(byte);
      // U+0080–U+009F: controls of one character, some of which begin a sequence as ESC does.
      else if (byte <= 0x9f) this.#escape(byte - 0x40, 'from one character');
      else shown.push(lead, byte);
      return;
    }
    this.#continuing = 0;
    this.#held = [];
    if (byte === esc) this.#begin('escape');
    else if (byte === 0xc2) {
      this.#continuing = 1;
      this.#held = [byte];
    } else if (byte >= 0x80 && byte <= 0x9f) return;
    else if (byte >= 0x20 && byte !== 0x7f) {
      this.#continuing = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc3 ? 1 : 0;
      shown.push(byte);
    } else if (isLineEnd(byte) || byte === 0x09 || byte === 0x08) shown.push(byte);
  }

  #escape(byte: number, from?: 'from one character'): void {
    if (byte === esc) this.#begin('escape');
    else if (this.#state !== 'escape-more' && byte === 0x5b) this.#begin('control');
    // P, X, ], ^, _
    else if (this.#state !== 'escape-more' && [0x50, 0x58, 0x5d, 0x5e, 0x5f].includes(byte))
      this.#begin('string');
    else if (from === undefined && byte >= 0x20 && byte <= 0x2f) this.#state = 'escape-more';
    else this.#toText();
  }

  #control(byte: number, shown: number[]): void {
    if (byte === esc) this.#begin('escape');
    else if (byte >= 0x40 && byte <= 0x7e) {
      const plain = this.#held.every((part) => (part >= 0x30 && part <= 0x3b) || part === 0x3a);
      if (harmlessFinals.has(byte) && plain) shown.push(esc, 0x5b, ...this.#held, byte);
      this.#toText();
    } else if (byte < 0x20 || byte > 0x7e) {
      // A control within a sequence, which terminals carry out at once, or what is none at all.
      this.#toText();
      this.#text(byte, shown);
    } else this.#held.push(byte);
  }

  #string(byte: number): void {
    if (this.#state === 'string-escape') {
      // ESC \ ends it; another ESC … does too, and begins its own.
      if (byte === 0x5c) this.#toText();
      else {
        this.#state = 'escape';
        this.#escape(byte);
      }
    } else if (byte === bell || byte === 0x9c) this.#toText();
    else if (byte === esc) this.#state = 'string-escape';
  }

  #begin(state: State): void {
    this.#state = state;
    this.#held = [];
    this.#length = 0;
    this.#continuing = 0;
  }

  #toText(): void {
    this.#begin('text');
  }
}

const isLineEnd = (byte: number): boolean => byte === 0x0a || byte === 0x0d;
