import type { RunFilter } from '#shared/contract/runs.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { type RunRow, readRun, runColumns, stateRank } from './run-rows.ts';
import { searchWords } from './search.ts';
import type { Sql, SqlValue } from './sql.ts';

// Each starts one index of `runs` after `place`; ties are broken by what follows in that index.
const orders: Record<RunFilter['sort'], readonly string[]> = {
  created: ['createdAt', 'id'],
  name: ['nameKey', 'id'],
  state: ['stateRank', 'createdAt', 'id'],
  machine: ['machineName', 'createdAt', 'id'],
  ended: ['endedAt', 'id'],
};

/**
 * One window of the runs and how many match. `archived` chooses the shelf: true shows only archived runs, false only
 * the others. Where sorted by end, runs that have not ended count as the smallest.
 */
export function listRuns(
  sql: Sql,
  filter: RunFilter,
  connectionOf: (machineId: string) => string,
  setAside: (row: RunRow, why: string) => void,
): { rows: RunSummary[]; total: number } {
  const { where, values } = condition(filter);
  const direction = filter.descending ? 'DESC' : 'ASC';
  const order = orders[filter.sort].map((column) => `${column} ${direction}`).join(', ');
  const total = sql.get<{ n: number }>(`SELECT count(*) AS n FROM runs WHERE ${where}`, ...values)?.n ?? 0;
  // The window is found on the index alone; only its rows are then read whole.
  const rows = sql.all<RunRow>(
    `SELECT ${runColumns} FROM runs WHERE rowid IN
       (SELECT rowid FROM runs WHERE ${where} ORDER BY ${order} LIMIT ? OFFSET ?)
     ORDER BY ${order}`,
    ...values,
    filter.limit,
    filter.offset,
  );
  const summaries: RunSummary[] = [];
  let damaged = 0;
  for (const row of rows) {
    const read = readRun(row, connectionOf(row.machineId));
    if (read.ok) summaries.push(read.value);
    else {
      damaged += 1;
      setAside(row, read.why);
    }
  }
  return { rows: summaries, total: total - damaged };
}

function condition(filter: RunFilter): { where: string; values: SqlValue[] } {
  const parts = ['place = ?'];
  const values: SqlValue[] = [filter.archived ? 'archived' : 'listed'];
  const states = [...new Set(filter.states)].map(stateRank).sort((a, b) => a - b);
  if (states.length > 0) {
    parts.push(`stateRank IN (${states.map(() => '?').join(', ')})`);
    values.push(...states);
  }
  if (filter.machineId !== undefined) {
    parts.push('machineId = ?');
    values.push(filter.machineId);
  }
  for (const word of searchWords(filter.search)) {
    parts.push('instr(searchText, ?) > 0');
    values.push(word);
  }
  return { where: parts.join(' AND '), values };
}
