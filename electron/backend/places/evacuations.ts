import { z } from 'zod';
import { readJson, type Sql, type Store, writeJson } from '#backend/store/index.ts';
import { type Evacuation, evacuation } from '#shared/domain/recovery.ts';

const content = z.object({
  evacuation,
  /** Names the move of each run, so that asked again after a crash it is the same one. */
  requests: z.record(z.string(), z.string()),
});
export type EvacuationRecord = z.infer<typeof content>;

interface Row {
  content: string;
}

/** The table `evacuations`: machines being emptied, and what became of their runs. */
export class EvacuationJournal {
  readonly #store: Store;
  readonly #sql: Sql;
  readonly #changed: () => void;

  /** `changed` is called once a change is on the disk. */
  constructor(store: Store, changed: () => void) {
    this.#store = store;
    this.#sql = store.sql;
    this.#changed = changed;
  }

  save(record: EvacuationRecord, requestId: string | null = null): void {
    const { id, machineId, state, startedAt } = record.evacuation;
    this.#store.transaction(() => {
      this.#sql.run(
        `INSERT INTO evacuations (id, requestId, machineId, state, startedAt, content) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, content = excluded.content`,
        id,
        requestId ?? id,
        machineId,
        state,
        Math.round(startedAt),
        writeJson(content, record),
      );
      this.#store.afterCommit(this.#changed);
    });
  }

  get(id: string): EvacuationRecord | null {
    return this.#read('SELECT content FROM evacuations WHERE id = ?', id)[0] ?? null;
  }

  byRequest(requestId: string): EvacuationRecord | null {
    return this.#read('SELECT content FROM evacuations WHERE requestId = ?', requestId)[0] ?? null;
  }

  running(): EvacuationRecord[] {
    return this.#read("SELECT content FROM evacuations WHERE state = 'running' ORDER BY startedAt, id");
  }

  /** Those under way and the last that ended, newest first. */
  shown(): Evacuation[] {
    return this.#read(
      "SELECT content FROM evacuations ORDER BY state = 'running' DESC, startedAt DESC, id LIMIT 50",
    ).map((record) => record.evacuation);
  }

  #read(text: string, ...values: string[]): EvacuationRecord[] {
    return this.#sql.all<Row>(text, ...values).flatMap((row) => {
      const found = readJson(content, row.content);
      return found.ok ? [found.value] : [];
    });
  }
}
