import { z } from 'zod';
import { readJson, type Sql, type Store, writeJson } from '#backend/store/index.ts';
import { type RecoveryEvent, recoveryEvent } from '#shared/domain/recovery.ts';

const reached = z.object({
  step: z.number().nullable(),
  checkpoint: z.object({ path: z.string(), step: z.number().nullable(), modifiedAt: z.number() }).nullable(),
});

/** What is remembered of a loss beside what the page shows. */
const memory = z.object({
  inRow: z.number().int(),
  best: reached,
  errorPlace: z.string().nullable(),
  exitCode: z.number().nullable(),
  /** Written before the box is asked to start: whatever is killed then, the same start is gone on with. */
  starting: z
    .object({
      epoch: z.number().int(),
      machineId: z.string(),
      machineName: z.string(),
      resume: z.object({ path: z.string(), step: z.number().nullable() }).nullable(),
      prepared: z.boolean(),
      accelerators: z.array(z.string()),
    })
    .nullable(),
  /** Tries to carry it out that failed, in a row. */
  tries: z.number().int(),
  /** Who has agreed to a restart that was asked for. */
  acceptedBy: z.string().nullable(),
  /** Agreed to lose what no copy is left of: started from the beginning. */
  startsOver: z.boolean(),
  proposalId: z.string().nullable(),
});
export type Memory = z.infer<typeof memory>;

const content = z.object({ event: recoveryEvent, memory });
/** A loss and what was decided about it. One per lost attempt. */
export type Entry = z.infer<typeof content>;

interface Row {
  content: string;
}

/** The table `recoveries`: what happened to runs and what was done about it. */
export class Journal {
  readonly #store: Store;
  readonly #sql: Sql;
  readonly #changed: (runId: string) => void;

  /** `changed` is called once a change is on the disk. */
  constructor(store: Store, changed: (runId: string) => void) {
    this.#store = store;
    this.#sql = store.sql;
    this.#changed = changed;
  }

  /** Writes an entry; false: there is one of that attempt already, and nothing is changed. */
  add(entry: Entry): boolean {
    return this.#store.transaction(() => {
      if (this.of(entry.event.runId, entry.event.epoch) !== null) return false;
      this.#write(entry);
      return true;
    });
  }

  save(entry: Entry): void {
    this.#store.transaction(() => this.#write(entry));
  }

  remove(id: string): void {
    this.#sql.run('DELETE FROM recoveries WHERE id = ?', id);
  }

  /** The entry as it is now. Null: its run was deleted. */
  get(id: string): Entry | null {
    return this.#one('SELECT content FROM recoveries WHERE id = ?', id);
  }

  of(runId: string, epoch: number): Entry | null {
    return this.#one('SELECT content FROM recoveries WHERE runId = ? AND epoch = ?', runId, epoch);
  }

  /** Newest first. */
  events(limit: number, runId?: string): RecoveryEvent[] {
    const rows =
      runId === undefined
        ? this.#sql.all<Row>('SELECT content FROM recoveries ORDER BY at DESC, id DESC LIMIT ?', limit)
        : this.#sql.all<Row>(
            'SELECT content FROM recoveries WHERE runId = ? ORDER BY at DESC, epoch DESC LIMIT ?',
            runId,
            limit,
          );
    return rows.flatMap((row) => read(row)?.event ?? []);
  }

  /** Those to be carried out, the oldest first. */
  waiting(): Entry[] {
    return this.#sql
      .all<Row>("SELECT content FROM recoveries WHERE outcome = 'waiting' ORDER BY at")
      .flatMap((row) => read(row) ?? []);
  }

  /** Those of a run that are not decided yet. */
  open(runId: string): Entry[] {
    return this.#sql
      .all<Row>(
        "SELECT content FROM recoveries WHERE runId = ? AND outcome IN ('waiting', 'asked') ORDER BY at",
        runId,
      )
      .flatMap((row) => read(row) ?? []);
  }

  /** The restart that began this attempt. Null: it was begun by somebody else. */
  thatBegan(runId: string, epoch: number): Entry | null {
    const rows = this.#sql.all<Row>(
      "SELECT content FROM recoveries WHERE runId = ? AND epoch < ? AND outcome = 'restarted' ORDER BY epoch DESC LIMIT 1",
      runId,
      epoch,
    );
    const [entry] = rows.flatMap((row) => read(row) ?? []);
    return entry?.event.newEpoch === epoch ? entry : null;
  }

  /** Runs whose newest attempt has ended badly since then and was never judged: the app was killed in between. */
  unjudged(since: number): { runId: string; epoch: number }[] {
    return this.#sql.all(
      `SELECT runs.id AS runId, runs.epoch AS epoch FROM runs
       JOIN runSpecifications ON runSpecifications.runId = runs.id
       LEFT JOIN runPolicies ON runPolicies.runId = runs.id AND runPolicies.kind = 'recovery'
       WHERE runs.place = 'listed' AND runs.endedAt >= ? AND runs.state IN ('failed', 'lost')
         AND (runPolicies.runId IS NOT NULL OR json_extract(runSpecifications.spec, '$.recovery') IS NOT NULL)
         AND NOT EXISTS (SELECT 1 FROM recoveries WHERE recoveries.runId = runs.id AND recoveries.epoch = runs.epoch)`,
      Math.round(since),
    );
  }

  #one(text: string, ...values: (string | number)[]): Entry | null {
    const row = this.#sql.get<Row>(text, ...values);
    return row === undefined ? null : read(row);
  }

  #write(entry: Entry): void {
    const { event } = entry;
    this.#sql.run(
      `INSERT INTO recoveries (id, runId, epoch, at, outcome, content) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET outcome = excluded.outcome, content = excluded.content`,
      event.id,
      event.runId,
      event.epoch,
      Math.round(event.at),
      event.outcome,
      writeJson(content, entry),
    );
    this.#store.afterCommit(() => this.#changed(event.runId));
  }
}

/** Null where it cannot be read: a damaged entry is as if the loss had not been judged. */
function read({ content: text }: Row): Entry | null {
  const found = readJson(content, text);
  return found.ok ? found.value : null;
}
