import type { BytePiece, BytesContext } from '#backend/bytes/index.ts';
import type { OpenShell } from '#backend/processes/index.ts';
import type { CommandMark, TerminalSize } from '#shared/domain/terminal.ts';
import { isInterrupt } from '#shared/domain/terminal-interrupts.ts';
import { Interrupts } from './interrupts.ts';
import { Output } from './output.ts';
import { Screen, type ScreenEvents } from './screen.ts';
import { Viewer, type ViewFrom } from './viewer.ts';

/** Typed and not yet taken by the shell, per viewer; and what the emulator has answered. */
const inputBytes = 64 * 1024;
/**
 * The shell is not read while the viewer that is ahead is so far behind it; read again below the half. With a quarter of it a page
 * that draws eight frames a second took one window per frame: 2 MB/s of the 9 it can parse.
 */
const windowBytes = 1280 * 1024;
/** Viewers that hold the shell up for so long and take less than `leastBytes` meanwhile are not waited for any more. */
const patienceMs = 300;
const leastBytes = 128 * 1024;

export interface LiveEvents extends Pick<ScreenEvents, 'title' | 'directory' | 'now' | 'isLight'> {
  /** Whether a program may offer something for the clipboard at all. */
  mayOfferClipboard(): boolean;
}

/** A terminal that is there: its output and screen, whoever looks at it, and the shell of the moment. */
export class LiveTerminal {
  readonly #events: LiveEvents;
  readonly #screen: Screen;
  readonly #viewers = new Set<Viewer>();
  readonly output: Output;
  #shell: OpenShell | null = null;
  readonly #interrupts = new Interrupts();
  readonly #started = Promise.withResolvers<void>();
  #flows = true;
  #typed = 0;
  #patience: NodeJS.Timeout | null = null;
  #ended = false;

