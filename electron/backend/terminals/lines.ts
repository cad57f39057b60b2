import { type Buffer, type Cell, emptyCell, extended, type Line } from './emulator-state.ts';
import { linkTo } from './links.ts';
import { sgr, underlineStyle } from './sgr.ts';
import type { Emulator } from './xterm.ts';

/**
 * A buffer's lines from `first` on as what a fresh emulator of the same size is to be fed, from its first column on, to have the same cells,
 * wrapped where they are wrapped. It leaves plain style, and the cursor in the last line. `at` is said at the beginning of a
 * line, and leaves plain style too.
 */
export function linesOf(
  emulator: Emulator,
  { lines }: Buffer,
  first: number,
  at: { line: number; text: string },
): string {
  const writer = new LineWriter(emulator);
  for (let index = first; index < lines.length; index++) {
    const line = lines.get(index);
    if (line !== undefined) writer.add(line, lines.get(index + 1), at.line === index ? `${at.text}\r` : '');
  }
  return writer.end();
}

class LineWriter {
  readonly #emulator: Emulator;
  readonly #cell: Cell;
  readonly #parts: string[] = [];
  #fg = 0;
  #bg = 0;
  #underline = '';
  #link = 0;
  #begun = false;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
    this.#cell = emptyCell(emulator);
  }

  add(line: Line, next: Line | undefined, first: string): void {
    const { cols } = this.#emulator;
    if (this.#begun && !line.isWrapped) this.#newLine();
    this.#begun = true;
    if (first !== '') this.#parts.push(first);
    const wraps = next?.isWrapped ?? false;
    // A line goes over into the next only when it is full; a wide character that does not fit leaves one cell by itself.
    const filled = wraps ? (this.#beginsWide(next) ? cols - 1 : cols) : 0;
    /** Cells nothing was ever written to, before the one at hand. */
    let blank = 0;
    // Behind its last cell with text or background nothing is to be said, unless it must be filled.
    const end = wraps ? cols : Math.min(cols, line.getNoBgTrimmedLength());
    for (let column = 0; column < end; column++) {
      const cell = line.loadCell(column, this.#cell);
      if (cell.getWidth() === 0) continue;
      // A window made narrow may have cut a wide character in two: its half cannot be written.
      const chars = cell.getWidth() === 2 && column === cols - 1 ? ' ' : cell.getChars();
      if (chars !== '' || column < filled) {
        blank = this.#skip(blank);
        this.#style(cell);
        const last = chars === '' ? column : lastAlike(line, column, end);
        if (last === column) this.#parts.push(chars === '' ? ' ' : chars);
        else this.#parts.push(line.translateToString(false, column, last + 1));
        column = last;
      } else if (cell.bg !== 0 && cell.getBgColorMode() !== 0) {
        blank = this.#skip(blank);
        column += this.#backgrounds(line, column) - 1;
      } else blank += 1;
    }
    // In plain style, as for a new line; what stands there comes over it.
    if (!wraps) return;
    this.#plain();
    this.#parts.push(blank === 0 ? ' \b' : '\u3000\b\b');
  }

  end(): string {
    this.#plain();
    return this.#parts.join('');
  }

  /** Plain first: what scrolls in takes the background that is set. */
  #newLine(): void {
    this.#plain();
    this.#parts.push('\r\n');
  }

  #skip(cells: number): 0 {
    if (cells > 0) this.#parts.push(`\x1b[${cells}C`);
    return 0;
  }

  /** Erased cells of one background, from `column` on: how many. */
  #backgrounds(line: Line, column: number): number {
    const cell = line.loadCell(column, this.#cell);
    this.#style(cell);
    const { bg } = cell;
    let count = 1;
    while (column + count < this.#emulator.cols) {
      const next = line.loadCell(column + count, this.#cell);
      if (next.getChars() !== '' || next.bg !== bg || next.getWidth() === 0) break;
      count += 1;
    }
    this.#parts.push(`\x1b[${count}X\x1b[${count}C`);
    return count;
  }

  #style(cell: Cell): void {
    const { underlineColor, urlId } = cell.extended;
    const underline = cell.hasExtendedAttrs() ? `${underlineStyle(cell)} ${underlineColor}` : '';
    if (cell.fg !== this.#fg || cell.bg !== this.#bg || underline !== this.#underline) {
      this.#parts.push(sgr(cell));
      [this.#fg, this.#bg, this.#underline] = [cell.fg, cell.bg, underline];
    }
    const link = cell.hasExtendedAttrs() ? urlId : 0;
    if (link !== this.#link) this.#setLink(link);
  }

  #setLink(link: number): void {
    this.#parts.push(linkTo(this.#emulator, link));
    this.#link = link;
  }

  #plain(): void {
    if (this.#link !== 0) this.#setLink(0);
    if (this.#fg !== 0 || this.#bg !== 0) this.#parts.push('\x1b[m');
    [this.#fg, this.#bg, this.#underline] = [0, 0, ''];
  }

  #beginsWide(line: Line | undefined): boolean {
    return line?.loadCell(0, this.#cell).getWidth() === 2;
  }
}

/** The last of the cells from `column` on, before `end`, that each hold one narrow character and look the same: most of a line, at once. */
function lastAlike(line: Line, column: number, end: number): number {
  const [fg, bg] = [line.getFg(column), line.getBg(column)];
  if (line.getWidth(column) !== 1 || (bg & extended) !== 0) return column;
  let next = column + 1;
  while (
    next < end &&
    line.hasContent(next) !== 0 &&
    line.getWidth(next) === 1 &&
    line.getFg(next) === fg &&
    line.getBg(next) === bg
  )
    next += 1;
  return next - 1;
}
