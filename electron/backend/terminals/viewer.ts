import type { BytePiece, BytesContext } from '#backend/bytes/index.ts';
import type { OpenStreamOf } from '#shared/contract/bytes.ts';
import type { Output } from './output.ts';

const pieceBytes = 64 * 1024;
/** A viewer so far behind after an interrupt gets the screen at once instead of what came before. */
const jumpBytes = 128 * 1024;

type Piece = BytePiece<'terminal'>;

/** What a viewer needs to know of the terminal it looks at. */
export interface Watched {
  readonly output: Output;
  /** Bytes were handed to a viewer, or it has caught up. */
  moved(): void;
  /** See Interrupts. */
  settled(): Promise<void>;
}

/** Where a viewer begins: see `openStream` of shared/contract/bytes.ts. */
export type ViewFrom = Pick<OpenStreamOf<'terminal'>, 'offset' | 'above'>;

/** One window that looks at a terminal, or one CLI: where it is in the output, and what it is sent next. */
export class Viewer {
  readonly #watched: Watched;
  readonly #context: Pick<BytesContext, 'signal' | 'sendNow'>;
  /** The next byte it is to be sent; -1: it is to begin with the screen. */
  #offset: number;
  #sizeNumber = 0;
  /** Of the first snapshot, how many lines above the screen. */
  #above: number | undefined;
  #wake: (() => void) | null = null;
  #ended = false;
  #clipboard: string | null = null;
  /** It has held the others up: nobody waits for it until it has caught up. */
  isSlow = false;
  /** When it last typed, in the order of all typing. */
  lastTyped = 0;
  /** An interrupt was typed: of what came before only the screen matters, if it is far behind. */
  #jump = false;

  constructor(watched: Watched, context: Pick<BytesContext, 'signal' | 'sendNow'>, from: ViewFrom) {
    this.#watched = watched;
    this.#context = context;
    this.#offset = from.offset;
    this.#above = from.above;
    context.signal.addEventListener('abort', () => this.wake(), { once: true });
  }

  /** Bytes that it has been sent, or will not be sent. */
  get offset(): number {
    // Who begins with the screen is behind nothing.
    return this.#offset < 0 ? this.#watched.output.end : this.#offset;
  }

  /** New output, already in the ring: goes out in this turn where it can. */
  take(bytes: Uint8Array): void {
    const { output } = this.#watched;
    const isNext = this.#wake !== null && this.#offset === output.end - bytes.byteLength;
    if (isNext && this.#clipboard === null && this.#context.sendNow?.(bytes) === true)
      this.#offset = output.end;
    else this.wake();
  }

  wake(): void {
    const wake = this.#wake;
    // From now on nothing goes by the way: what it was woken for comes first.
    this.#wake = null;
    wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#jump = false;
    this.wake();
  }

  interrupted(): void {
    if (this.#watched.output.end - this.offset > jumpBytes) this.#jump = true;
  }

  offerClipboard(text: string): void {
    this.#clipboard = text;
    this.wake();
  }

  async *pieces(): AsyncGenerator<Piece> {
    const { output } = this.#watched;
    const isKept = this.#offset >= output.start && this.#offset <= output.end;
    if (isKept) {
      // Whoever goes on has the size from before; what it missed of sizes comes in its place.
      this.#sizeNumber = output.sizeNumberAt(this.#offset);
      yield {
        info: { kind: 'terminal', offset: this.#offset, snapshotBytes: 0, size: output.sizeAt(this.#offset) },
      };
    } else yield* this.#snapshot();
    while (!this.#over) {
      const next = this.#next();
      if (next === 'wait') await this.#sleep();
      else if (next === 'snapshot') yield* this.#snapshot();
      else yield next;
    }
  }

  /** After the terminal's end what it has put out last is still sent, where it is kept. */
  get #over(): boolean {
    if (this.#context.signal.aborted) return true;
    const { start, end } = this.#watched.output;
    return this.#ended && (this.#offset < start || this.#offset >= end);
  }

  #next(): Piece | 'wait' | 'snapshot' {
    const { output } = this.#watched;
    if (this.#offset < output.start || (this.#jump && output.end - this.#offset > jumpBytes))
      return 'snapshot';
    const change = output.nextSize(this.#offset, this.#sizeNumber);
    if (change?.offset === this.#offset) {
      this.#sizeNumber = change.number;
      return { info: { kind: 'terminal', offset: this.#offset, snapshotBytes: 0, size: change.size } };
    }
    if (this.#offset < output.end) {
      const until = Math.min(change?.offset ?? output.end, this.#offset + pieceBytes);
      const bytes = output.read(this.#offset, until - this.#offset);
      this.#offset += bytes.byteLength;
      this.#watched.moved();
      return { bytes };
    }
    this.#jump = false;
    if (this.isSlow) {
      this.isSlow = false;
      this.#watched.moved();
    }
    if (this.#clipboard === null) return 'wait';
    const clipboard = this.#clipboard;
    this.#clipboard = null;
    return {
      info: {
        kind: 'terminal',
        offset: this.#offset,
        snapshotBytes: 0,
        size: output.sizeAt(this.#offset),
        clipboard,
      },
    };
  }

  async *#snapshot(): AsyncGenerator<Piece> {
    await this.#watched.settled();
    if (this.#over) return;
    const { bytes, offset, size, sizeNumber } = await this.#watched.output.snapshot(this.#above);
    this.#above = undefined;
    if (this.#over) return;
    this.#offset = offset;
    this.#sizeNumber = sizeNumber;
    this.#jump = false;
    this.#watched.moved();
    yield { info: { kind: 'terminal', offset, snapshotBytes: bytes.byteLength, size } };
    yield { bytes };
  }

  async #sleep(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