  constructor(size: TerminalSize, scrollback: number, events: LiveEvents) {
    this.#events = events;
    this.#screen = new Screen(size, scrollback, {
      ...events,
      answer: (text) => this.#answer(text),
      clipboard: (text) => this.#offerClipboard(text),
      now: () => events.now(),
    });
    this.output = new Output(this.#screen, size, () => this.#flow());
  }

  /** From now on it shows this shell. Its output ends with the shell, or with `detach`. */
  attach(shell: OpenShell): void {
    this.#shell = shell;
    this.#started.resolve();
    this.#flows = true;
    shell.output.on('data', (bytes: Buffer) => {
      if (this.#shell === shell && !this.#ended) this.#take(bytes);
    });
    shell.output.on('error', () => undefined); // `exited` says why
    shell.input.on('error', () => undefined);
    this.#flow();
  }

  /** All that the shell has put out is taken in; typing goes nowhere until there is another one. */
  async detach(): Promise<void> {
    const shell = this.#shell;
    if (shell === null) return;
    await drained(shell);
    this.#shell = null;
    await this.output.catchUp();
  }

  /** A line of our own on the screen, below what is there. Modes that the last program has left are put back. */
  say(text: string): void {
    const back = this.#screen.isOther ? '\x1b[?1049l' : '';
    this.#take(Buffer.from(`${back}${calm}\r\n\x1b[2m${text}\x1b[0m\r\n`));
  }

  resize(size: TerminalSize): void {
    const { cols, rows } = this.output.size;
    if (size.cols === cols && size.rows === rows) return;
    this.output.resize(size);
    this.#shell?.resize(size);
    for (const viewer of this.#viewers) viewer.wake();
  }

  async text(): Promise<string> {
    await this.output.catchUp();
    return this.#screen.text();
  }

  async marks(): Promise<CommandMark[]> {
    await this.output.catchUp();
    return this.#screen.marks();
  }

  /** What a viewer is sent, from byte `offset` on where that is kept; what it sends is typed. Ends with the terminal. */
  async *view(from: ViewFrom, context: BytesContext): AsyncGenerator<BytePiece<'terminal'>> {
    const watched = {
      output: this.output,
      moved: () => this.#flow(),
      settled: () => this.#interrupts.settled(),
    };
    const viewer = new Viewer(watched, context, from);
    if (this.#ended) viewer.end();
    this.#viewers.add(viewer);
    if (context.input !== undefined) void this.#read(viewer, context.input(inputBytes));
    try {
      yield* viewer.pieces();
    } finally {
      this.#viewers.delete(viewer);
      this.#flow();
    }
  }

  /** Types, as if a viewer had. Resolves when the shell takes more. */
  async type(bytes: Uint8Array): Promise<void> {
    // Keys are not lost while the first shell starts; what is typed at a lost one never reaches the next.
    await this.#started.promise;
    const shell = this.#shell;
    if (shell === null || shell.input.destroyed || !shell.input.writable) return;
    if (isInterrupt(bytes)) this.#interrupt();
    if (shell.input.write(bytes)) return;
    await new Promise<void>((resolve) => {
      shell.input.once('drain', resolve);
      shell.input.once('close', resolve);
      shell.exited.then(
        () => resolve(),
        () => resolve(),
      );
    });
  }

  /** No more viewers, no more output. The shell is whoever's who attached it. */
  end(): void {
    this.#ended = true;
    this.#started.resolve();
    if (this.#patience !== null) clearTimeout(this.#patience);
    for (const viewer of this.#viewers) viewer.end();
    this.output.close();
    this.#screen.dispose();
  }

  #take(bytes: Uint8Array): void {
    this.output.append(bytes);
    this.#interrupts.took();
    for (const viewer of this.#viewers) viewer.take(bytes);
    this.#flow();
  }

  async #read(viewer: Viewer, input: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const bytes of input) {
      this.#typed += 1;
      viewer.lastTyped = this.#typed;
      await this.type(bytes);
    }
  }

  #interrupt(): void {
    this.#interrupts.typed();
    for (const viewer of this.#viewers) viewer.interrupted();
    this.#flow();
  }

  /** A program that asks and never reads the answers gets no more of them. */
  #answer(text: string): void {
    const input = this.#shell?.input;
    if (input?.writable && input.writableLength < inputBytes) input.write(text);
  }

  #offerClipboard(text: string): void {
    if (!this.#events.mayOfferClipboard()) return;
    let last: Viewer | null = null;
    for (const viewer of this.#viewers)
      if (last === null || viewer.lastTyped >= last.lastTyped) last = viewer;
    last?.offerClipboard(text);
  }

  /** Reads the shell while what is unread or unsent is little. */
  #flow(): void {
    if (this.#shell === null || this.#ended) return;
    const flows = this.output.hasRoom && !this.#isHeld();
    if (flows === this.#flows) return;
    this.#flows = flows;
    if (flows) this.#shell.output.resume();
    else this.#shell.output.pause();
  }

  #isHeld(): boolean {
    const ahead = this.#furthest();
    const behind = ahead === null ? 0 : this.output.end - ahead;
    const held = behind > (this.#flows ? windowBytes : windowBytes / 2) && !this.#interrupts.areRecent;
    if (held && ahead !== null) this.#patience ??= setTimeout(() => this.#lookAgain(ahead), patienceMs);
    else if (this.#patience !== null) {
      clearTimeout(this.#patience);
      this.#patience = null;
    }
    return held;
  }

  #lookAgain(ahead: number): void {
    this.#patience = null;
    if ((this.#furthest() ?? ahead) - ahead < leastBytes)
      for (const viewer of this.#viewers) viewer.isSlow = true;
    this.#flow();
  }

  /** How far the viewer has come that is ahead of the others; null: there is none to wait for. */
  #furthest(): number | null {
    let furthest: number | null = null;
    for (const { isSlow, offset } of this.#viewers)
      if (!isSlow && offset > (furthest ?? -1)) furthest = offset;
    return furthest;
  }
}

/** No margins, plain style, plain keys, visible cursor, no mouse: as a new shell expects it. */
const calm = '\x1b[!p\x1b[0m\x1b[?1;9;45;1000;1002;1003;1004;1006;1016;2004l\x1b[?7;25h\x1b>\x1b(B\x0f';

/** All of an ended shell's output has been read, or cannot be. */
function drained({ output }: OpenShell): Promise<void> {
  if (output.readableEnded || output.destroyed || output.errored !== null) return Promise.resolve();
  output.resume();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    // A lost connection may leave it open for ever.
    const timer = setTimeout(done, 2_000);
    output.once('end', done);
    output.once('close', done);
  });
}
