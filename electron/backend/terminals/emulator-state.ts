import type { Emulator } from './xterm.ts';

/** Colours and flags of a cell or of the cursor, as xterm packs them. */
export interface Style {
  fg: number;
  bg: number;
  /** `_ext`: without the dashes that xterm draws below links. */
  extended: { _ext: number; underlineColor: number; urlId: number };
  hasExtendedAttrs(): number;
  isBold(): number;
  isDim(): number;
  isItalic(): number;
  isBlink(): number;
  isInverse(): number;
  isInvisible(): number;
  isStrikethrough(): number;
  isOverline(): number;
  getFgColorMode(): number;
  getBgColorMode(): number;
  getFgColor(): number;
  getBgColor(): number;
}

/** In a cell's `bg`: it has more than colours and flags (a link, a kind of underline). */
export const extended = 0x10000000;

export interface Cell extends Style {
  getChars(): string;
  getWidth(): number;
}

export interface Line {
  isWrapped: boolean;
  length: number;
  loadCell(column: number, into: Cell): Cell;
  /** Behind its last cell that has text or a background. */
  getNoBgTrimmedLength(): number;
  getFg(column: number): number;
  getBg(column: number): number;
  getWidth(column: number): number;
  hasContent(column: number): number;
  translateToString(trimRight: boolean, startColumn: number, endColumn: number): string;
}

export interface Buffer {
  x: number;
  y: number;
  ybase: number;
  scrollTop: number;
  scrollBottom: number;
  savedX: number;
  savedY: number;
  savedCurAttrData: Style;
  savedCharset?: Charset;
  tabs: Record<string, boolean>;
  lines: { length: number; get(index: number): Line | undefined };
}

export type Charset = Record<string, string> | undefined;

/** What xterm knows and its API does not tell. The version is pinned; a test sees that all of it is still where it was. */
interface Inside {
  buffer: Buffer;
  buffers: { normal: Buffer; alt: Buffer };
  coreService: {
    isCursorHidden: boolean;
    decPrivateModes: { cursorStyle?: 'block' | 'underline' | 'bar'; cursorBlink?: boolean };
  };
  coreMouseService: { activeEncoding: string };
  _charsetService: { glevel: number; charset?: Charset; _charsets: Charset[] };
  _oscLinkService: { getLinkData(id: number): { id?: string; uri: string } | undefined };
  _inputHandler: {
    _curAttrData: Style;
    _parser: { currentState: number };
    _utf8Decoder: { interim: Uint8Array };
  };
}

export const inside = (emulator: Emulator): Inside => (emulator as unknown as { _core: Inside })._core;

/** A cell to load others into. */
export const emptyCell = (emulator: Emulator): Cell =>
  emulator.buffer.active.getNullCell() as unknown as Cell;

/** What it has read in part; null: all that it knows is in its screen and its modes. */
export function unfinished(emulator: Emulator): 'sequence' | 'character' | null {
  const { _parser, _utf8Decoder } = inside(emulator)._inputHandler;
  if (_utf8Decoder.interim[0] !== 0) return 'character';
  return _parser.currentState === 0 ? null : 'sequence';
}

/** Whether each line end at the bottom moves the whole screen up by one line into the scrollback. */
export function scrollsWhole(emulator: Emulator): boolean {
  const { buffer } = inside(emulator);
  return (
    emulator.buffer.active.type === 'normal' &&
    buffer.scrollTop === 0 &&
    buffer.scrollBottom === emulator.rows - 1 &&
    !emulator.modes.originMode
  );
}
