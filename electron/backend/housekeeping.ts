import type { Notice } from '#shared/domain/event.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Settings, SettingsChanges } from '#shared/domain/settings.ts';
import type { Activity } from './activity/index.ts';
import type { EventBus } from './events.ts';
import { type Backup, backupFile, type Store } from './store/index.ts';

/** What the user does with the app's own data: settings, notices, backups. Each act is recorded and told to the pages. */
export class Housekeeping {
  readonly #store: Store;
  readonly #activity: Activity;
  readonly #events: EventBus;
  #restored = new AbortController();

  constructor(store: Store, activity: Activity, events: EventBus) {
    this.#store = store;
    this.#activity = activity;
    this.#events = events;
    store.notices.onAdded((notice) => events.publish({ type: 'notice', notice }));
    store.onRestored(() => {
      const before = this.#restored;
      this.#restored = new AbortController();
      before.abort();
    });
  }

  /** Aborts at the next restore: streams of events end with it, so that every page loads everything again. */
  get untilRestored(): AbortSignal {
    return this.#restored.signal;
  }

  settings(): Settings {
    return this.#store.settings.get();
  }

  /** Throws SETTING_INVALID; then nothing is changed. */
  updateSettings(changes: SettingsChanges, actor: Actor): Settings {
    return this.#store.transaction(() => {
      const settings = this.#store.settings.update(changes);
      this.#activity.record({
        actor,
        action: 'settings.update',
        target: 'settings',
        details: { ...changes },
      });
      this.#store.afterCommit(() => this.#events.publish({ type: 'settings.changed', settings }));
      return settings;
    });
  }

  /** Null: never set. */
  view(key: string): string | null {
    return this.#store.views.get(key);
  }

  /** Not recorded: how a page is arranged is no act on the user's behalf. */
  setView(key: string, content: string | null): void {
    this.#store.transaction(() => {
      this.#store.views.set(key, content);
      this.#store.afterCommit(() => this.#events.publish({ type: 'view.changed', key }));
    });
  }

  notices(): Notice[] {
    return this.#store.notices.list();
  }

  dismissNotice(id: string): void {
    this.#store.notices.dismiss(id);
  }

  /** Newest first. */
  backups(): Backup[] {
    return this.#store.backups.list();
  }

  /** Rejects with DISK_FULL and the like. */
  async backUp(actor: Actor): Promise<Backup> {
    const backup = await this.#store.backUp('asked');
    this.#activity.record({
      actor,
      action: 'store.backUp',
      target: backup.file,
      details: { bytes: backup.bytes },
    });
    return backup;
  }

  /**
   * Restores a backup: a file of the list by name, or any by its path. Whoever remembers rows elsewhere hears of it by
   * `store.onRestored` and must read them again. Throws BACKUP_UNKNOWN, BACKUP_DAMAGED, BACKUP_NEWER, DISK_FULL.
   */
  restore(file: string, actor: Actor): { keptAs: string } {
    const source = backupFile(this.#store.backups, file);
    const kept = this.#store.restore(source);
    this.#activity.record({ actor, action: 'store.restore', target: source, details: kept });
    return kept;
  }
}
