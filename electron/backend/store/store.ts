import path from 'node:path';
import { TrainyardError } from '#shared/domain/error.ts';
import { type Backup, type BackupReason, type Backups, stamp } from './backups.ts';
import { connect, type OpenContext } from './connect.ts';
import { Damage } from './damage.ts';
import { storeError } from './errors.ts';
import { prepareIncoming } from './incoming.ts';
import { LogsRepository } from './logs.ts';
import { MachinesRepository } from './machines.ts';
import { MetricsRepository } from './metrics.ts';
import { NoticesRepository } from './notices.ts';
import { finishReplacing, type OnStep, replaceDatabase } from './replace.ts';
import { RunsRepository } from './runs.ts';
import { SettingsRepository } from './settings.ts';
import { SitesRepository } from './sites.ts';
import type { Sql } from './sql.ts';
import { ViewsRepository } from './views.ts';

/** Everything the app remembers. Made by `openStore`; there is one per process. */
export class Store {
  /** For rooms that keep tables of their own in the same file (the activity log). */
  readonly sql: Sql;
  readonly settings: SettingsRepository;
  readonly sites: SitesRepository;
  readonly machines: MachinesRepository;
  readonly runs: RunsRepository;
  readonly metrics: MetricsRepository;
  readonly notices: NoticesRepository;
  readonly logs: LogsRepository;
  readonly views: ViewsRepository;
  readonly backups: Backups;
  readonly #context: OpenContext;
  readonly #releaseLock: () => void;
  readonly #onRestored = new Set<() => void>();

  constructor(sql: Sql, context: OpenContext, releaseLock: () => void) {
    this.sql = sql;
    this.#context = context;
    this.#releaseLock = releaseLock;
    this.backups = context.backups;
    this.notices = new NoticesRepository(sql, context.clock);
    const damage = new Damage(sql, context.clock, this.notices);
    this.settings = new SettingsRepository(sql, this.notices, context.clock);
    this.sites = new SitesRepository(sql, damage);
    this.machines = new MachinesRepository(sql, damage);
    this.runs = new RunsRepository(sql, damage, this.machines);
    this.metrics = new MetricsRepository(sql);
    this.logs = new LogsRepository(sql);
    this.views = new ViewsRepository(sql, context.clock);
  }

  /** All of `work` or nothing; see `Sql.transaction`. It is on the disk when this returns. */
  transaction<T>(work: () => T extends PromiseLike<unknown> ? never : T): T {
    return this.sql.transaction(work);
  }

  /** Publish events here: called once the transaction around it is on the disk, at once outside of one. */
  afterCommit(then: () => void): void {
    this.sql.afterCommit(then);
  }

  /** A backup while everything goes on; older ones beyond `settings.backupsKept` go. Rejects with DISK_FULL and the like. */
  async backUp(reason: BackupReason): Promise<Backup> {
    const backup = await this.backups.backUp(this.sql.connection, reason);
    this.backups.prune(this.settings.get().backupsKept);
    return backup;
  }

  /**
   * Puts a backup in the place of the database, which is kept beside it under the returned path. Everyone keeps this
   * object; who remembers rows elsewhere reads them again (`onRestored`). Throws BACKUP_UNKNOWN, BACKUP_DAMAGED,
   * BACKUP_NEWER, DISK_FULL: then nothing has changed. `onStep` is for tests.
   */
  restore(file: string, onStep?: OnStep): { keptAs: string } {
    const { clock, log } = this.#context;
    if (this.sql.connection.inTransaction) throw new TypeError('restore was called inside a transaction');
    const database = this.#context.file;
    const keptAs = path.join(
      path.dirname(database),
      `${path.basename(database)}.before-restore-${stamp(clock.now())}`,
    );
    prepareIncoming({
      ...this.#context,
      from: file,
      tell: (notices) =>
        notices.add({
          level: 'info',
          code: 'STORE_RESTORED',
          params: { file, keptAs },
          message: `The backup ${file} was restored. What was there before is kept as ${keptAs}.`,
        }),
    });
    this.sql.connection.close();
    try {
      replaceDatabase(database, keptAs, onStep);
    } catch (error) {
      throw storeError(error);
    } finally {
      // Whichever file is in the place now, the app goes on with it.
      finishReplacing(database);
      this.sql.exchange(connect(this.#context));
    }
    log.info({ file, keptAs }, 'a backup was restored');
    for (const listener of this.#onRestored) listener();
    return { keptAs };
  }

  /** Called after a restore. Returns the call that ends it. */
  onRestored(listener: () => void): () => void {
    this.#onRestored.add(listener);
    return () => this.#onRestored.delete(listener);
  }

  /** Everything is on the disk and the data free for another process when this returns. A second call does nothing. */
  close(): void {
    if (this.sql.isOpen) this.sql.connection.close();
    this.#releaseLock();
  }
}

/** For callers that name a backup as the user typed it: a file of the list, or any path. Throws BACKUP_UNKNOWN for nothing. */
export function backupFile(backups: Backups, given: string): string {
  if (given.trim() === '') {
    throw new TrainyardError('BACKUP_UNKNOWN', 'Say which backup to restore.', { params: { file: '' } });
  }
  return path.isAbsolute(given) ? given : path.join(backups.directory, path.basename(given));
}
