import type { Clock } from '#backend/clock.ts';
import type { Sql } from './sql.ts';

/** How pages are arranged, as they themselves wrote it down. */
export class ViewsRepository {
  readonly #sql: Sql;
  readonly #clock: Clock;

  constructor(sql: Sql, clock: Clock) {
    this.#sql = sql;
    this.#clock = clock;
  }

  /** Null: never set. */
  get(key: string): string | null {
    return (
      this.#sql.get<{ content: string }>('SELECT content FROM views WHERE key = ?', key)?.content ?? null
    );
  }

  /** `content` null forgets it. */
  set(key: string, content: string | null): void {
    if (content === null) this.#sql.run('DELETE FROM views WHERE key = ?', key);
    else
      this.#sql.run(
        'INSERT INTO views (key, content, changedAt) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET content = excluded.content, changedAt = excluded.changedAt',
        key,
        content,
        this.#clock.now(),
      );
  }
}
