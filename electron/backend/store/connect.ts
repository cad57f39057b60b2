import { chmodSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Clock } from '#backend/clock.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Backups } from './backups.ts';
import { checkSchema, meansDamage } from './check.ts';
import { storeError } from './errors.ts';
import { migrate } from './migrate.ts';
import type { Migration } from './schema.ts';

/** Where the store says what it does; pino's loggers fit. */
export interface StoreLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface OpenContext {
  file: string;
  clock: Clock;
  log: StoreLog;
  backups: Backups;
  migrations: readonly Migration[];
}

/** Opens a database that was found sound, and migrates it. */
export function connect({ file, backups, migrations, log }: OpenContext): Database.Database {
  const database = new Database(file, { timeout: 5_000 });
  try {
    if (process.platform !== 'win32') chmodSync(file, 0o600);
    database.pragma('journal_mode = WAL');
    // FULL: a commit is on the disk before it is acknowledged, through a power cut too. Measured: 0.14 ms a commit against
    // 0.01 ms with NORMAL on a disk that answers at once; writers that come often (metrics, heartbeats) commit in batches.
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    // One large transaction must not leave a write-ahead log of its size for good.
    database.pragma('journal_size_limit = 16777216');
    const { from, to } = migrateOrExplain(database, backups, migrations);
    if (from !== to) {
      checkSchema(database, migrations);
      log.info({ file, from, to }, 'the database was brought to a newer form');
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrateOrExplain(
  database: Database.Database,
  backups: Backups,
  migrations: readonly Migration[],
): { from: number; to: number } {
  try {
    return migrate(database, migrations, () => {
      backups.backUpNow(database, 'before-migration');
    });
  } catch (error) {
    if (meansDamage(error)) throw error;
    const known = storeError(error);
    if (known.code !== 'INTERNAL') throw known;
    throw new TrainyardError(
      'STORE_MIGRATION_FAILED',
      'The data of Trainyard could not be brought to the form that this version needs. Nothing was changed. Go back to the version used before, and report this.',
      { details: known.details, cause: error },
    );
  }
}
