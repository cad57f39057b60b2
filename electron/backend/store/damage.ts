import type { z } from 'zod';
import type { Clock } from '#backend/clock.ts';
import { because, type Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { NoticesRepository } from './notices.ts';
import type { Sql } from './sql.ts';

/**
 * A JSON column as it goes into the database. Throws INTERNAL when our own code hands over something that the schema
 * does not allow: nothing gets in that could not be read again.
 */
export function writeJson<Schema extends z.ZodType>(schema: Schema, value: z.input<Schema>): string {
  const checked = schema.safeParse(value);
  if (!checked.success) {
    throw new TrainyardError('INTERNAL', 'Something went wrong inside Trainyard. The log has the details.', {
      details: `not fit to be saved: ${checked.error.message}`,
    });
  }
  return JSON.stringify(checked.data);
}

export type ReadResult<T> = { ok: true; value: T } | { ok: false; why: string };

/** A JSON column as it comes out: never throws. */
export function readJson<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
): ReadResult<z.output<Schema>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { ok: false, why: 'not JSON' };
  }
  const checked = schema.safeParse(parsed);
  if (checked.success) return { ok: true, value: checked.data };
  const issue = checked.error.issues[0];
  return { ok: false, why: issue ? `${issue.path.join('.')}: ${issue.message}` : 'not of the expected form' };
}

/** Keeps rows that cannot be read for whoever wants to repair them, and tells the user once about each. */
export class Damage {
  readonly #sql: Sql;
  readonly #clock: Clock;
  readonly #notices: NoticesRepository;

  constructor(sql: Sql, clock: Clock, notices: NoticesRepository) {
    this.#sql = sql;
    this.#clock = clock;
    this.#notices = notices;
  }

  /** Notes that the row `key` of `table` cannot be read. `what` is how the user knows it. */
  report(table: string, key: string, what: string | Told, why: string, row: unknown): void {
    const added = this.#sql.run(
      `INSERT INTO damagedRows (tableName, key, at, why, content) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (tableName, key) DO NOTHING`,
      table,
      key,
      this.#clock.now(),
      why,
      JSON.stringify(row, (_name, value) => (typeof value === 'bigint' ? value.toString() : value)) ?? 'null',
    );
    if (added.changes === 0) return;
    this.#notices.add({
      level: 'warning',
      code: 'STORE_ROW_DAMAGED',
      params: { ...(typeof what === 'string' ? { what } : because('what', what)), table },
      message: `The saved entry "${typeof what === 'string' ? what : what.message}" is damaged and was set aside. Everything else is unaffected; runs are found again when their machine is connected.`,
    });
  }
}
