import { charWidth } from './char-width.ts';
import { intern, plain, type Style } from './style.ts';

export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** A line as a terminal would show it in the end. */
export interface LogLine {
  readonly spans: readonly Span[];
  /** Width in cells, without spaces at the end that nobody can see. */
  readonly cells: number;
}

/** A line longer than this goes on in the next: an endless one must not fill the memory. */
export const maxCells = 16_384;
/** Code points in one cell: marks that pile up are cut. */
const maxInCell = 16;

/**
 * One line being written, with a cursor. Text that only ever is appended is kept as spans; the first write in the middle
 * turns it into cells, as progress bars need.
 */
export class TerminalLine {
  #spans: { text: string; style: Style }[] = [];
  #width = 0;
  #cells: { text: string; style: Style }[] | null = null;
  cursor = 0;

  get isEmpty(): boolean {
    return this.#width === 0;
  }

  get isFull(): boolean {
    return this.cursor >= maxCells;
  }

  /** Printable ASCII, at most what fits; returns how many characters it took. */
  writeAscii(text: string, style: Style): number {
    const taken = text.slice(0, maxCells - this.cursor);
    if (this.#cells === null && this.cursor === this.#width) {
      this.#append(taken, style);
      this.#width += taken.length;
      this.cursor = this.#width;
    } else for (const character of taken) this.#put(character, 1, style);
    return taken.length;
  }

  write(character: string, style: Style): void {
    const width = charWidth(character);
    if (width === 0) this.#join(character);
    else if (this.#cells === null && this.cursor === this.#width) {
      this.#append(character, style);
      this.#width += width;
      this.cursor = this.#width;
    } else this.#put(character, width, style);
  }

  tab(style: Style): void {
    const to = Math.min(maxCells, (Math.floor(this.cursor / 8) + 1) * 8);
    if (this.cursor >= this.#width) this.writeAscii(' '.repeat(to - this.cursor), style);
    else this.cursor = to;
  }

  moveTo(column: number): void {
    this.cursor = Math.min(maxCells - 1, Math.max(0, column));
  }

  /** Erase in line: 0 from the cursor to the end, 1 from the start to the cursor, 2 all. */
  erase(what: number): void {
    if (what === 2 || (what === 0 && this.cursor === 0)) {
      this.#spans = [];
      this.#cells = null;
      this.#width = 0;
    } else if (what === 0 && this.cursor < this.#width) {
      this.#toCells().length = this.cursor;
      this.#width = this.cursor;
    } else if (what === 1) {
      const cells = this.#toCells();
      for (let at = 0; at <= this.cursor && at < cells.length; at++) cells[at] = { text: ' ', style: plain };
    }
  }

  finish(): LogLine {
    const spans = this.#cells === null ? this.#spans.map((span) => ({ ...span })) : joined(this.#cells);
    return { spans, cells: this.#width - unseenSpaces(spans) };
  }

  #append(text: string, style: Style): void {
    if (text === '') return;
    const last = this.#spans.at(-1);
    if (last && last.style === style) last.text += text;
    else this.#spans.push({ text, style });
  }

  #put(character: string, width: 1 | 2, style: Style): void {
    const cells = this.#toCells();
    while (cells.length < this.cursor) cells.push({ text: ' ', style: plain });
    this.#blankOtherHalf(cells, this.cursor);
    if (width === 2) this.#blankOtherHalf(cells, this.cursor + 1);
    cells[this.cursor] = { text: character, style };
    if (width === 2) cells[this.cursor + 1] = { text: '', style };
    this.cursor += width;
    this.#width = cells.length;
  }

  /** Writing over half of a wide character leaves no half of it. */
  #blankOtherHalf(cells: { text: string; style: Style }[], at: number): void {
    if (cells[at]?.text === '' && at > 0) cells[at - 1] = { text: ' ', style: plain };
    if (cells[at + 1]?.text === '') cells[at + 1] = { text: ' ', style: plain };
  }

  #join(mark: string): void {
    if (this.#cells === null && this.cursor === this.#width) {
      const last = this.#spans.at(-1);
      // Cut where marks pile up without end; a few on the last character of a span are all that is ever meant.
      if (last && !pilesUp(last.text)) last.text += mark;
      return;
    }
    const cells = this.#toCells();
    const at = cells[this.cursor - 1]?.text === '' ? this.cursor - 2 : this.cursor - 1;
    const cell = cells[at];
    if (cell && [...cell.text].length < maxInCell) cells[at] = { text: cell.text + mark, style: cell.style };
  }

  #toCells(): { text: string; style: Style }[] {
    if (this.#cells) return this.#cells;
    const cells: { text: string; style: Style }[] = [];
    for (const { text, style } of this.#spans) {
      for (const character of text) {
        const width = charWidth(character);
        const last = cells.at(-1)?.text === '' ? cells.length - 2 : cells.length - 1;
        const before = cells[last];
        if (width === 0) {
          if (before) cells[last] = { text: before.text + character, style: before.style };
          continue;
        }
        cells.push({ text: character, style });
        if (width === 2) cells.push({ text: '', style });
      }
    }
    this.#cells = cells;
    return cells;
  }
}

function unseenSpaces(spans: readonly Span[]): number {
  let unseen = 0;
  for (const { text, style } of spans.toReversed()) {
    if (style.background !== null || style.inverse || style.underline) break;
    const kept = text.trimEnd().length;
    unseen += /^ *$/.test(text.slice(kept)) ? text.length - kept : 0;
    if (kept > 0) break;
  }
  return unseen;
}

function pilesUp(text: string): boolean {
  const tail = [...text.slice(-maxInCell * 2)].slice(-maxInCell);
  return tail.length === maxInCell && tail.every((character) => charWidth(character) === 0);
}

function joined(cells: readonly { text: string; style: Style }[]): Span[] {
  const spans: { text: string; style: Style }[] = [];
  for (const { text, style } of cells) {
    const last = spans.at(-1);
    if (last && last.style === style) last.text += text;
    else if (text !== '') spans.push({ text, style });
  }
  return spans;
}

export const withLink = (style: Style, link: string | null): Style => intern({ ...style, link });
export const textOf = (line: LogLine): string => line.spans.map((span) => span.text).join('');
