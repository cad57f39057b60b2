import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import type { Clock } from '#backend/clock.ts';
import { Backups } from './backups.ts';
import {
  checkContent,
  checkHeader,
  checkSchema,
  DamagedDatabase,
  meansDamage,
  refuseNewer,
} from './check.ts';
import { connect, type OpenContext, type StoreLog } from './connect.ts';
import { storeError } from './errors.ts';
import { takeLock } from './lock.ts';
import { schemaVersionOf } from './migrate.ts';
import { recover } from './recover.ts';
import { finishReplacing } from './replace.ts';
import { migrations as allMigrations, type Migration } from './schema.ts';
import { Sql } from './sql.ts';
import { Store } from './store.ts';

export interface OpenStoreOptions {
  /** The database's file; its directory is made where it is missing. Beside it lie its lock and, unless told, `backups/`. */
  file: string;
  clock: Clock;
  log: StoreLog;
  backupDirectory?: string;
  /** For tests of migrations. */
  migrations?: readonly Migration[];
}

/**
 * Opens the database for this process alone, brought to the newest form. A damaged or missing one is replaced by the
 * newest good backup (what was there is kept beside it) and a notice says so.
 * Throws DATA_IN_USE, STORE_NEWER (the file is untouched), STORE_MIGRATION_FAILED (it is as it was), DISK_FULL, STORE_READ_ONLY.
 */
export function openStore(options: OpenStoreOptions): Store {
  const { file, clock, log, migrations = allMigrations } = options;
  const directory = path.dirname(file);
  const backups = new Backups(options.backupDirectory ?? path.join(directory, 'backups'), clock);
  const context: OpenContext = { file, clock, log, backups, migrations };
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw storeError(error);
  }
  const lock = takeLock(`${file}.lock`);
  try {
    return new Store(new Sql(openDatabase(context)), context, () => lock.release());
  } catch (error) {
    lock.release();
    throw storeError(error);
  }
}

function openDatabase(context: OpenContext): Database.Database {
  const { file, migrations, backups, log } = context;
  finishReplacing(file);
  refuseNewer(file, migrations.at(-1)?.version ?? 0);
  try {
    inspect(file, backups, migrations);
    return connect(context);
  } catch (error) {
    if (!meansDamage(error)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    log.warn({ file, why }, 'the database is damaged');
    recover(context, why);
    return connect(context);
  }
}

/**
 * Looks at the file through a connection that only reads, so that a damaged one is kept exactly as it was found.
 * Throws DamagedDatabase; nothing there, with no backup either, is a first start and fine.
 */
function inspect(file: string, backups: Backups, migrations: readonly Migration[]): void {
  const size = existsSync(file) ? statSync(file).size : undefined;
  if (size === undefined || size === 0) {
    if (backups.list().length === 0) return;
    throw new DamagedDatabase(size === undefined ? 'the file is gone' : 'the file is empty');
  }
  checkHeader(file);
  const waiting = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: 5_000 });
  try {
    checkContent(database);
    if (schemaVersionOf(database) === migrations.at(-1)?.version) checkSchema(database, migrations);
  } finally {
    database.close();
    // A connection that only reads leaves its (empty) helpers behind.
    if (!waiting) for (const ending of ['-wal', '-shm']) rmSync(file + ending, { force: true });
  }
}
