import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { type ITerminalOptions, Terminal } from '@xterm/xterm';
import type { OpenedStream, StreamHandlers } from '#renderer/rpc/index.ts';
import type { Settings } from '#shared/domain/settings.ts';
import type { TerminalSize } from '#shared/domain/terminal.ts';
import { silenceAnswers } from '#shared/domain/terminal-answers.ts';
import { isInterrupt } from '#shared/domain/terminal-interrupts.ts';
import type { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { Flood } from './flood.ts';
import { followsLink, type LinkHost, registerFileLinks } from './link-providers.ts';
import { CommandMarks, type SayCommand } from './marks.ts';
import { ParseQueue } from './parse-queue.ts';
import { asPasted } from './paste.ts';
import { withMadeSheets } from './style-sheets.ts';
import type { TerminalSource } from './terminal-source.ts';
import { leastContrast, themeFor } from './themes.ts';

export type TerminalLook = Pick<
  Settings,
  | 'terminalFontSize'
  | 'terminalScrollback'
  | 'terminalTheme'
  | 'terminalCursor'
  | 'terminalCursorBlink'
  | 'terminalCopyOnSelect'
>;

/** What a screen tells the pane around it. */
export interface ScreenHost extends LinkHost {
  /** Typed or pasted here. */
  typed(bytes: Uint8Array): void;
  /** Whose a key is. The browser's own is pasting: it alone may always read the clipboard. */
  key(event: KeyboardEvent): 'terminal' | 'app' | 'browser';
  clipboard(text: string): void;
  bell(): void;
  ended(error: TrainyardError | null): void;
  connected(connected: boolean): void;
  /** The size that all see, and the one that would fit here. */
  sized(shown: TerminalSize, fits: TerminalSize): void;
  marksChanged(): void;
  selected(): void;
  sayCommand: SayCommand;
}

const font =
  '"JetBrains Mono Variable", "JetBrains Mono", ui-monospace, "Cascadia Mono", Menlo, "Noto Sans Mono CJK SC", monospace';
const encoder = new TextEncoder();
/** After a flood was ended: so many lines above the screen at once, and all of them when nothing has come for so long. */
const jumpLines = 200;
const pauseMs = 400;

export function optionsFor(look: TerminalLook, reader: boolean): ITerminalOptions {
  const { name, theme } = themeFor(look.terminalTheme, document.documentElement.dataset.theme);
  return {
    allowProposedApi: true,
    fontFamily: font,
    fontSize: look.terminalFontSize,
    lineHeight: 1.15,
    scrollback: look.terminalScrollback,
    cursorStyle: look.terminalCursor,
    cursorBlink: look.terminalCursorBlink && !matchMedia('(prefers-reduced-motion: reduce)').matches,
    theme,
    minimumContrastRatio: leastContrast(name),
    macOptionIsMeta: true,
    screenReaderMode: reader,
    overviewRuler: { width: 10 },
  };
}

/** One terminal on the screen: the emulator, what belongs to it, and its stream while it is shown. */
export class Screen {
  readonly terminal: Terminal;
  readonly search = new SearchAddon({ highlightLimit: 2000 });
  readonly marks: CommandMarks;
  readonly #fit = new FitAddon();
  readonly #host: ScreenHost;
  readonly #source: TerminalSource;
  readonly #observer: ResizeObserver;
  readonly #queue: ParseQueue;
  readonly #flood = new Flood();
  #stream: OpenedStream | null = null;
  #shown: TerminalSize | null = null;
  #asked: TerminalSize | null = null;
  #snapshotBytes = 0;
  /** A snapshot is to come, of this size. */
  #anew: TerminalSize | null = null;
  #tookAt = 0;
  /** Until all of the scrollback is fetched. */
  #pause: ReturnType<typeof setTimeout> | null = null;
  /** So many lines up, where it is drawn anew without anything having happened. */
  #scrolled = 0;
  #disposed = false;

  constructor(source: TerminalSource, look: TerminalLook, reader: boolean, host: ScreenHost) {
    this.#source = source;
    this.#host = host;
    this.terminal = new Terminal({
      ...optionsFor(look, reader),
      linkHandler: {
        activate: (event, url) => {
          if (followsLink(event)) host.openUrl(url);
        },
        hover: (_event, url) => host.hover(url),
        leave: () => host.hover(null),
      },
    });
    const { terminal } = this;
    this.#queue = new ParseQueue((bytes, parsed) => terminal.write(bytes, parsed));
    silenceAnswers(terminal.parser);
    this.marks = new CommandMarks(terminal, host.sayCommand, host.marksChanged);
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(this.search);
    terminal.loadAddon(new Unicode11Addon());
    terminal.unicode.activeVersion = '11';
    terminal.loadAddon(
      new WebLinksAddon(
        (event, url) => {
          if (followsLink(event)) host.openUrl(url);
        },
        { hover: (_event, url) => host.hover(url), leave: () => host.hover(null) },
      ),
    );
    registerFileLinks(terminal, host);
    // Titles and the clipboard are the backend's to decide on.
    for (const code of [0, 1, 2, 52]) terminal.parser.registerOscHandler(code, () => true);
    terminal.attachCustomKeyEventHandler((event) => {
      const whose = event.type === 'keydown' ? host.key(event) : 'terminal';
      if (whose === 'terminal') return true;
      if (whose === 'browser') return false;
      event.preventDefault();
      event.stopPropagation();
      return false;
    });
    terminal.onData((data) => host.typed(encoder.encode(data)));
    terminal.onBinary((data) => host.typed(Uint8Array.from(data, (character) => character.charCodeAt(0))));
    terminal.onBell(host.bell);
    terminal.onSelectionChange(host.selected);
    this.#observer = new ResizeObserver(() => this.fit());
  }

  /** Draws into `parent` and begins to follow what is shown in it. */
  async open(parent: HTMLElement): Promise<void> {
    // Its width is measured once: with the font that it will have.
    await document.fonts.load(`13px ${font}`).catch(() => undefined);
    if (this.#disposed) return;
    parent.style.backgroundColor = this.terminal.options.theme?.background ?? '';
    withMadeSheets(() => this.terminal.open(parent));
    this.#drawWithGraphics();
    this.#observer.observe(parent);
    this.fit();
    this.attach();
  }

  /** The size that fills the place it has. */
  get fits(): TerminalSize | null {
    const size = this.#fit.proposeDimensions();
    if (!size || Number.isNaN(size.cols) || Number.isNaN(size.rows)) return null;
    return { cols: Math.min(1000, Math.max(2, size.cols)), rows: Math.min(500, Math.max(1, size.rows)) };
  }

  /** Asks for the size that fits here; `mine`: also where another window has chosen another since. */
  fit(mine = false): void {
    const fits = this.fits;
    if (!fits || this.#disposed) return;
    this.#tellSize(fits);
    const asked = this.#asked;
    const unchanged = asked !== null && sameSize(asked, fits);
    const right = this.#shown !== null && sameSize(this.#shown, fits);
    if (document.visibilityState !== 'visible' || right || (unchanged && !mine)) {
      if (right) this.#asked = fits;
      return;
    }
    this.#asked = fits;
    // It may be gone, or out of reach for now: the next look asks again.
    this.#source.resize(fits).catch(() => {
      this.#asked = null;
    });
  }

  /** Follows it anew. With `above`, so many lines above the screen for now, and all when its output has paused. */
  attach(above?: number): void {
    this.#stream?.close();
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#pause = above === undefined ? null : setTimeout(() => this.#paused(), pauseMs);
    const handlers: StreamHandlers<'terminal'> = {
      onInfo: (info) => {
        if (info.clipboard !== undefined) this.#host.clipboard(info.clipboard);
        this.#takeInfo(info.snapshotBytes, info.size);
      },
      onBytes: (bytes, offset) => this.#take(bytes, offset),
      onEnd: (error) => {
        this.#stream = null;
        this.#host.ended(error);
      },
      onConnected: (connected) => this.#host.connected(connected),
    };
    this.#stream = this.#source.open(handlers, above);
  }

  send(bytes: Uint8Array): void {
    const stream = this.#stream;
    if (stream === null) return;
    const sent = stream.send(bytes);
    const isFlooded = this.#queue.waitingBytes > 0 || this.#flood.isOn(performance.now());
    if (isInterrupt(bytes) && isFlooded)
      void sent.then(() => {
        if (this.#stream === stream) this.#jump();
      });
  }

  /** Leaves out what still comes of a flood that was ended: the backend sends the screen as it is then, with its prompt. */
  #jump(): void {
    this.#queue.drop();
    this.attach(jumpLines);
  }

  /** What is scrolled back to is fetched once nothing else is to be done, and nothing that is marked would be lost by it. */
  #paused(): void {
    if (this.#stream === null) return;
    const again = Math.max(
      pauseMs - (performance.now() - this.#tookAt),
      this.terminal.hasSelection() ? pauseMs : 0,
    );
    if (again > 0) {
      this.#pause = setTimeout(() => this.#paused(), again);
      return;
    }
    const { baseY, viewportY } = this.terminal.buffer.active;
    this.#scrolled = baseY - viewportY;
    this.attach();
  }

  paste(text: string): void {
    this.terminal.clearSelection();
    this.terminal.scrollToBottom();
    this.#host.typed(encoder.encode(asPasted(text, this.terminal.modes.bracketedPasteMode)));
  }

  setLook(look: TerminalLook, reader: boolean): void {
    const { linkHandler: _, ...options } = optionsFor(look, reader);
    Object.assign(this.terminal.options, options);
    const place = this.terminal.element?.parentElement;
    if (place) place.style.backgroundColor = options.theme?.background ?? '';
    this.fit();
  }

  /** Scrolls to the prompt above or below what is shown at the top. */
  jump(by: -1 | 1): void {
    const { active } = this.terminal.buffer;
    const lines = this.marks.commands.map(({ marker }) => marker.line).filter((line) => line >= 0);
    const here = active.viewportY;
    const target =
      by < 0
        ? lines.findLast((line) => line < here)
        : lines.find((line) => line > here && line <= active.baseY);
    if (target === undefined) {
      if (by > 0) this.terminal.scrollToBottom();
      return;
    }
    this.terminal.scrollToLine(target);
  }

  dispose(): void {
    this.#disposed = true;
    this.#observer.disconnect();
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#stream?.close();
    this.#stream = null;
    withMadeSheets(() => this.terminal.dispose());
  }

  #takeInfo(snapshotBytes: number, size: TerminalSize): void {
    this.#snapshotBytes = snapshotBytes;
    this.#anew = snapshotBytes > 0 ? size : null;
    // All of it is drawn anew: what waits to be parsed would only stand before it.
    if (this.#anew !== null) this.#queue.drop();
    // In line with the bytes: what came before is still drawn as it was meant.
    else this.#queue.inLine((inLine) => inLine && this.#takeSize(size));
  }

  #takeSize(size: TerminalSize): void {
    if (this.#disposed) return;
    this.#shown = size;
    if (this.terminal.cols !== size.cols || this.terminal.rows !== size.rows) {
      this.terminal.resize(size.cols, size.rows);
    }
    const fits = this.fits;
    if (fits) this.#tellSize(fits);
    if (this.#asked === null) this.fit();
  }

  /** With the first of what is drawn anew, and not before: no frame is spent on an empty screen. */
  #begin(size: TerminalSize): void {
    this.#anew = null;
    this.#queue.inLine((inLine) => {
      if (this.#disposed || !inLine) return;
      this.marks.clear();
      this.terminal.reset();
      this.#takeSize(size);
    });
  }

  #take(bytes: Uint8Array, offset: number): Promise<void> {
    const ofSnapshot = offset < 0;
    if (!ofSnapshot) this.#flood.took(bytes.byteLength, this.#tookAt);
    this.#tookAt = performance.now();
    if (this.#anew !== null) this.#begin(this.#anew);
    if (ofSnapshot) this.#snapshotBytes -= bytes.byteLength;
    const last = ofSnapshot && this.#snapshotBytes <= 0;
    return new Promise((parsed) =>
      this.#queue.add(bytes, (inBuffer) => {
        parsed();
        if (last && inBuffer) this.#isWhole();
      }),
    );
  }

  /** A snapshot is in the buffer. */
  #isWhole(): void {
    if (this.#scrolled > 0) this.terminal.scrollLines(-this.#scrolled);
    this.#scrolled = 0;
    // Marks are told by their line among all: with only some of them they come when all are there.
    if (this.#pause === null) this.#takeMarks();
  }

  #takeMarks(): void {
    this.#source
      .marks()
      .then((marks) => {
        if (!this.#disposed) this.marks.replace(marks);
      })
      // Signs beside the prompts are a help, nothing is lost without them.
      .catch((thrown: unknown) => console.info('The marks of a terminal:', thrown));
  }

  #tellSize(fits: TerminalSize): void {
    if (this.#shown) this.#host.sized(this.#shown, fits);
  }

  /** With WebGL where there is some; without it, or when it is lost, the page's own elements do. */
  #drawWithGraphics(): void {
    try {
      const webgl = new WebglAddon();
      webgl.onContextLoss(() => withMadeSheets(() => webgl.dispose()));
      withMadeSheets(() => this.terminal.loadAddon(webgl));
    } catch (thrown) {
      console.info('Terminals are drawn without WebGL:', thrown);
    }
  }
}

export const sameSize = (a: TerminalSize, b: TerminalSize): boolean => a.cols === b.cols && a.rows === b.rows;
