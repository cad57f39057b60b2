import type { TerminalSize } from '#shared/domain/terminal.ts';
import { fastForward } from './fast-forward.ts';
import { OutputRing } from './output-ring.ts';
import type { Screen } from './screen.ts';

/**
 * Viewers that were cut, or are behind, go on by themselves when they missed no more than this; others get the screen. With twice as
 * much a page without a graphics card had to parse all of a flood, at half the rate.
 */
const keptBytes = 1024 * 1024;
/** The screen may lag behind by so much: a flood of text is then skipped instead of read. More than this is not taken from the shell. */
const mostUnreadBytes = 2 * 1024 * 1024;
const pieceBytes = 64 * 1024;
/** Output has paused when nothing came for so long: the screen catches up then. */
const quietMs = 4;
/** What trickles without a pause is read after so long all the same. */
const trickleMs = 100;
const trickleBytes = 128 * 1024;

/** A new size, from this byte of the output on. */
export interface SizeChange {
  /** Rising: there may be several at one byte, and each counts (what a narrow screen has cut stays cut). */
  number: number;
  offset: number;
  size: TerminalSize;
}

/**
 * What a terminal has put out: its last bytes for the viewers, and the screen made of all of it. The screen is brought up to
 * date when output pauses, when somebody needs it, and when too much is unread: 1 GB that nobody scrolls back to costs little.
 */
export class Output {
  readonly #screen: Screen;
  readonly #ring = new OutputRing(keptBytes + mostUnreadBytes);
  readonly #onRead: () => void;
  /** Sizes that apply from a byte that is still kept or unread. */
  readonly #sizes: SizeChange[] = [];
  #size: TerminalSize;
  /** That of the oldest byte that is kept. */
  #first: TerminalSize;
  #lastSize = 0;
  #screenSize = 0;
  #read = 0;
  #reading: Promise<void> | null = null;
  #quiet: NodeJS.Timeout | null = null;
  #lastAt = 0;
  #unreadSince = 0;
  /** While the screen is wanted nothing new is taken: it would never be up to date. */
  #snapshotsWanted = 0;
  #closed = false;

  /** `onRead`: each time some of what was unread is not any more. */
  constructor(screen: Screen, size: TerminalSize, onRead: () => void) {
    this.#screen = screen;
    this.#size = size;
    this.#first = size;
    this.#onRead = onRead;
  }

  get start(): number {
    return Math.max(this.#ring.start, this.#ring.end - keptBytes);
  }

  get end(): number {
    return this.#ring.end;
  }

  /** Whether more may be taken from the shell. */
  get hasRoom(): boolean {
    return this.#snapshotsWanted === 0 && this.#ring.end - this.#read < mostUnreadBytes;
  }

  /** The newest size. */
  get size(): TerminalSize {
    return this.#size;
  }

  append(bytes: Uint8Array): void {
    if (this.#read === this.#ring.end) this.#unreadSince = performance.now();
    this.#ring.append(bytes);
    this.#lastAt = performance.now();
    if (!this.hasRoom) void this.catchUp(mostUnreadBytes / 4);
    else this.#quiet ??= setTimeout(() => this.#pause(), quietMs);
  }

  /** From the next byte on. */
  resize(size: TerminalSize): void {
    this.#size = size;
    this.#lastSize += 1;
    this.#sizes.push({ number: this.#lastSize, offset: this.#ring.end, size });
    void this.catchUp();
  }

  /** The first change of size that comes after `number` and at `offset` or later. */
  nextSize(offset: number, number: number): SizeChange | undefined {
    return this.#sizes.find((change) => change.number > number && change.offset >= offset);
  }

  /** The size in which what comes at `offset` was written, and the number of its change. */
  sizeAt(offset: number): TerminalSize {
    return this.#sizes.findLast((change) => change.offset <= offset)?.size ?? this.#first;
  }

  sizeNumberAt(offset: number): number {
    return this.#sizes.findLast((change) => change.offset <= offset)?.number ?? 0;
  }

  /** Bytes for a viewer; see OutputRing. */
  read(offset: number, most: number): Uint8Array {
    return this.#ring.read(offset, most);
  }

  /** Brings the screen up to date, but for `leftBytes`. */
  catchUp(leftBytes = 0): Promise<void> {
    if (this.#reading !== null) {
      return this.#reading.then(() =>
        leftBytes === 0 && this.#read < this.#ring.end && !this.#closed ? this.catchUp() : undefined,
      );
    }
    this.#reading = this.#readUnread(leftBytes).finally(() => {
      this.#reading = null;
      this.#forgetSizes();
      if (!this.#closed) this.#onRead();
    });
    return this.#reading;
  }

