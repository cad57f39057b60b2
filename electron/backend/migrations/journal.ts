import type { Logger } from 'pino';
import { readJson, type Store, writeJson } from '#backend/store/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { isOver } from '#shared/domain/migration.ts';
import { type MoveRecord, recordSchema } from './record.ts';

interface Row {
  id: string;
  content: string;
}
export interface JournalFilter {
  runId?: string | undefined;
  machineId?: string | undefined;
  active?: boolean | undefined;
  limit?: number | undefined;
}

/** The moves in the database. What is written is on the disk when the call returns: then, and not before, it may be done. */
export class Journal {
  readonly #store: Store;
  readonly #log: Logger;

  constructor(store: Store, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  /** Throws MOVE_UNDER_WAY where another move of the run has not ended. */
  insert(requestId: string, record: MoveRecord): void {
    const { migration } = record;
    const other = this.#store.sql.get<{ id: string }>(
      'SELECT id FROM migrations WHERE runId = ? AND active = 1',
      migration.runId,
    );
    if (other) {
      throw new TrainyardError('MOVE_UNDER_WAY', `Run "${migration.runName}" is being moved already.`, {
        params: { name: migration.runName, migrationId: other.id },
      });
    }
    this.#store.sql.run(
      `INSERT INTO migrations (id, requestId, runId, fromMachineId, toMachineId, phase, active, chores, startedAt, content)
       VALUES (?, ?, ?, ?, ?, ?, 1, 0, ?, ?)`,
      migration.id,
      requestId,
      migration.runId,
      migration.from.machineId,
      migration.to.machineId,
      migration.phase,
      Math.round(migration.startedAt),
      writeJson(recordSchema, record),
    );
  }

  save(record: MoveRecord): void {
    const { migration, memory } = record;
    this.#store.sql.run(
      'UPDATE migrations SET phase = ?, active = ?, chores = ?, content = ? WHERE id = ?',
      migration.phase,
      isOver(migration.phase) ? 0 : 1,
      memory.chores.length,
      writeJson(recordSchema, record),
      migration.id,
    );
  }

  get(id: string): MoveRecord | null {
    return (
      this.#read(this.#store.sql.all<Row>('SELECT id, content FROM migrations WHERE id = ?', id))[0] ?? null
    );
  }

  byRequest(requestId: string): MoveRecord | null {
    const text = 'SELECT id, content FROM migrations WHERE requestId = ?';
    return this.#read(this.#store.sql.all<Row>(text, requestId))[0] ?? null;
  }

  /** Newest first. */
  list({ runId, machineId, active, limit = 200 }: JournalFilter): MoveRecord[] {
    const wanted: string[] = [];
    const values: string[] = [];
    if (runId !== undefined) {
      wanted.push('runId = ?');
      values.push(runId);
    }
    if (machineId !== undefined) {
      wanted.push('(fromMachineId = ? OR toMachineId = ?)');
      values.push(machineId, machineId);
    }
    if (active !== undefined) wanted.push(active ? 'active = 1' : 'active = 0');
    const where = wanted.length === 0 ? '' : `WHERE ${wanted.join(' AND ')}`;
    const text = `SELECT id, content FROM migrations ${where} ORDER BY startedAt DESC, id DESC LIMIT ?`;
    return this.#read(this.#store.sql.all<Row>(text, ...values, limit));
  }

  /** Those that have not ended, oldest first. */
  active(): MoveRecord[] {
    return this.list({ active: true, limit: 100_000 }).reverse();
  }

  /** Those that are over and have left something to be cleared up. */
  withChores(): MoveRecord[] {
    return this.#read(
      this.#store.sql.all<Row>('SELECT id, content FROM migrations WHERE active = 0 AND chores > 0'),
    );
  }

  #read(rows: Row[]): MoveRecord[] {
    return rows.flatMap(({ id, content }) => {
      const read = readJson(recordSchema, content);
      if (read.ok) return [read.value];
      this.#log.error({ migrationId: id, why: read.why }, 'a move in the journal cannot be read');
      return [];
    });
  }
}

export const moveUnknown = (migrationId: string): TrainyardError =>
  new TrainyardError('MOVE_UNKNOWN', 'There is no such move.', { params: { migrationId } });
