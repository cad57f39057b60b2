import { type ActivityRow, asEntry } from './chain.ts';

const header = ['sequence', 'at', 'actor', 'role', 'action', 'target', 'result', 'details', 'hash'];

/** The rows as text, line by line. */
export async function* exportLines(
  format: 'jsonl' | 'csv',
  rows: AsyncIterable<ActivityRow>,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(header);
  for await (const row of rows) {
    if (format === 'jsonl') yield `${JSON.stringify({ ...asEntry(row), hash: row.hash })}\n`;
    else {
      const { sequence, at, actor, role, action, target, result, details, hash } = row;
      const time = new Date(at).toISOString();
      yield csvLine([String(sequence), time, actor, role, action, target, result, details, hash]);
    }
  }
}

/** Cells as one line of a CSV that a spreadsheet opens without running anything. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/** RFC 4180, and an apostrophe before what a spreadsheet would take for a formula (OWASP, "CSV injection"). */
export function csvCell(text: string): string {
  const tame = /^\s*[=+\-@\t\r\n|%]/.test(text) ? `'${text}` : text;
  return `"${tame.replaceAll('"', '""')}"`;
}
