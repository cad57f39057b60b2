import { z } from 'zod';
import { readJson, type Sql, type Store, writeJson } from '#backend/store/index.ts';
import { type RecoverySpec, recoverySpec } from '#shared/domain/recovery.ts';

const kept = z.object({
  policy: recoverySpec,
  /** When it was set: what was lost before is not made good by it. */
  since: z.number(),
});
const bootNote = z.object({ epoch: z.number(), state: z.enum(['cron', 'systemd', 'impossible', 'off']) });
const givenUp = z.object({ epoch: z.number().int() });
export type BootNote = z.infer<typeof bootNote>;

export interface Effective {
  policy: RecoverySpec | null;
  from: 'task' | 'user' | 'none';
  since: number;
}

/** The table `runPolicies`, as far as recovery goes: the user's policy of a run over that of its task file. */
export class Policies {
  readonly #store: Store;
  readonly #sql: Sql;

  constructor(store: Store) {
    this.#store = store;
    this.#sql = store.sql;
  }

  /** The policy in force for a run. */
  of(runId: string): Effective {
    const users = this.#read('recovery', runId, kept);
    if (users !== null) return { policy: users.policy, from: 'user', since: users.since };
    const task = this.#store.runs.get(runId)?.spec.recovery ?? null;
    return { policy: task, from: task === null ? 'none' : 'task', since: 0 };
  }

  /** Null: the task file's again. */
  set(runId: string, policy: RecoverySpec | null, now: number): void {
    if (policy === null) this.#remove('recovery', runId);
    else this.#write('recovery', runId, writeJson(kept, { policy, since: now }));
  }

  /** What the box was told about starting it at its boot. */
  boot(runId: string): BootNote | null {
    return this.#read('atBoot', runId, bootNote);
  }

  setBoot(runId: string, note: BootNote): void {
    this.#write('atBoot', runId, writeJson(bootNote, note));
  }

  /** The user gave up this machine with that attempt on it: kept until it is proven dead there, or taken back. */
  setGivenUp(runId: string, machineId: string, epoch: number): void {
    this.#write(`givenUp/${machineId}`, runId, writeJson(givenUp, { epoch }));
  }

  clearGivenUp(runId: string, machineId: string): void {
    this.#remove(`givenUp/${machineId}`, runId);
  }

  /** What was given up on a machine. */
  givenUpOn(machineId: string): { runId: string; epoch: number }[] {
    return this.#sql
      .all<{ runId: string; content: string }>(
        'SELECT runId, content FROM runPolicies WHERE kind = ?',
        `givenUp/${machineId}`,
      )
      .flatMap(({ runId, content }) => {
        const found = readJson(givenUp, content);
        return found.ok ? [{ runId, epoch: found.value.epoch }] : [];
      });
  }

  #read<Schema extends z.ZodType>(kind: string, runId: string, schema: Schema): z.output<Schema> | null {
    const row = this.#sql.get<{ content: string }>(
      'SELECT content FROM runPolicies WHERE runId = ? AND kind = ?',
      runId,
      kind,
    );
    if (row === undefined) return null;
    const found = readJson(schema, row.content);
    return found.ok ? found.value : null;
  }

  #write(kind: string, runId: string, content: string): void {
    this.#sql.run(
      `INSERT INTO runPolicies (runId, kind, content) VALUES (?, ?, ?)
       ON CONFLICT (runId, kind) DO UPDATE SET content = excluded.content`,
      runId,
      kind,
      content,
    );
  }

  #remove(kind: string, runId: string): void {
    this.#sql.run('DELETE FROM runPolicies WHERE runId = ? AND kind = ?', runId, kind);
  }
}
