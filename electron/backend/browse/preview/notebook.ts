import type { FilePreview } from '#shared/domain/box-file.ts';
import { Damaged } from './damaged.ts';

type NotebookPreview = Extract<FilePreview, { kind: 'notebook' }>;
type Cell = NotebookPreview['cells'][number];
type Output = Cell['outputs'][number];
type ImageMime = Extract<Output, { mime: string }>['mime'];

export const largestNotebookBytes = 16 * 1024 * 1024;
const mostCells = 2_000;
const mostOutputs = 50;
const longestText = 200_000;
/** Images beyond that are left out. */
const mostImageCharacters = 12 * 1024 * 1024;
const imageMimes: readonly ImageMime[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** A Jupyter notebook of version 3 or 4: texts and images of it, never HTML. Throws Damaged. */
export function notebookPreview(text: string): NotebookPreview {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch {
    throw new Damaged('DAMAGED_NO_JSON');
  }
  const book = record(parsed);
  if (book === null) throw new Damaged('DAMAGED_NO_NOTEBOOK');
  const cells = cellsOf(book);
  const room = { images: mostImageCharacters };
  return {
    kind: 'notebook',
    language: languageOf(book),
    cells: cells.slice(0, mostCells).flatMap((cell) => readCell(record(cell), room) ?? []),
    cut: cells.length > mostCells,
  };
}

function cellsOf(book: Record<string, unknown>): unknown[] {
  if (Array.isArray(book.cells)) return book.cells;
  // Version 3 has sheets of them.
  if (Array.isArray(book.worksheets))
    return book.worksheets.flatMap((sheet) => {
      const cells = record(sheet)?.cells;
      return Array.isArray(cells) ? cells : [];
    });
  throw new Damaged('DAMAGED_NO_CELLS');
}

function languageOf(book: Record<string, unknown>): string {
  const metadata = record(book.metadata);
  const name = record(metadata?.language_info)?.name ?? record(metadata?.kernelspec)?.language;
  return typeof name === 'string' ? name.slice(0, 50) : 'python';
}

function readCell(cell: Record<string, unknown> | null, room: { images: number }): Cell | null {
  if (cell === null) return null;
  const type = cell.cell_type;
  const isCode = type === 'code';
  const kind = isCode ? 'code' : type === 'raw' ? 'raw' : 'markdown';
  const heading = type === 'heading' ? `${'#'.repeat(Math.min(6, Number(cell.level) || 1))} ` : '';
  const outputs = isCode && Array.isArray(cell.outputs) ? cell.outputs : [];
  const count = cell.execution_count ?? cell.prompt_number;
  return {
    kind,
    source: heading + textOf(cell.source ?? cell.input).slice(0, longestText),
    outputs: outputs.slice(0, mostOutputs).flatMap((output) => readOutput(record(output), room)),
    count: typeof count === 'number' && Number.isFinite(count) ? count : null,
  };
}

function readOutput(output: Record<string, unknown> | null, room: { images: number }): Output[] {
  if (output === null) return [];
  switch (output.output_type) {
    case 'stream':
      return said(textOf(output.text), output.name === 'stderr');
    case 'error':
    case 'pyerr': {
      const trace = Array.isArray(output.traceback) ? output.traceback.map(textOf).join('\n') : '';
      return said(trace || `${textOf(output.ename)}: ${textOf(output.evalue)}`, true);
    }
    default:
      return readData(record(output.data) ?? oldData(output), room);
  }
}

/** Version 3 has what is shown beside the rest, by shorter names. */
const oldData = (output: Record<string, unknown>): Record<string, unknown> => ({
  'image/png': output.png,
  'image/jpeg': output.jpeg,
  'text/plain': output.text,
});

function readData(data: Record<string, unknown>, room: { images: number }): Output[] {
  for (const mime of imageMimes) {
    if (data[mime] === undefined) continue;
    const base64 = textOf(data[mime]).replace(/\s+/g, '');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length > room.images) continue;
    room.images -= base64.length;
    return [{ mime, base64 }];
  }
  return said(textOf(data['text/plain']), false);
}

/** As a terminal would show it, without its colours. */
function said(text: string, error: boolean): Output[] {
  // The sequences that move and colour begin with an escape.
  const plain = text.replace(/\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.)/g, '');
  return plain === '' ? [] : [{ text: plain.slice(0, longestText), error }];
}

/** A text, or its lines in a list. */
const textOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : Array.isArray(value)
      ? value.filter((one) => typeof one === 'string').join('')
      : '';

const record = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
