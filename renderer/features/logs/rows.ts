import type { LogLine, Span } from './ansi.ts';
import { charWidth } from './char-width.ts';

/** A line as it is drawn: whole, or one of the rows that it is wrapped into. */
export interface Row {
  line: number;
  /** Which row of its line. */
  part: number;
}

/** How many rows a line takes in `columns` cells; 1 where lines are not wrapped (`columns` 0). */
export const rowsOf = (line: Pick<LogLine, 'cells'>, columns: number): number =>
  columns > 0 ? Math.max(1, Math.ceil(line.cells / columns)) : 1;

/** The spans of one row. Wide characters never stand on the edge: they go to the next row, as in a terminal. */
export function spansOfRow(line: LogLine, part: number, columns: number): readonly Span[] {
  if (columns <= 0 || line.cells <= columns) return line.spans;
  const from = part * columns;
  const to = from + columns;
  const spans: Span[] = [];
  let at = 0;
  for (const { text, style } of line.spans) {
    if (at >= to) break;
    let piece = '';
    for (const character of text) {
      if (at >= to) break;
      if (at >= from) piece += character;
      at += charWidth(character);
    }
    if (piece !== '') spans.push({ text: piece, style });
  }
  return spans;
}

/** Goes `by` rows from a row, never before the first or after the last. */
export function moveRow(lines: readonly LogLine[], from: Row, by: number, columns: number): Row {
  let { line, part } = from;
  let rest = by;
  while (rest > 0) {
    const left = rowsOf(lines[line] ?? { cells: 0 }, columns) - 1 - part;
    if (left >= rest) return { line, part: part + rest };
    if (line >= lines.length - 1) return { line: Math.max(0, line), part: part + left };
    rest -= left + 1;
    line += 1;
    part = 0;
  }
  while (rest < 0) {
    if (part >= -rest) return { line, part: part + rest };
    if (line <= 0) return { line: 0, part: 0 };
    rest += part + 1;
    line -= 1;
    part = rowsOf(lines[line] ?? { cells: 0 }, columns) - 1;
  }
  return { line, part };
}

/** The row at the top when the last row is at the bottom of a view of `height` rows. */
export function endTop(lines: readonly LogLine[], height: number, columns: number): Row {
  const last = Math.max(0, lines.length - 1);
  const bottom = { line: last, part: rowsOf(lines[last] ?? { cells: 0 }, columns) - 1 };
  return moveRow(lines, bottom, -(height - 1), columns);
}

/** Whether `a` comes before `b`. */
export const isBefore = (a: Row, b: Row): boolean =>
  a.line < b.line || (a.line === b.line && a.part < b.part);
