import { z } from 'zod';
import type { Clock } from '#backend/clock.ts';
import type { Notice } from '#shared/domain/event.ts';
import { newId } from '#shared/domain/id.ts';
import { readJson, writeJson } from './damage.ts';
import type { Sql } from './sql.ts';

const paramsSchema = z.record(z.string(), z.union([z.string(), z.number()]));
const levelSchema = z.enum(['info', 'warning', 'error']);
/** More than anyone reads; older ones go. */
const kept = 500;

interface NoticeRow {
  id: string;
  at: number;
  level: string;
  code: string;
  params: string;
  message: string;
  runId: string | null;
  siteId: string | null;
}

export class NoticesRepository {
  readonly #sql: Sql;
  readonly #clock: Clock;
  readonly #listeners = new Set<(notice: Notice) => void>();

  constructor(sql: Sql, clock: Clock) {
    this.#sql = sql;
    this.#clock = clock;
  }

  /** Saves a notice. Listeners hear of it once it is on the disk. */
  add(given: Omit<Notice, 'id' | 'at'>): Notice {
    const notice: Notice = { ...given, id: newId(), at: this.#clock.now() };
    this.#sql.transaction(() => {
      this.#sql.run(
        `INSERT INTO notices (id, at, level, code, params, message, runId, siteId) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        notice.id,
        notice.at,
        notice.level,
        notice.code,
        writeJson(paramsSchema, notice.params),
        notice.message,
        notice.runId ?? null,
        notice.siteId ?? null,
      );
      this.#sql.run(
        'DELETE FROM notices WHERE rowid IN (SELECT rowid FROM notices ORDER BY at DESC, rowid DESC LIMIT -1 OFFSET ?)',
        kept,
      );
      this.#sql.afterCommit(() => {
        for (const listener of this.#listeners) listener(notice);
      });
    });
    return notice;
  }

  /** Those the user has not dismissed, newest first. One that cannot be read is left out. */
  list(): Notice[] {
    const rows = this.#sql.all<NoticeRow>(
      `SELECT id, at, level, code, params, message, runId, siteId FROM notices
       WHERE dismissedAt IS NULL ORDER BY at DESC, rowid DESC`,
    );
    return rows.flatMap((row) => {
      const params = readJson(paramsSchema, row.params);
      const level = levelSchema.safeParse(row.level);
      if (!params.ok || !level.success) return [];
      return [
        {
          id: row.id,
          at: row.at,
          level: level.data,
          code: row.code,
          params: params.value,
          message: row.message,
          ...(row.runId === null ? {} : { runId: row.runId }),
          ...(row.siteId === null ? {} : { siteId: row.siteId }),
        },
      ];
    });
  }

  /** No error when it is gone already: two windows may dismiss the same one. */
  dismiss(id: string): void {
    this.#sql.run(
      'UPDATE notices SET dismissedAt = ? WHERE id = ? AND dismissedAt IS NULL',
      this.#clock.now(),
      id,
    );
  }

  /** Returns the call that ends it. */
  onAdded(listener: (notice: Notice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
