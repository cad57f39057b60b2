import { existsSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Clock } from '#backend/clock.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { removeDatabase } from './backups.ts';
import { checkContent, checkHeader, checkSchema, meansDamage } from './check.ts';
import { copyDurably, syncToDisk } from './durable.ts';
import { storeError } from './errors.ts';
import { migrate, schemaVersionOf } from './migrate.ts';
import { NoticesRepository } from './notices.ts';
import { incomingFile } from './replace.ts';
import type { Migration } from './schema.ts';
import { Sql } from './sql.ts';

export interface PrepareOptions {
  /** The database whose place it will take. */
  file: string;
  /** What it is copied from; null: a new, empty database. */
  from: string | null;
  clock: Clock;
  migrations: readonly Migration[];
  /** Says what happened, in the file itself: a process killed after the swap has told the user all the same. */
  tell: (notices: NoticesRepository) => void;
}

/**
 * Makes the file that will take the database's place: copied, checked, brought to the newest form, closed. The source is
 * only read. Throws BACKUP_UNKNOWN, BACKUP_DAMAGED, BACKUP_NEWER, DISK_FULL; nothing has changed then.
 */
export function prepareIncoming({ file, from, clock, migrations, tell }: PrepareOptions): void {
  const incoming = incomingFile(file);
  removeDatabase(incoming);
  try {
    if (from !== null) copyWhole(from, incoming);
    const database = new Database(incoming);
    try {
      database.pragma('journal_mode = DELETE');
      database.pragma('synchronous = FULL');
      checkContent(database);
      refuseNewerBackup(from, schemaVersionOf(database), migrations.at(-1)?.version ?? 0);
      migrate(database, migrations, () => {});
      checkSchema(database, migrations);
      tell(new NoticesRepository(new Sql(database), clock));
    } finally {
      database.close();
    }
    syncToDisk(incoming);
  } catch (error) {
    removeDatabase(incoming);
    throw asBackupError(error, from);
  }
}

function copyWhole(from: string, to: string): void {
  if (!statSync(from, { throwIfNoEntry: false })?.isFile()) {
    throw new TrainyardError('BACKUP_UNKNOWN', `There is no backup ${from}.`, { params: { file: from } });
  }
  checkHeader(from);
  copyDurably(from, to);
  // A backup of ours is one file; a database that was set aside may still have commits waiting beside it.
  if (existsSync(`${from}-wal`)) copyDurably(`${from}-wal`, `${to}-wal`);
}

function refuseNewerBackup(from: string | null, version: number, known: number): void {
  if (from === null || version <= known) return;
  throw new TrainyardError(
    'BACKUP_NEWER',
    `The backup ${from} was made by a newer version of Trainyard. Install that version to restore it.`,
    { params: { file: from, version, known } },
  );
}

function asBackupError(error: unknown, from: string | null): TrainyardError {
  if (from === null || !meansDamage(error)) return storeError(error);
  return new TrainyardError('BACKUP_DAMAGED', `The backup ${from} is damaged. Choose another one.`, {
    params: { file: from },
    details: error instanceof Error ? error.message : String(error),
    cause: error,
  });
}
