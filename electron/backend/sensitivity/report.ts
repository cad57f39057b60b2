import { csvLine } from '#backend/activity/index.ts';
import type { Sql, SqlValue } from '#backend/store/index.ts';
import { searchWords } from '#backend/store/index.ts';
import type { DataReportFilter, DataReportRow } from '#shared/contract/data.ts';
import { runState } from '#shared/domain/run.ts';
import { type RunDataRow, readRunData, runDataColumns } from './tables.ts';

/** Rows per step of an export, so that nothing else waits long. */
const sliceRows = 500;

/** A portion of what ran where with which data, newest first. */
export function reportRows(
  sql: Sql,
  { offset, limit, ...filter }: DataReportFilter & { offset: number; limit: number },
): { rows: DataReportRow[]; total: number } {
  const { where, values } = condition(filter);
  const total = sql.get<{ n: number }>(`SELECT count(*) AS n FROM runData ${where}`, ...values)?.n ?? 0;
  const columns = runDataColumns.split(', ').map((name) => `runData.${name}`);
  const rows = sql.all<RunDataRow & { state: string | null }>(
    `SELECT ${columns.join(', ')}, (SELECT state FROM attempts
       WHERE attempts.runId = runData.runId AND attempts.epoch = runData.epoch) AS state
     FROM runData ${where} ORDER BY at DESC, runId DESC, epoch DESC LIMIT ? OFFSET ?`,
    ...values,
    limit,
    offset,
  );
  const known = new Set(sql.all<{ id: string }>('SELECT id FROM dataSets').map(({ id }) => id));
  return { rows: rows.flatMap((row) => asRow(row, known)), total };
}

function condition({ search, label, only }: DataReportFilter): { where: string; values: SqlValue[] } {
  const parts: string[] = [];
  const values: SqlValue[] = [];
  for (const word of searchWords(search)) {
    parts.push("instr(lower(runName || ' ' || runId || ' ' || place || ' ' || data || ' ' || actor), ?) > 0");
    values.push(word);
  }
  if (label !== undefined) {
    parts.push('label = ?');
    values.push(label);
  }
  if (only === 'overridden') parts.push('override IS NOT NULL');
  if (only === 'refused') parts.push("outcome = 'refused'");
  return { where: parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`, values };
}

function asRow(row: RunDataRow & { state: string | null }, known: ReadonlySet<string>): DataReportRow[] {
  const read = readRunData(row);
  if (read === null) return [];
  const { asked: _, override, data, ...rest } = read;
  const state = runState.safeParse(row.state);
  return [
    {
      ...rest,
      state: state.success ? state.data : null,
      data: data.map((each) => ({ ...each, isRemoved: !known.has(each.id) })),
      override: override && { reason: override.reason, by: override.by },
    },
  ];
}

const header = [
  'at',
  'run',
  'name',
  'attempt',
  'by',
  'place',
  'country',
  'region',
  'placeMayHold',
  'label',
  'data',
  'outcome',
  'state',
  'overrideReason',
  'overrideBy',
];

/** The whole report as CSV that a spreadsheet opens without running anything. */
export async function* csvReport(
  sql: Sql,
  filter: DataReportFilter,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  yield csvLine(header);
  for (let offset = 0; ; offset += sliceRows) {
    signal?.throwIfAborted();
    const { rows, total } = reportRows(sql, { ...filter, offset, limit: sliceRows });
    if (rows.length > 0) yield rows.map((row) => csvLine(cellsOf(row))).join('');
    if (offset + sliceRows >= total) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const cellsOf = ({
  at,
  runId,
  runName,
  epoch,
  actor,
  place,
  label,
  data,
  ...row
}: DataReportRow): string[] => [
  new Date(at).toISOString(),
  runId,
  runName,
  String(epoch),
  actor,
  place.siteName,
  place.country ?? '',
  place.region ?? '',
  place.maxLabel,
  label,
  data.map((each) => `${each.name} (${each.label}) ${each.path}`).join('; '),
  row.outcome,
  row.state ?? 'deleted',
  row.override?.reason ?? '',
  row.override?.by ?? '',
];
