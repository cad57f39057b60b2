import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import type { z } from 'zod';
import type { Clock } from '#backend/clock.ts';
import type { backupSchema } from '#shared/contract/app.ts';
import { checkContent } from './check.ts';
import { copyDurably, syncToDisk } from './durable.ts';
import { storeError } from './errors.ts';
import { schemaVersionOf } from './migrate.ts';

export type Backup = z.infer<typeof backupSchema>;
export type BackupReason = 'scheduled' | 'asked' | 'before-migration';

const named = /^trainyard-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})Z-v(\d+)-([a-z-]+)\.db$/;

/** The backups of one database: whole single files in one directory, whose names say when, which form and why. */
export class Backups {
  readonly directory: string;
  readonly #clock: Clock;

  constructor(directory: string, clock: Clock) {
    this.directory = directory;
    this.#clock = clock;
  }

  /** Newest first. What else lies in the directory is left alone. */
  list(): Backup[] {
    if (!existsSync(this.directory)) return [];
    return readdirSync(this.directory)
      .flatMap((name) => this.#describe(name) ?? [])
      .sort((a, b) => b.takenAt - a.takenAt || (a.file < b.file ? 1 : -1));
  }

  /**
   * Backs up while the database is in use: what is committed meanwhile is in it too. Rejects with DISK_FULL and the like;
   * then no half of a backup is left.
   */
  async backUp(database: Database.Database, reason: BackupReason): Promise<Backup> {
    const { part, file } = this.#place(schemaVersionOf(database), reason);
    try {
      await database.backup(part);
      return this.#finish(part, file);
    } catch (error) {
      removeDatabase(part);
      throw storeError(error);
    }
  }

  /** The same at once, for a database that nobody else uses yet: before a migration. */
  backUpNow(database: Database.Database, reason: BackupReason): Backup {
    const { part, file } = this.#place(schemaVersionOf(database), reason);
    try {
      database.pragma('wal_checkpoint(TRUNCATE)');
      copyDurably(database.name, part);
      return this.#finish(part, file);
    } catch (error) {
      removeDatabase(part);
      throw storeError(error);
    }
  }

  /** Removes all but the newest `kept`; the newest one made before a migration stays in any case. */
  prune(kept: number): void {
    const all = this.list();
    const beforeMigration = all.find((backup) => backup.reason === 'before-migration');
    for (const backup of all.slice(Math.max(1, kept))) {
      if (backup !== beforeMigration) rmSync(backup.file, { force: true });
    }
  }

  #place(version: number, reason: BackupReason): { part: string; file: string } {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    // Two within one millisecond must not share a name.
    for (let at = this.#clock.now(); ; at += 1) {
      const name = `trainyard-${stamp(at)}-v${version}-${reason}.db`;
      const file = path.join(this.directory, name);
      if (!existsSync(file)) return { part: `${file}.part`, file };
    }
  }

  #finish(part: string, file: string): Backup {
    const copy = new Database(part, { fileMustExist: true });
    try {
      // One file without a write-ahead log beside it, so that it can be copied and mailed as it is.
      copy.pragma('journal_mode = DELETE');
      checkContent(copy);
    } finally {
      copy.close();
    }
    syncToDisk(part);
    renameSync(part, file);
    syncToDisk(this.directory);
    const backup = this.#describe(path.basename(file));
    if (!backup) throw new TypeError(`a backup got the name ${file}`);
    return backup;
  }

  #describe(name: string): Backup | undefined {
    const parts = named.exec(name);
    if (!parts) return undefined;
    const [, year, month, day, hour, minute, second, ms, version, reason] = parts;
    const file = path.join(this.directory, name);
    const { size } = statSync(file, { throwIfNoEntry: false }) ?? {};
    if (size === undefined) return undefined;
    return {
      file,
      takenAt: Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`),
      bytes: size,
      schemaVersion: Number(version),
      reason: reason ?? '',
    };
  }
}

/** "20261128T165906123Z" */
export const stamp = (at: number): string => new Date(at).toISOString().replace(/[-:.]/g, '');

/** Removes a database file and what SQLite keeps beside it. */
export function removeDatabase(file: string): void {
  for (const ending of ['', '-journal', '-wal', '-shm']) rmSync(file + ending, { force: true });
}
