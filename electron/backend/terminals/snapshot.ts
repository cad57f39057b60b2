import { type Buffer, type Charset, emptyCell, inside, type Style } from './emulator-state.ts';
import { linesOf } from './lines.ts';
import { linkTo } from './links.ts';
import { sgr } from './sgr.ts';
import type { Emulator } from './xterm.ts';

/**
 * All that a fresh emulator of the same size must be fed to show the same and to go on in the same way: scrollback, screen,
 * colours, links, margins, tab stops, the saved cursor, character sets, modes, and a line that is full to its last column.
 * With `above`, of the scrollback only about so many of its last lines.
 */
export function snapshotOf(emulator: Emulator, above = Number.POSITIVE_INFINITY): string {
  const { buffers, buffer, _inputHandler } = inside(emulator);
  const other = emulator.buffer.active.type === 'alternate';
  return [
    bufferOf(emulator, buffers.normal, above),
    // Cleared in plain style; the cursor comes with it.
    other ? `\x1b[?1047h\x1b[H${bufferOf(emulator, buffers.alt, above)}` : '',
    cursor(emulator, buffer),
    pen(emulator, _inputHandler._curAttrData),
    charsets(emulator),
    modes(emulator),
  ].join('');
}

function bufferOf(emulator: Emulator, buffer: Buffer, above: number): string {
  const first = firstLine(emulator, buffer, above);
  // Where a cursor was saved counts from the oldest line: it is saved anew when that line is the last there is.
  const saved = {
    line: Math.max(first, Math.min(buffer.savedY, buffer.lines.length - 1)),
    text: savedCursor(emulator, buffer),
  };
  return `${linesOf(emulator, buffer, first, saved)}${tabStops(emulator, buffer)}${margins(emulator, buffer)}`;
}

/** A line is begun where it begins, not where it was wrapped. */
function firstLine({ rows }: Emulator, { lines }: Buffer, above: number): number {
  let first = Math.max(0, lines.length - rows - above);
  while (first > 0 && lines.get(first)?.isWrapped) first -= 1;
  return first;
}

function tabStops({ cols }: Emulator, { tabs }: Buffer): string {
  const wanted = Object.keys(tabs)
    .filter((column) => tabs[column])
    .map(Number)
    .filter((column) => column < cols);
  if (wanted.every((column) => column % 8 === 0) && wanted.length === Math.ceil(cols / 8)) return '';
  return `\x1b[3g${wanted.map((column) => `\x1b[${column + 1}G\x1bH`).join('')}`;
}

function margins({ rows }: Emulator, { scrollTop, scrollBottom }: Buffer): string {
  if (scrollTop === 0 && scrollBottom === rows - 1) return '';
  return `\x1b[${scrollTop + 1};${scrollBottom + 1}r`;
}

function savedCursor(emulator: Emulator, buffer: Buffer): string {
  const { savedX, savedCurAttrData, savedCharset } = buffer;
  const charset = isGraphics(savedCharset) ? ['\x1b(0', '\x1b(B'] : ['', ''];
  const link = savedCurAttrData.extended.urlId === 0 ? '' : linkTo(emulator, 0);
  return `${pen(emulator, savedCurAttrData)}\x1b[${savedX + 1}G${charset[0]}\x1b7${charset[1]}${link}\x1b[m`;
}

/** Style and link of what is written next. */
const pen = (emulator: Emulator, style: Style): string =>
  `${style.extended.urlId === 0 ? '' : linkTo(emulator, style.extended.urlId)}${sgr(style)}`;

/** Where it stands; beyond the last column where the line is full: then its last character is written again. */
function cursor(emulator: Emulator, buffer: Buffer): string {
  const { x, y, ybase, scrollTop, lines } = buffer;
  const origin = emulator.modes.originMode;
  const row = origin ? y - scrollTop : y;
  const mode = origin ? '\x1b[?6h' : '';
  if (x < emulator.cols) return `${mode}${place(row, x)}`;
  const cell = emptyCell(emulator);
  const line = lines.get(ybase + y);
  let column = emulator.cols - 1;
  if (line?.loadCell(column, cell).getWidth() === 0) column -= 1;
  line?.loadCell(column, cell);
  return `${mode}${place(row, column)}${pen(emulator, cell)}${cell.getChars() || ' '}${cell.extended.urlId === 0 ? '' : linkTo(emulator, 0)}`;
}

/** Those of the four slots, the slot in use, and what is in use: a restored cursor brings one that is in no slot. */
function charsets(emulator: Emulator): string {
  const { glevel, charset, _charsets } = inside(emulator)._charsetService;
  const slots = ['(', ')', '*', '+'];
  const designations = slots.map((slot, level) => (isGraphics(_charsets[level]) ? `\x1b${slot}0` : ''));
  const used = isGraphics(charset);
  const differs = used !== isGraphics(_charsets[glevel]);
  return `${designations.join('')}${glevel === 1 ? '\x0e' : ''}${differs ? `\x1b${slots[glevel] ?? '('}${used ? '0' : 'B'}` : ''}`;
}

/** The line drawing characters of VT100, the only set that programs still use. */
const isGraphics = (charset: Charset): boolean => charset?.['`'] === '\u25c6';

function modes(emulator: Emulator): string {
  const { modes: set } = emulator;
  const { isCursorHidden, decPrivateModes } = inside(emulator).coreService;
  const encoding = inside(emulator).coreMouseService.activeEncoding;
  const mouse = { none: '', x10: '9', vt200: '1000', drag: '1002', any: '1003' }[set.mouseTrackingMode];
  const on = (mode: string, is: boolean) => (is ? `\x1b[${mode}h` : '');
  return [
    on('?1', set.applicationCursorKeysMode),
    set.applicationKeypadMode ? '\x1b=' : '',
    on('?2004', set.bracketedPasteMode),
    on('4', set.insertMode),
    on('?45', set.reverseWraparoundMode),
    on('?1004', set.sendFocusMode),
    set.wraparoundMode ? '' : '\x1b[?7l',
    on(`?${mouse}`, mouse !== ''),
    on('?1006', encoding === 'SGR'),
    on('?1016', encoding === 'SGR_PIXELS'),
    isCursorHidden ? '\x1b[?25l' : '',
    cursorLook(decPrivateModes),
  ].join('');
}

function cursorLook({
  cursorStyle,
  cursorBlink,
}: {
  cursorStyle?: 'block' | 'underline' | 'bar';
  cursorBlink?: boolean;
}): string {
  if (cursorStyle === undefined) return '';
  const look = { block: 1, underline: 3, bar: 5 }[cursorStyle] + (cursorBlink === true ? 0 : 1);
  return `\x1b[${look} q`;
}

const place = (row: number, column: number): string => `\x1b[${row + 1};${column + 1}H`;
