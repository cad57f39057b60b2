import { z } from 'zod';
import { readJson, writeJson } from './damage.ts';
import { wholeNumber } from './search.ts';
import type { Sql } from './sql.ts';

/** Half-open byte ranges [from, to), rising, apart from one another. */
export type ByteRanges = [number, number][];
const rangesSchema = z.array(z.tuple([z.number().int().min(0), z.number().int().min(0)]));

/** What is known here of one attempt's log. The bytes themselves are in files of the runs' room. */
export interface LogRecord {
  /** The file on the box they belong to; another one means that nothing kept counts any more. */
  inode: string | null;
  /** The log's length when it was last heard of. */
  bytesKnown: number;
  /** How far it was searched for metrics: set in the same transaction as the points found. */
  scannedBytes: number;
  keptRanges: ByteRanges;
}
const nothing: LogRecord = { inode: null, bytesKnown: 0, scannedBytes: 0, keptRanges: [] };

export class LogsRepository {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Where nothing is known, or the record is damaged: as if nothing were kept; it is fetched from the box again. */
  get(runId: string, epoch: number): LogRecord {
    const row = this.#sql.get<{
      inode: string | null;
      bytesKnown: number;
      scannedBytes: number;
      keptRanges: string;
    }>(
      'SELECT inode, bytesKnown, scannedBytes, keptRanges FROM logs WHERE runId = ? AND epoch = ?',
      runId,
      epoch,
    );
    if (!row) return nothing;
    const ranges = readJson(rangesSchema, row.keptRanges);
    return { ...row, keptRanges: ranges.ok ? ranges.value : [] };
  }

  set(runId: string, epoch: number, change: Partial<LogRecord>): void {
    this.#sql.transaction(() => {
      const after = { ...this.get(runId, epoch), ...change };
      this.#sql.run(
        `INSERT INTO logs (runId, epoch, inode, bytesKnown, scannedBytes, keptRanges) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (runId, epoch) DO UPDATE SET inode = excluded.inode, bytesKnown = excluded.bytesKnown,
           scannedBytes = excluded.scannedBytes, keptRanges = excluded.keptRanges`,
        runId,
        epoch,
        after.inode,
        wholeNumber(after.bytesKnown),
        wholeNumber(after.scannedBytes),
        writeJson(rangesSchema, after.keptRanges),
      );
    });
  }

  setScanned(runId: string, epoch: number, scannedBytes: number): void {
    this.set(runId, epoch, { scannedBytes });
  }
}
