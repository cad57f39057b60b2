import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import type { Clock } from '#backend/clock.ts';
import { storeError } from './errors.ts';
import { takeLock } from './lock.ts';
import { migrate } from './migrate.ts';
import { migrations as allMigrations, type Migration } from './schema.ts';
import { Sql } from './sql.ts';
import { Store } from './store.ts';

/** Where the store says what it does; pino's loggers fit. */
export interface StoreLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface OpenStoreOptions {
  /** The database's file; its directory is made where it is missing. Beside it lie its lock and `backups/`. */
  file: string;
  clock: Clock;
  log: StoreLog;
  /** For tests of migrations. */
  migrations?: readonly Migration[];
}

/** Opens the database for this process alone. */
export function openStore({ file, clock, migrations = allMigrations }: OpenStoreOptions): Store {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const lock = takeLock(`${file}.lock`);
  try {
    const database = connect(file);
    migrate(database, migrations, () => {});
    return new Store(new Sql(database), clock, () => {
      database.close();
      lock.release();
    });
  } catch (error) {
    lock.release();
    throw storeError(error);
  }
}

function connect(file: string): Database.Database {
  const database = new Database(file, { timeout: 5_000 });
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  if (process.platform !== 'win32') chmodSync(file, 0o600);
  return database;
}
