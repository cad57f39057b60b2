export interface CsvRecord {
  /** The line on which it starts, from 1. */
  line: number;
  /** Null: a quote that is never closed, or a record longer than any price row. */
  fields: string[] | null;
  /** The file ends in it, without the end of a line. */
  isLast: boolean;
}

export const delimiters = [',', ';', '\t'] as const;
export type Delimiter = (typeof delimiters)[number];

/** Longer than any row of prices: beyond it a quote was left open by mistake. */
const longestRecord = 64 * 1024;
const quote = 0x22;

/** By what the first line has most of. A byte order mark and quoted parts do not count. */
export function detectDelimiter(text: string): Delimiter {
  const end = text.search(/[\r\n]/);
  const first = text.slice(0, end < 0 ? longestRecord : Math.min(end, longestRecord)).replace(/"[^"]*"/g, '');
  const counts = delimiters.map((delimiter) => first.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

/**
 * The records of a CSV text, one at a time: RFC 4180 with any of three delimiters and any ends of lines; empty lines are left out.
 * One stray quote spoils its own line only, not the rest of the file.
 */
export function* csvRecords(given: string, delimiter: Delimiter): Generator<CsvRecord> {
  const text = given.startsWith('\ufeff') ? given.slice(1) : given;
  // Some spreadsheets on Macs end lines by a carriage return alone.
  const newline = text.includes('\n') ? '\n' : '\r';
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const { end, lines } = recordEnd(text, at, newline);
    const isLast = end >= text.length;
    let record = text.slice(at, end);
    if (record.endsWith('\r')) record = record.slice(0, -1);
    if (record.trim() !== '')
      yield { line, fields: parseFields(record, delimiter), isLast: isLast && !text.endsWith(newline) };
    line += lines;
    at = end + 1;
  }
}

/** Where the record that starts at `from` ends, and over how many lines it goes. */
function recordEnd(text: string, from: number, newline: string): { end: number; lines: number } {
  const orEnd = (place: number) => (place < 0 ? text.length : place);
  const firstEnd = orEnd(text.indexOf(newline, from));
  let end = firstEnd;
  let lines = 1;
  let isOpen = hasOpenQuote(text, from, end, false);
  while (isOpen) {
    if (end >= text.length || end - from > longestRecord) return { end: firstEnd, lines: 1 };
    const next = orEnd(text.indexOf(newline, end + 1));
    isOpen = hasOpenQuote(text, end + 1, next, isOpen);
    end = next;
    lines += 1;
  }
  return { end, lines };
}

function hasOpenQuote(text: string, from: number, to: number, wasOpen: boolean): boolean {
  let isOpen = wasOpen;
  for (let at = text.indexOf('"', from); at >= 0 && at < to; at = text.indexOf('"', at + 1)) isOpen = !isOpen;
  return isOpen;
}

/** The fields of one record; null where a quote is not closed. Spaces around a field are not part of it. */
export function parseFields(record: string, delimiter: string): string[] | null {
  if (!record.includes('"')) return record.split(delimiter).map((field) => field.trim());
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let start = at;
    while (record.charCodeAt(start) === 0x20) start += 1;
    if (record.charCodeAt(start) === quote) {
      const closed = closingQuote(record, start + 1);
      if (closed < 0) return null;
      const after = record.indexOf(delimiter, closed + 1);
      const rest = record.slice(closed + 1, after < 0 ? record.length : after).trim();
      // Something behind the closing quote: the quotes are not where they belong.
      if (rest !== '') return null;
      fields.push(
        record
          .slice(start + 1, closed)
          .replaceAll('""', '"')
          .trim(),
      );
      if (after < 0) return fields;
      at = after + 1;
    } else {
      const after = record.indexOf(delimiter, at);
      fields.push(record.slice(at, after < 0 ? record.length : after).trim());
      if (after < 0) return fields;
      at = after + 1;
    }
  }
}

function closingQuote(record: string, from: number): number {
  for (let at = record.indexOf('"', from); at >= 0; at = record.indexOf('"', at + 2))
    if (record.charCodeAt(at + 1) !== quote) return at;
  return -1;
}
