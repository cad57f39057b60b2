import { createHash } from 'node:crypto';
import { type FSWatcher, readFileSync, statSync, watch } from 'node:fs';
import path from 'node:path';
import type { Logger } from 'pino';
import type { EventBus } from '#backend/events.ts';
import type { Housekeeping } from '#backend/housekeeping.ts';
import type { Store } from '#backend/store/index.ts';
import { because } from '#shared/domain/because.ts';
import { type Actor, appItself } from '#shared/domain/role.ts';
import type { SettingProblem, Settings, SettingsChanges } from '#shared/domain/settings.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { keepAside, replaceFile } from './place.ts';
import { changesTo, type ReadSettings, readSettingsText, writeSettingsText } from './text.ts';

export interface SettingsFileOptions {
  dataDirectory: string;
  store: Store;
  housekeeping: Housekeeping;
  events: EventBus;
  log: Logger;
}

const editor: Actor = { name: 'settings.json', role: 'owner' };
/** Editors write in several steps; the last one counts. */
const calmMs = 120;
/** Remembers, through restarts, which text the database was last in step with. No page can use this key. */
const stepKey = '_settings-file';

/**
 * `settings.json` in the data directory and the settings of the database, each following the other. An edit of the file is
 * applied key by key; what makes no sense is left in the file and told in a notice. A change made elsewhere is written to it.
 */
export class SettingsFile {
  readonly file: string;
  readonly #options: SettingsFileOptions;
  #watcher: FSWatcher | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** As it was last read or written here; null: there is none. */
  #text: string | null = null;
  #read: ReadSettings = readSettingsText('');
  /** What settings had when the file's value for them made no sense: theirs until they are changed. */
  #held: SettingsChanges = {};
  readonly #offs: (() => void)[] = [];

  constructor(options: SettingsFileOptions) {
    this.#options = options;
    this.file = path.join(options.dataDirectory, 'settings.json');
  }

