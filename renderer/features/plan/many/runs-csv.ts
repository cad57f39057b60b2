import type { RunDemand } from '#shared/domain/plan.ts';
import { readAccelerators } from '../one/list-text.ts';
import { emptyDemand } from '../one/one-store.ts';
import { type ManyRun, manyRun } from './many-store.ts';

/** A line of a file that was not taken: counted from 1, the header is 1. */
export interface BadLine {
  line: number;
  column: string;
  value: string;
}

export interface ReadRuns {
  runs: readonly ManyRun[];
  bad: readonly BadLine[];
  /** Columns of the header that are not known; they are left out. */
  unknown: readonly string[];
}

export const runColumns = [
  'name',
  'accelerators',
  'hours',
  'on',
  'priority',
  'deadline',
  'after',
  'project',
] as const;
type Column = (typeof runColumns)[number];

/**
 * Runs from CSV, one a line: `name, accelerators` ("H100:8"), `hours` on `on` ("H100:8", else its own accelerators),
 * `priority`, `deadline` (ISO date or time), `after` (names, spaces between), `project`. Only `name` is needed.
 */
export function readRunsCsv(text: string): ReadRuns {
  const [header, ...lines] = csvRows(text.replace(/^\uFEFF/, ''));
  const columns = (header ?? []).map((cell) => cell.trim().toLowerCase());
  const unknown = columns.filter((name) => !runColumns.includes(name as Column) && name !== '');
  const bad: BadLine[] = [];
  const made: { run: ManyRun; after: string[]; line: number }[] = [];
  for (const [index, cells] of lines.entries()) {
    if (cells.every((cell) => cell.trim() === '')) continue;
    const line = index + 2;
    const get = (column: Column): string => (cells[columns.indexOf(column)] ?? '').trim();
    const read = readLine(get);
    if ('run' in read) made.push({ ...read, line });
    else bad.push({ line, ...read });
  }
  const ids = new Map(made.map(({ run }) => [run.name, run.id]));
  const runs = made.flatMap(({ run, after, line }) => {
    const missing = after.find((name) => !ids.has(name));
    if (missing !== undefined) {
      bad.push({ line, column: 'after', value: missing });
      return [];
    }
    return [{ ...run, after: after.map((name) => ids.get(name) ?? '') }];
  });
  return { runs, bad: bad.sort((a, b) => a.line - b.line), unknown };
}

type Wrong = { column: string; value: string };

function readLine(get: (column: Column) => string): { run: ManyRun; after: string[] } | Wrong {
  const wrong = (column: Column): Wrong => ({ column, value: get(column) });
  const name = get('name');
  const accelerators = readAccelerators(get('accelerators'));
  const on = readAccelerators(get('on') === '' ? get('accelerators') : get('on'));
  const hours = get('hours') === '' ? null : Number(get('hours'));
  const priority = get('priority') === '' ? 0 : Number(get('priority'));
  const deadlineAt = get('deadline') === '' ? null : Date.parse(get('deadline'));
  if (name === '' || name.length > 200) return wrong('name');
  if (accelerators === null) return wrong('accelerators');
  if (on === null) return wrong('on');
  if (hours !== null && !(hours > 0 && hours < 1e6)) return wrong('hours');
  if (!Number.isInteger(priority) || Math.abs(priority) > 1000) return wrong('priority');
  if (deadlineAt !== null && !Number.isFinite(deadlineAt)) return wrong('deadline');
  const [base] = on;
  const demand: RunDemand = {
    ...emptyDemand,
    name,
    accelerators,
    duration:
      hours === null || !base ? null : { accelerator: base.name, gpus: base.count, ms: hours * 3_600_000 },
  };
  const project = get('project') === '' ? null : get('project').slice(0, 100);
  const after = get('after')
    .split(/\s+/)
    .filter((part) => part !== '');
  return { run: manyRun(demand, null, { priority, deadlineAt, project }), after };
}

/** RFC 4180, with `;` or tabs where the header has those instead of commas. */
function csvRows(text: string): string[][] {
  const first = text.slice(0, text.search(/[\r\n]|$/));
  const separator = [',', ';', '\t'].find((sign) => first.includes(sign)) ?? ',';
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && cell === '') quoted = true;
    else if (sign === separator || sign === '\n') {
      row.push(cell.replace(/\r$/, ''));
      cell = '';
      if (sign === '\n') {
        rows.push(row);
        row = [];
      }
    } else cell += sign;
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell.replace(/\r$/, '')]);
  return rows;
}
