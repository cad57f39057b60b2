import type { Emulator } from './xterm.ts';

/** Colours and flags of a cell or of the cursor, as xterm packs them. */
export interface Style {
  fg: number;
  bg: number;
  isBold(): number;
  isDim(): number;
  isItalic(): number;
  isUnderline(): number;
  isBlink(): number;
  isInverse(): number;
  isInvisible(): number;
  isStrikethrough(): number;
  isOverline(): number;
  isFgRGB(): boolean;
  isBgRGB(): boolean;
  isFgPalette(): boolean;
  isBgPalette(): boolean;
  getFgColor(): number;
  getBgColor(): number;
}

type Charset = Record<string, string> | undefined;

/** What xterm knows and its API does not tell. The version is pinned; a test sees that all of it is still where it was. */
interface Inside {
  buffer: {
    x: number;
    y: number;
    ybase: number;
    scrollTop: number;
    scrollBottom: number;
    savedX: number;
    savedY: number;
    savedCurAttrData: Style;
    tabs: Record<string, boolean>;
  };
  coreService: {
    isCursorHidden: boolean;
    decPrivateModes: { cursorStyle?: 'block' | 'underline' | 'bar'; cursorBlink?: boolean };
  };
  coreMouseService: { activeEncoding: string };
  _charsetService: { glevel: number; _charsets: Charset[] };
  _inputHandler: {
    _curAttrData: Style;
    _parser: { currentState: number };
    _utf8Decoder: { interim: Uint8Array };
  };
}

export const inside = (emulator: Emulator): Inside => (emulator as unknown as { _core: Inside })._core;

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

/** The SGR sequence that sets exactly this style. */
export function sgr(style: Style): string {
  const codes: (number | string)[] = [0];
  if (style.isBold()) codes.push(1);
  if (style.isDim()) codes.push(2);
  if (style.isItalic()) codes.push(3);
  if (style.isUnderline()) codes.push(4);
  if (style.isBlink()) codes.push(5);
  if (style.isInverse()) codes.push(7);
  if (style.isInvisible()) codes.push(8);
  if (style.isStrikethrough()) codes.push(9);
  if (style.isOverline()) codes.push(53);
  if (style.isFgRGB()) codes.push(`38;2;${rgb(style.getFgColor())}`);
  else if (style.isFgPalette()) codes.push(`38;5;${style.getFgColor()}`);
  if (style.isBgRGB()) codes.push(`48;2;${rgb(style.getBgColor())}`);
  else if (style.isBgPalette()) codes.push(`48;5;${style.getBgColor()}`);
  return `\x1b[${codes.join(';')}m`;
}

const rgb = (colour: number): string => `${(colour >> 16) & 255};${(colour >> 8) & 255};${colour & 255}`;