  /** Takes over what was edited while the app was closed, writes the file where there is none, and watches it. */
  start(): void {
    const { store, events, log } = this.#options;
    this.#guarded(() => {
      const found = this.#readFile();
      if (found !== null && hashOf(found) !== store.views.get(stepKey)) {
        this.#take(found);
        return;
      }
      this.#text = found;
      this.#read = readSettingsText(found ?? '');
      this.#follow();
    });
    this.#offs.push(
      events.subscribe((event) => {
        if (event.type === 'settings.changed') this.#guarded(() => this.#follow());
      }),
      store.onRestored(() => this.#guarded(() => this.#follow())),
    );
    try {
      // The directory, not the file: editors put another file in its place.
      this.#watcher = watch(path.dirname(this.file), { persistent: false }, (_what, name) => {
        if (name === null || name === path.basename(this.file)) this.#lookSoon();
      });
      this.#watcher.on('error', (error) => log.warn({ err: error }, 'settings.json is not watched any more'));
    } catch (error) {
      log.warn({ err: error }, 'settings.json cannot be watched: edits of it are taken at the next start');
    }
  }

  close(): void {
    for (const off of this.#offs.splice(0)) off();
    this.#watcher?.close();
    this.#watcher = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Its text, and what of it could not be taken. */
  show(): { file: string; text: string; problems: SettingProblem[] } {
    return {
      file: this.file,
      text: this.#text ?? writeSettingsText(this.#options.housekeeping.settings()),
      problems: this.#read.problems,
    };
  }

  /** Puts a text in its place, whole or not at all. Throws SETTINGS_FILE_CHANGED, SETTINGS_FILE_BAD. */
  write(text: string, before: string, actor: Actor): { text: string; settings: Settings } {
    if (before !== this.show().text) {
      throw new TrainyardError(
        'SETTINGS_FILE_CHANGED',
        'The settings were changed elsewhere since this text was read. Look at them again before you save.',
      );
    }
    const read = readSettingsText(text);
    const [problem] = read.problems;
    if (problem) {
      const { key, line, why } = problem;
      throw new TrainyardError(
        'SETTINGS_FILE_BAD',
        `Line ${line} of the settings cannot be taken: ${key === '' ? why.message : `${key}: ${why.message}`}.`,
        { params: { key, line, ...because('why', why) } },
      );
    }
    this.#read = read;
    this.#put(text);
    this.#apply(read, actor);
    return { text: this.show().text, settings: this.#options.housekeeping.settings() };
  }

  /** Writes the file where it does not say what the settings are. What it says in its own way stays as it is. */
  #follow(): void {
    const settings = this.#options.housekeeping.settings();
    this.#letGo(settings);
    const said = { ...this.#held, ...this.#read.values };
    const inStep =
      this.#text !== null && this.#read.readable && Object.keys(changesTo(said, settings)).length === 0;
    if (inStep) {
      this.#remember();
      return;
    }
    if (this.#text !== null && !this.#read.readable) keepAside(this.file);
    const text = writeSettingsText(settings, this.#read.untaken);
    this.#read = readSettingsText(text);
    this.#put(text);
  }

  /** Nobody waits for it: a full disk is logged. The database has the settings; the file follows with the next change. */
  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'settings.json and the settings could not be brought in step');
    }
  }

  #put(text: string): void {
    replaceFile(this.file, text);
    this.#text = text;
    this.#remember();
  }

  #remember(): void {
    if (this.#text === null) return;
    const { store } = this.#options;
    const hash = hashOf(this.#text);
    if (store.views.get(stepKey) !== hash) store.views.set(stepKey, hash);
  }

  #lookSoon(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#guarded(() => this.#look());
    }, calmMs);
  }

  #look(): void {
    const found = this.#readFile();
    if (found !== null) {
      if (found !== this.#text) this.#take(found);
      return;
    }
    // Taken away: that is no wish for other settings. It comes back as it was.
    this.#text = null;
    this.#read = readSettingsText('');
    this.#follow();
  }

  #take(text: string): void {
    const before = this.#read.problems;
    this.#text = text;
    this.#read = readSettingsText(text);
    this.#tell(before);
    // A text that cannot be read is nobody's wish: it stays where it is until it is mended.
    if (!this.#read.readable) return;
    this.#apply(this.#read, editor);
    this.#remember();
  }

  #apply(read: ReadSettings, actor: Actor): void {
    const { housekeeping } = this.#options;
    const settings = housekeeping.settings();
    // A key with a value that makes no sense keeps what it had: only what is not named at all has its default.
    this.#held = Object.fromEntries(
      Object.entries(settings).filter(([key]) => Object.hasOwn(read.untaken, key)),
    );
    const changes = changesTo({ ...this.#held, ...read.values }, settings);
    if (Object.keys(changes).length > 0) housekeeping.updateSettings(changes, actor);
  }

  /** A setting that was changed since is the user's newer wish: its old value in the file goes. */
  #letGo(settings: Settings): void {
    for (const [key, value] of Object.entries(this.#held)) {
      if (settings[key as keyof Settings] === value) continue;
      delete this.#held[key as keyof Settings];
      delete this.#read.untaken[key];
    }
  }

  /** Each problem once: an editor that saves every second does not fill the screen. */
  #tell(before: readonly SettingProblem[]): void {
    for (const problem of this.#read.problems) {
      if (before.some(({ key, why }) => key === problem.key && why.message === problem.why.message)) continue;
      const { key, line, why } = problem;
      this.#options.store.notices.add({
        level: 'warning',
        code: key === '' ? 'SETTINGS_FILE_UNREADABLE' : 'SETTINGS_FILE_KEY',
        params: { key, line, ...because('why', why) },
        message:
          key === ''
            ? `settings.json could not be read (line ${line}: ${why.message}); the settings are as they were.`
            : `settings.json, line ${line}: "${key}" was not taken (${why.message}); the setting is as it was.`,
      });
    }
  }

  #readFile(): string | null {
    try {
      // A pipe or a directory of that name is none of ours.
      if (!statSync(this.file).isFile()) return null;
      return readFileSync(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#options.log.warn({ err: error, by: appItself.name }, 'settings.json could not be read');
      return null;
    }
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
