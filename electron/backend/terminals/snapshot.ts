import { inside, sgr } from './emulator-state.ts';
import type { Emulator, Serializer } from './xterm.ts';

/**
 * All that a fresh emulator of the same size must be fed to show the same and to go on in the same way: scrollback, screen,
 * and what xterm's own serializer leaves out (margins, tab stops, character sets, the saved cursor, mouse encoding, how the
 * cursor looks, a line that is full to its last column).
 */
export function snapshotOf(emulator: Emulator, serializer: Serializer): string {
  const state = inside(emulator);
  const style = sgr(state._inputHandler._curAttrData);
  return [
    serializer.serialize({ excludeModes: true }),
    tabStops(emulator),
    margins(emulator),
    savedCursor(emulator),
    cursor(emulator, serializer),
    style,
    charsets(emulator),
    modes(emulator),
  ].join('');
}

function tabStops(emulator: Emulator): string {
  const { tabs } = inside(emulator).buffer;
  const wanted = Object.keys(tabs)
    .filter((column) => tabs[column])
    .map(Number)
    .filter((column) => column < emulator.cols);
  const usual = wanted.every((column) => column % 8 === 0) && wanted.length === Math.ceil(emulator.cols / 8);
  if (usual) return '';
  return `\x1b[3g${wanted.map((column) => `\x1b[${column + 1}G\x1bH`).join('')}`;
}

function margins(emulator: Emulator): string {
  const { scrollTop, scrollBottom } = inside(emulator).buffer;
  if (scrollTop === 0 && scrollBottom === emulator.rows - 1) return '';
  return `\x1b[${scrollTop + 1};${scrollBottom + 1}r`;
}

function savedCursor(emulator: Emulator): string {
  const { savedX, savedY, savedCurAttrData, ybase } = inside(emulator).buffer;
  const row = Math.max(savedY - ybase, 0);
  if (savedX === 0 && row === 0 && savedCurAttrData.fg === 0 && savedCurAttrData.bg === 0) return '';
  return `${sgr(savedCurAttrData)}${place(row, savedX)}\x1b7`;
}

/** Where it stands; beyond the last column where the line is full: then the line is written again, which brings it there. */
function cursor(emulator: Emulator, serializer: Serializer): string {
  const { x, y, ybase, scrollTop } = inside(emulator).buffer;
  const origin = emulator.modes.originMode;
  const row = origin ? y - scrollTop : y;
  const at = `${origin ? '\x1b[?6h' : ''}${place(row, Math.min(x, emulator.cols - 1))}`;
  if (x < emulator.cols || emulator.buffer.active.type !== 'normal') return at;
  const line = ybase + y;
  const text = serializer.serialize({
    range: { start: line, end: line },
    excludeModes: true,
    excludeAltBuffer: true,
  });
  return `${at}\r\x1b[0m${text}`;
}

function charsets(emulator: Emulator): string {
  const { glevel, _charsets } = inside(emulator)._charsetService;
  const designations = ['(', ')', '*', '+'].map((slot, level) =>
    _charsets[level]?.['`'] === '\u25c6' ? `\x1b${slot}0` : '',
  );
  return `${designations.join('')}${glevel === 1 ? '\x0e' : ''}`;
}

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
