/** What verbs print. Text of boxes and files is made harmless first: a run's name must not move the cursor. */

/** The text without control characters and without what turns writing direction. */
export const printable = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');

export const printJson = (value: unknown): void => {
  // JSON writes the older controls as escapes by itself, these not.
  const text = JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f]/g,
    (control) => `\\u00${control.charCodeAt(0).toString(16)}`,
  );
  process.stdout.write(`${text}\n`);
};

export const printLine = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** A sentence over as many lines as the terminal needs, those after the first indented; as one line where it is no terminal. */
export function printWrapped(text: string, indent = '  '): void {
  for (const line of wrapped(printable(text), process.stdout.isTTY ? process.stdout.columns : null, indent))
    printLine(line);
}

/** Broken between words; a word that is longer than a line keeps its own. */
export function wrapped(text: string, columns: number | null, indent = '  '): string[] {
  if (columns === null || columns < 20) return [text];
  const lead = /^\s*/.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = lead;
  for (const word of text.trim().split(' ')) {
    const longer = line.trim() === '' ? line + word : `${line} ${word}`;
    if (width(longer) <= columns || line.trim() === '') line = longer;
    else {
      lines.push(line);
      line = lead + indent + word;
    }
  }
  return [...lines, line];
}

/**
 * Columns side by side, the header in capitals; the last one is not padded. Nothing but the header where there are no rows.
 * @param dispensable columns that are left out, the first of them first, where a terminal is too narrow for all.
 */
export function printTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  dispensable: readonly number[] = [],
): void {
  const all = [header.map((title) => title.toUpperCase()), ...rows.map((row) => row.map(printable))];
  const allWidths = header.map((_title, column) => Math.max(...all.map((row) => width(row[column] ?? ''))));
  const out = leftOut(allWidths, dispensable, process.stdout.isTTY ? process.stdout.columns : null);
  const stays = (_value: unknown, column: number) => !out.has(column);
  const clean = all.map((row) => row.filter(stays));
  const widths = allWidths.filter(stays);
  for (const row of clean) {
    const cells = row.map((cell, column) =>
      column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
    );
    printLine(cells.join('  ').trimEnd());
  }
}

/** Which columns a terminal of so many has no room for; none where it is no terminal. */
export function leftOut(
  widths: readonly number[],
  dispensable: readonly number[],
  columns: number | null,
): Set<number> {
  const out = new Set<number>();
  let total = widths.reduce((sum, each) => sum + each + 2, -2);
  for (const column of dispensable) {
    if (columns === null || total <= columns) break;
    out.add(column);
    total -= (widths[column] ?? 0) + 2;
  }
  return out;
}

/** Columns on a terminal: Chinese, Japanese, Korean and emoji take two. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    columns +=
      /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|[\uff00-\uff60]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return columns;
}

/** "4 min ago". */
export function ago(at: number | null, now: number): string {
  return at === null ? '–' : `${duration(Math.max(0, now - at))} ago`;
}

/** "12 s", "4 min", "3 h 20 min", "5 d 2 h". */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** "1.5 GB", in powers of 1024 as `ls -h` says them. */
export function byteSize(bytes: number | null): string {
  if (bytes === null) return '–';
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
