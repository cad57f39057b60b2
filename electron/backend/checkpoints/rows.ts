import type { Logger } from 'pino';
import { z } from 'zod';
import { readJson, type Store, writeJson } from '#backend/store/index.ts';
import { type RunCheckpoint, runCheckpoint } from '#shared/domain/checkpoint.ts';

/** What is remembered of a checkpoint beside what is shown: its files, for whoever copies or hashes it. */
export const rememberedSchema = z.object({
  shown: runCheckpoint,
  directory: z.string(),
  files: z.array(z.string()),
  machineId: z.string(),
});
export type Remembered = z.infer<typeof rememberedSchema>;

const manifestSchema = z.object({ algorithm: z.string(), digest: z.string() });

/** The checkpoints of runs in the database. */
export class CheckpointRows {
  readonly #store: Store;
  readonly #log: Pick<Logger, 'error'>;

  constructor(store: Store, log: Pick<Logger, 'error'>) {
    this.#store = store;
    this.#log = log;
  }

  /** In no order; one that cannot be read any more is left out: the box still has it. */
  ofRun(runId: string): Remembered[] {
    const text = 'SELECT id, content, manifest FROM checkpoints WHERE runId = ?';
    return this.#store.sql
      .all<{ id: string; content: string; manifest: string | null }>(text, runId)
      .flatMap(({ id, content, manifest }) => {
        const read = readJson(rememberedSchema, content);
        if (!read.ok) {
          this.#log.error({ checkpointId: id, why: read.why }, 'a remembered checkpoint cannot be read');
          return [];
        }
        const hashed = manifest === null ? null : readJson(manifestSchema, manifest);
        const shown: RunCheckpoint = { ...read.value.shown, manifest: hashed?.ok ? hashed.value : null };
        return [{ ...read.value, shown }];
      });
  }

  save(remembered: Remembered): void {
    const { shown } = remembered;
    this.#store.sql.run(
      `INSERT INTO checkpoints (id, runId, epoch, path, step, seenAt, content, manifest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, step = excluded.step, seenAt = excluded.seenAt,
         content = excluded.content, manifest = excluded.manifest`,
      shown.id,
      shown.runId,
      shown.epoch,
      shown.path,
      shown.step,
      Math.round(shown.seenAt),
      writeJson(rememberedSchema, remembered),
      shown.manifest === null ? null : writeJson(manifestSchema, shown.manifest),
    );
  }

  /** Those of a run that are gone, but for the newest `keep`: rotation goes on for weeks. */
  forgetGone(runId: string, keep: number): void {
    const gone = this.ofRun(runId)
      .filter(({ shown }) => shown.gone && shown.copies.length === 0)
      .sort((one, other) => other.shown.seenAt - one.shown.seenAt)
      .slice(keep);
    for (const { shown } of gone) this.#store.sql.run('DELETE FROM checkpoints WHERE id = ?', shown.id);
  }
}
