import type { Clock } from '#backend/clock.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import {
  type Settings,
  type SettingsChanges,
  settingsChanges,
  settings as settingsSchema,
} from '#shared/domain/settings.ts';
import type { NoticesRepository } from './notices.ts';
import type { Sql } from './sql.ts';

type Key = keyof Settings;
const keys = Object.keys(settingsSchema.shape) as Key[];
const defaults: Settings = settingsSchema.parse({});

/** The user's settings, one row per key. A key of a newer version is kept untouched. */
export class SettingsRepository {
  readonly #sql: Sql;
  readonly #notices: NoticesRepository;
  readonly #clock: Clock;
  readonly #told = new Set<string>();

  constructor(sql: Sql, notices: NoticesRepository, clock: Clock) {
    this.#sql = sql;
    this.#notices = notices;
    this.#clock = clock;
  }

  /** Each setting as saved; one that is missing has its default, one that makes no sense too, with a notice. */
  get(): Settings {
    const saved = new Map(
      this.#sql
        .all<{ key: string; value: string }>('SELECT key, value FROM settings')
        .map((row) => [row.key, row.value]),
    );
    let result = defaults;
    for (const key of keys) {
      const text = saved.get(key);
      if (text === undefined) continue;
      const checked = settingsSchema.shape[key].safeParse(parse(text));
      if (checked.success) result = { ...result, [key]: checked.data };
      else this.#tellBad(key, text);
    }
    return result;
  }

  /** Saves the given keys and returns all settings. Throws SETTING_INVALID naming the first bad one; then nothing is saved. */
  update(changes: SettingsChanges): Settings {
    const checked = settingsChanges.safeParse(changes);
    if (!checked.success) {
      const issue = checked.error.issues[0];
      const key = issue?.path.join('.') ?? '';
      throw new TrainyardError(
        'SETTING_INVALID',
        `The setting ${key} cannot have this value: ${issue?.message}.`,
        {
          params: { key },
        },
      );
    }
    const asked = this.#withRateDay(checked.data);
    this.#sql.transaction(() => {
      for (const key of keys) {
        const value = asked[key];
        if (value === undefined) continue;
        this.#sql.run(
          'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
          key,
          JSON.stringify(value),
        );
        this.#told.delete(key);
      }
    });
    return this.get();
  }

  /** A rate that is said without its day is of today, in UTC. */
  #withRateDay(changes: SettingsChanges): SettingsChanges {
    const { currencyPerDollar, currencyRateOn } = changes;
    if (currencyPerDollar === undefined || currencyRateOn !== undefined) return changes;
    return { ...changes, currencyRateOn: new Date(this.#clock.now()).toISOString().slice(0, 10) };
  }

  #tellBad(key: string, text: string): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#notices.add({
      level: 'warning',
      code: 'SETTING_RESET',
      params: { key, value: text.slice(0, 100) },
      message: `The saved setting ${key} could not be used, so its default applies.`,
    });
  }
}

/** What is not JSON comes as null, which no setting allows (undefined would silently mean the default). */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
