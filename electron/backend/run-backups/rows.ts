import { z } from 'zod';
import { readJson, type Store, writeJson } from '#backend/store/index.ts';
import { type Backup, backup, type KeepPolicy, keepPolicy } from '#shared/domain/run-backup.ts';

/** What is remembered of a backup beside what is shown: enough to go on with it after a crash. */
export const keptSchema = z.object({
  shown: backup,
  requestId: z.string(),
  base: z.string(),
  artefacts: z.array(z.string()),
  /** When its checkpoint was written, by the clock of the box that wrote it: tells it from one written anew. null: not known. */
  writtenAt: z.number().nullable(),
  /** How often its checkpoint was rotated away while it was copied. */
  tries: z.number().int(),
  /** A restore that was begun and whose attempt may not be there yet. */
  restoring: z.object({ runId: z.string(), machineId: z.string() }).nullable(),
  /** The newest restore from it: asked for twice it is one. */
  restored: z.object({ requestId: z.string(), runId: z.string() }).nullable(),
});
export type Kept = z.infer<typeof keptSchema>;

/** Backups of runs, and the policies of what to keep, in the database. */
export class BackupRows {
  readonly #store: Store;
  readonly #complain: (backupId: string, why: string) => void;

  constructor(store: Store, complain: (backupId: string, why: string) => void) {
    this.#store = store;
    this.#complain = complain;
  }

  /** Newest first. */
  list(runId?: string): Kept[] {
    const where = runId === undefined ? '' : 'WHERE runId = ?';
    const text = `SELECT id, content FROM runBackups ${where} ORDER BY createdAt DESC, id DESC`;
    return this.#read(text, ...(runId === undefined ? [] : [runId]));
  }

  get(id: string): Kept | null {
    return this.#read('SELECT id, content FROM runBackups WHERE id = ?', id)[0] ?? null;
  }

  inState(state: Backup['state']): Kept[] {
    return this.#read('SELECT id, content FROM runBackups WHERE state = ? ORDER BY createdAt', state);
  }

  save(kept: Kept): void {
    const { shown } = kept;
    this.#store.sql.run(
      `INSERT INTO runBackups (id, runId, machineId, state, createdAt, content) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, content = excluded.content`,
      shown.id,
      shown.runId,
      shown.machineId,
      shown.state,
      Math.round(shown.createdAt),
      writeJson(keptSchema, kept),
    );
  }

  policy(runId: string): KeepPolicy | null {
    const text = "SELECT content FROM runPolicies WHERE runId = ? AND kind = 'keep'";
    const row = this.#store.sql.get<{ content: string }>(text, runId);
    const read = row === undefined ? null : readJson(keepPolicy, row.content);
    return read?.ok ? read.value : null;
  }

  setPolicy(runId: string, policy: KeepPolicy | null): void {
    if (policy === null) {
      this.#store.sql.run("DELETE FROM runPolicies WHERE runId = ? AND kind = 'keep'", runId);
      return;
    }
    this.#store.sql.run(
      `INSERT INTO runPolicies (runId, kind, content) VALUES (?, 'keep', ?)
       ON CONFLICT (runId, kind) DO UPDATE SET content = excluded.content`,
      runId,
      writeJson(keepPolicy, policy),
    );
  }

  runsWithPolicy(): string[] {
    const rows = this.#store.sql.all<{ runId: string }>("SELECT runId FROM runPolicies WHERE kind = 'keep'");
    return rows.map(({ runId }) => runId);
  }

  #read(text: string, ...values: string[]): Kept[] {
    return this.#store.sql
      .all<{ id: string; content: string }>(text, ...values)
      .flatMap(({ id, content }) => {
        const read = readJson(keptSchema, content);
        if (read.ok) return [read.value];
        this.#complain(id, read.why);
        return [];
      });
  }
}
