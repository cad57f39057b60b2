import type { FilePreview } from '#shared/domain/box-file.ts';

type TablePreview = Extract<FilePreview, { kind: 'table' }>;

const mostRows = 5_000;
const mostColumns = 500;
const longestCell = 2_000;
const separators = [',', '\t', ';', '|'] as const;

/** A table of texts as RFC 4180 has it, with the separator that fits. `cut`: the text ends somewhere in the middle. */
export function tablePreview(name: string, text: string, cut: boolean): TablePreview {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text;
  const separator = /\.(?:tsv|tab)$/i.test(name) ? '\t' : separatorOf(body);
  const { rows, isWhole } = readRows(body, separator, mostRows + 1);
  // The last of what was cut off may be half a row.
  if (cut && isWhole && rows.length > 1) rows.pop();
  const [columns = [], ...rest] = rows;
  return { kind: 'table', separator, columns, rows: rest, cut: cut || !isWhole };
}

/** The one that gives the most columns, alike in most rows. */
export function separatorOf(text: string): string {
  const sample = text.slice(0, 65_536);
  let best = { separator: ',', score: 0 };
  for (const separator of separators) {
    const { rows } = readRows(sample, separator, 50);
    const width = rows[0]?.length ?? 1;
    if (width < 2) continue;
    const alike = rows.filter((row) => row.length === width).length / rows.length;
    const score = alike * 1000 + Math.min(width, 100);
    if (score > best.score) best = { separator, score };
  }
  return best.separator;
}

function readRows(text: string, separator: string, most: number): { rows: string[][]; isWhole: boolean } {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  const end = text.length;
  while (at < end) {
    const cell = text[at] === '"' ? quotedCell(text, at + 1) : null;
    const from = cell?.next ?? at;
    // What follows a closing quote before the separator belongs to the cell, as spreadsheets have it.
    let stop = from;
    while (stop < end && text[stop] !== separator && text[stop] !== '\n' && text[stop] !== '\r') stop += 1;
    const value = (cell?.value ?? '') + text.slice(from, stop);
    if (row.length < mostColumns) row.push(value.slice(0, longestCell));
    at = stop;
    if (text[at] === separator) {
      at += 1;
      if (at === end || text[at] === '\n' || text[at] === '\r') {
        if (row.length < mostColumns) row.push('');
      } else continue;
    }
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    if (rows.length >= most) return { rows, isWhole: at >= end };
  }
  return { rows, isWhole: true };
}

function quotedCell(text: string, from: number): { value: string; next: number } {
  let value = '';
  let at = from;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return { value: value + text.slice(at), next: text.length };
    value += text.slice(at, quote);
    if (text[quote + 1] !== '"') return { value, next: quote + 1 };
    value += '"';
    at = quote + 2;
  }
}