  /**
   * The screen as it is now, for a viewer to begin with, and the byte that follows it. What is read in part (a sequence, a
   * character) follows again. `above`: see snapshotOf.
   */
  async snapshot(
    above?: number,
  ): Promise<{ bytes: Uint8Array; offset: number; size: TerminalSize; sizeNumber: number }> {
    this.#snapshotsWanted += 1;
    try {
      await this.catchUp();
      return {
        bytes: this.#screen.snapshot(above),
        offset: this.#read - this.#unfinishedBytes(),
        size: this.#screen.size,
        sizeNumber: this.#screenSize,
      };
    } finally {
      this.#snapshotsWanted -= 1;
      this.#onRead();
    }
  }

  close(): void {
    this.#closed = true;
    if (this.#quiet !== null) clearTimeout(this.#quiet);
  }

  #pause(): void {
    this.#quiet = null;
    if (this.#read === this.#ring.end || this.#closed) return;
    const now = performance.now();
    const unread = this.#ring.end - this.#read;
    const trickles = now - this.#unreadSince > trickleMs && unread < trickleBytes;
    if (now - this.#lastAt >= quietMs - 1 || trickles) void this.catchUp();
    else this.#quiet = setTimeout(() => this.#pause(), quietMs);
  }

  async #readUnread(leftBytes: number): Promise<void> {
    this.#applySizes();
    while (this.#ring.end - this.#read > leftBytes && !this.#closed) {
      if (this.#ring.end - this.#read > pieceBytes * 4) await this.#skip();
      if (this.#ring.end - this.#read <= leftBytes) break;
      await this.#readPiece(this.#ring.end);
      this.#applySizes();
    }
  }

  async #readPiece(end: number): Promise<void> {
    const until = Math.min(end, this.#nextUnreadSize()?.offset ?? end);
    if (until <= this.#read) return;
    const piece = this.#ring.read(this.#read, Math.min(pieceBytes, until - this.#read));
    await this.#screen.write(piece);
    this.#read += piece.byteLength;
    this.#unreadSince = performance.now();
  }

  /** Jumps over text that scrolls out of everything before the end of what is unread. */
  async #skip(): Promise<void> {
    const lines = this.#screen.linesToForgetAll;
    if (lines === null || this.#nextUnreadSize() !== undefined) return;
    const from = this.#read;
    const jump = fastForward(this.#ring.copy(from, this.#ring.end), lines);
    if (jump === null) return;
    while (this.#read < from + jump.readTo && !this.#closed) await this.#readPiece(from + jump.readTo);
    // What was read may have set margins or the alternate screen.
    if (this.#screen.linesToForgetAll === null || this.#read !== from + jump.readTo) return;
    await this.#screen.write(jump.style);
    this.#read = from + jump.skipTo;
  }

  #nextUnreadSize(): SizeChange | undefined {
    return this.#sizes.find(({ number }) => number > this.#screenSize);
  }

  #applySizes(): void {
    for (let next = this.#nextUnreadSize(); next?.offset === this.#read; next = this.#nextUnreadSize()) {
      this.#screen.resize(next.size);
      this.#screenSize = next.number;
    }
  }

  #forgetSizes(): void {
    const needed = Math.min(this.start, this.#read);
    while ((this.#sizes[0]?.offset ?? needed) < needed)
      this.#first = this.#sizes.shift()?.size ?? this.#first;
  }

  /** How far back what the emulator has read in part begins. */
  #unfinishedBytes(): number {
    const { unfinished } = this.#screen;
    if (unfinished === null) return 0;
    const before = this.#ring.copy(Math.max(this.#ring.start, this.#read - keptBytes), this.#read);
    if (unfinished === 'character') {
      let lead = before.length - 1;
      while (lead > 0 && ((before[lead] ?? 0) & 0xc0) === 0x80) lead -= 1;
      return before.length - lead;
    }
    // A control of one character (U+009B and the like) begins a sequence as ESC does.
    let control = before.lastIndexOf(0xc2);
    while (control > 0 && !isControl(before[control + 1])) control = before.lastIndexOf(0xc2, control - 1);
    const begins = Math.max(before.lastIndexOf(0x1b), isControl(before[control + 1]) ? control : -1);
    return begins < 0 ? 0 : before.length - begins;
  }
}

const isControl = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x80 && byte <= 0x9f;
