import type { CommandMark, TerminalSize } from '#shared/domain/terminal.ts';
import { scrollsWhole, unfinished } from './emulator-state.ts';
import { Marks } from './marks.ts';
import { cleanTitle, clipboardText, directoryOfUrl, shellMark } from './sequences.ts';
import { snapshotOf } from './snapshot.ts';
import { type Emulator, HeadlessTerminal, Unicode11Addon } from './xterm.ts';

/** What the output of programs asks for besides being shown. */
export interface ScreenEvents {
  /** What the emulator answers to a program's question: to be typed into the shell. */
  answer(text: string): void;
  title(title: string): void;
  directory(path: string): void;
  clipboard(text: string): void;
  now(): number;
  /** Whether the user looks at light colours; told to programs that ask. */
  isLight(): boolean;
}

/** More than this nobody puts on the clipboard by an escape sequence. */
const clipboardBytes = 100_000;

/** A terminal's screen and scrollback, kept by a headless xterm. It is the one that answers to programs. */
export class Screen {
  readonly #emulator: Emulator;
  readonly #marks: Marks;

  constructor(size: TerminalSize, scrollback: number, events: ScreenEvents) {
    this.#emulator = new HeadlessTerminal({ ...size, scrollback, allowProposedApi: true, logLevel: 'off' });
    this.#emulator.loadAddon(new Unicode11Addon());
    this.#emulator.unicode.activeVersion = '11';
    this.#marks = new Marks(this.#emulator, () => events.now());
    this.#emulator.onData((text) => events.answer(text));
    this.#listen(events);
    // xterm makes this when it is first asked for, and complains where that is after its end.
    void this.#emulator.buffer;
  }

  /** Resolves when it is read. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#emulator.write(bytes, resolve));
  }

  resize({ cols, rows }: TerminalSize): void {
    this.#emulator.resize(cols, rows);
  }

  get size(): TerminalSize {
    return { cols: this.#emulator.cols, rows: this.#emulator.rows };
  }

  /** Whether a program has the whole screen to itself (the alternate one). */
  get isOther(): boolean {
    return this.#emulator.buffer.active.type === 'alternate';
  }

  /** What has been read in part, so that a snapshot of now does not hold it. */
  get unfinished(): 'sequence' | 'character' | null {
    return unfinished(this.#emulator);
  }

  /** So many lines of plain text push out all that is there now; null: as it stands, they do not. */
  get linesToForgetAll(): number | null {
    if (this.unfinished !== null || !scrollsWhole(this.#emulator)) return null;
    return (this.#emulator.options.scrollback ?? 0) + 2 * this.#emulator.rows + 1;
  }

  /** What brings a fresh emulator of the same size to the same state; `above`: see snapshotOf. */
  snapshot(above?: number): Uint8Array {
    return Buffer.from(snapshotOf(this.#emulator, above));
  }

  /** Scrollback and screen as text, wrapped lines joined, without what is empty at the end. */
  text(): string {
    const buffer = this.#emulator.buffer.active;
    let text = '';
    for (let at = 0; at < buffer.length; at++) {
      const line = buffer.getLine(at);
      const goesOn = buffer.getLine(at + 1)?.isWrapped ?? false;
      text += `${line?.translateToString(!goesOn) ?? ''}${goesOn ? '' : '\n'}`;
    }
    return text.replace(/\n+$/, '\n');
  }

  marks(): CommandMark[] {
    return this.#marks.list();
  }

  dispose(): void {
    this.#emulator.dispose();
  }

  #listen(events: ScreenEvents): void {
    const { parser } = this.#emulator;
    const title = (data: string) => {
      events.title(cleanTitle(data));
      return true;
    };
    parser.registerOscHandler(0, title);
    parser.registerOscHandler(2, title);
    parser.registerOscHandler(7, (data) => {
      const path = directoryOfUrl(data);
      if (path !== null) events.directory(path);
      return true;
    });
    parser.registerOscHandler(52, (data) => {
      const text = clipboardText(data, clipboardBytes);
      if (text !== null) events.clipboard(text);
      return true;
    });
    const mark = (data: string) => {
      const told = shellMark(data);
      if (told?.kind === 'directory') events.directory(told.path);
      else if (told !== null) this.#marks.take(told);
      return true;
    };
    parser.registerOscHandler(133, mark);
    parser.registerOscHandler(633, mark);
    // Text and background: programs choose their colours by them.
    for (const [identifier, light, dark] of [
      [10, '1f1f', 'd4d4'],
      [11, 'ffff', '1515'],
    ] as const)
      parser.registerOscHandler(identifier, (data) => {
        if (data !== '?') return false;
        const part = events.isLight() ? light : dark;
        events.answer(`\x1b]${identifier};rgb:${part}/${part}/${part}\x1b\\`);
        return true;
      });
  }
}
