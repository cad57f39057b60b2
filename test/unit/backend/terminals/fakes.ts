import { PassThrough } from 'node:stream';
import type { BytePiece } from '#backend/bytes/index.ts';
import type { OpenShell } from '#backend/processes/index.ts';
import { inside, type Style } from '#backend/terminals/emulator-state.ts';
import type { LiveTerminal } from '#backend/terminals/live-terminal.ts';
import type { ViewFrom } from '#backend/terminals/viewer.ts';
import { type Emulator, HeadlessTerminal, Unicode11Addon } from '#backend/terminals/xterm.ts';
import type { TerminalSize } from '#shared/domain/terminal.ts';

/** A shell whose output the test writes and whose input the test reads. */
export class FakeShell implements OpenShell {
  readonly input = new PassThrough();
  readonly output = new PassThrough();
  readonly sizes: TerminalSize[] = [];
  readonly #exit = Promise.withResolvers<{ exitCode: number | null; signal: string | null }>();
  readonly exited = this.#exit.promise;
  killed = false;
  typed = '';

  constructor() {
    this.exited.catch(() => undefined);
    this.input.setEncoding('latin1').on('data', (text: string) => {
      this.typed += text;
    });
  }
  resize(size: TerminalSize): void {
    this.sizes.push(size);
  }
  exit(exitCode: number | null, signal: string | null = null): void {
    this.output.end();
    this.#exit.resolve({ exitCode, signal });
  }
  lose(error: Error): void {
    this.#exit.reject(error);
    this.output.destroy();
  }
  kill(): void {
    this.killed = true;
    this.exit(null, 'SIGHUP');
  }
}

export function emulator(size: TerminalSize, scrollback: number): Emulator {
  const made = new HeadlessTerminal({ ...size, scrollback, allowProposedApi: true, logLevel: 'off' });
  made.loadAddon(new Unicode11Addon());
  made.unicode.activeVersion = '11';
  return made;
}

export const written = (to: Emulator, bytes: Uint8Array | string): Promise<void> =>
  new Promise((resolve) => to.write(bytes, resolve));

/** By the program's wish; xterm also underlines what stands in a link, even one it has forgotten. */
const underlined = (cell: object): number => ((cell as Style).fg & 0x10000000 ? 1 : 0);

/** All that can be seen of an emulator, and its modes. */
export function shown(of: Emulator): unknown {
  const buffer = of.buffer.active;
  const cell = buffer.getNullCell();
  // xterm may keep lines above the other screen, after it was made smaller; they are never shown.
  const first = buffer.type === 'alternate' ? buffer.baseY : 0;
  const lines = Array.from({ length: buffer.length - first }, (_, y) => {
    const line = buffer.getLine(first + y);
    const styles = Array.from({ length: of.cols }, (__, x) => {
      line?.getCell(x, cell);
      const chars = cell.getWidth() === 2 && x === of.cols - 1 ? '' : cell.getChars();
      const flags = `${cell.isBold()}${cell.isItalic()}${cell.isInverse()}${underlined(cell)}`;
      const back = cell.isBgDefault() ? '' : `<${cell.getBgColorMode()}:${cell.getBgColor()}>`;
      if (chars === '' || chars === ' ') return `${back} `;
      const front = cell.isFgDefault() ? '' : `{${cell.getFgColorMode()}:${cell.getFgColor()}}`;
      return `${back}${front}${flags === '0000' ? '' : `(${flags})`}${chars}`;
    });
    return `${line?.isWrapped} ${styles.join('').trimEnd()}`;
  });
  return {
    size: `${of.cols}x${of.rows}`,
    type: buffer.type,
    cursor: `${buffer.cursorX},${buffer.cursorY}`,
    hidden: inside(of).coreService.isCursorHidden,
    modes: { ...of.modes },
    lines,
  };
}

/** A window: an emulator fed by a stream as the page feeds its own. */
export class FakeViewer {
  readonly emulator: Emulator;
  readonly #live: LiveTerminal;
  #abort = new AbortController();
  #reading: Promise<void> = Promise.resolve();
  offset = -1;
  /** Of a snapshot, what has not come yet. */
  #ofSnapshot = 0;
  snapshots = 0;
  /** All that it was sent. */
  bytes = 0;
  clipboards: string[] = [];
  /** Set: it takes nothing until the promise resolves. */
  gate: Promise<void> | null = null;
  #type: ((bytes: Uint8Array) => void) | null = null;

  constructor(live: LiveTerminal, scrollback: number) {
    this.#live = live;
    this.emulator = emulator({ cols: 80, rows: 24 }, scrollback);
  }

  /** Whether it shows all up to this byte. */
  has(end: number): boolean {
    return this.offset === end && this.#ofSnapshot === 0;
  }

  attach(from = this.offset, above?: number): void {
    this.#abort = new AbortController();
    this.#reading = this.#read({ offset: from, above }, this.#abort.signal);
  }

  /** As a cut does: it keeps what it has, and where it was. */
  async detach(): Promise<void> {
    this.#abort.abort();
    await this.#reading;
  }

  type(text: string): void {
    this.#type?.(Buffer.from(text));
  }

  async #read(from: ViewFrom, signal: AbortSignal): Promise<void> {
    const input = this.#input(signal);
    this.#ofSnapshot = 0;
    // A snapshot that was cut is worth nothing: another one, as the page asks for.
    signal.addEventListener('abort', () => {
      if (this.#ofSnapshot > 0) this.offset = -1;
    });
    for await (const piece of this.#live.view(from, {
      actor: { name: 'test', role: 'owner' },
      signal,
      input: () => input,
    })) {
      if (this.gate !== null) await this.gate;
      if (signal.aborted) return;
      if ('info' in piece) {
        this.#ofSnapshot = await this.#info(piece);
        continue;
      }
      this.bytes += piece.bytes.byteLength;
      await written(this.emulator, piece.bytes);
      const taken = Math.min(this.#ofSnapshot, piece.bytes.byteLength);
      this.#ofSnapshot -= taken;
      this.offset += piece.bytes.byteLength - taken;
    }
  }

  async #info(piece: BytePiece<'terminal'>): Promise<number> {
    if (!('info' in piece)) return 0;
    const { snapshotBytes, size, offset, clipboard } = piece.info;
    if (clipboard !== undefined) this.clipboards.push(clipboard);
    this.offset = offset;
    if (snapshotBytes > 0) {
      this.snapshots += 1;
      this.emulator.reset();
    }
    this.emulator.resize(size.cols, size.rows);
    return snapshotBytes;
  }

  async *#input(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const waiting: Uint8Array[] = [];
    let wake: () => void = () => undefined;
    this.#type = (bytes) => {
      waiting.push(bytes);
      wake();
    };
    signal.addEventListener('abort', () => wake(), { once: true });
    while (!signal.aborted) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
}

export const quietEvents = {
  now: () => 0,
  title: () => undefined,
  directory: () => undefined,
  isLight: () => false,
  mayOfferClipboard: () => true,
};
