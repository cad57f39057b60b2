import { copyFileSync, rmSync, statSync } from 'node:fs';
import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import { type Store, storeError } from '#backend/store/index.ts';
import type { VaultProblem } from '#shared/domain/credential.ts';
import { vaultAltered } from './errors.ts';
import { examine, type Findings } from './examine.ts';
import { formatVault, type Line, parseVault, type VaultFile, type VaultRecord, type Wrap } from './format.ts';
import { type Deed, type ExpectedRecord, Ledger } from './ledger.ts';
import { digestOf } from './sealing.ts';
import { type OnStep, readIfThere, replaceFile } from './write.ts';

export interface ShelfOptions {
  file: string;
  store: Store;
  activity: Activity;
  clock: Clock;
  onStep?: OnStep;
}

/** What the file is to hold after a write. */
export interface Content {
  vaultId: string;
  wraps: readonly Wrap[];
  records: readonly ExpectedRecord[];
  lines: readonly Buffer[];
}

/** The vault's file and what the database knows of it, kept in step: each write is whole in both, or in neither. */
export class Shelf {
  readonly ledger: Ledger;
  readonly #options: ShelfOptions;
  readonly #onStep: OnStep;
  #file: VaultFile | null = null;
  #findings: Findings | null = null;
  #mark = '';

  constructor(options: ShelfOptions) {
    this.#options = options;
    this.ledger = new Ledger(options.store.sql);
    this.#onStep = options.onStep ?? (() => undefined);
    this.reload();
  }

  /** Null where there is none. */
  get file(): VaultFile | null {
    return this.#file;
  }

  get findings(): Findings | null {
    return this.#findings;
  }

  get problems(): VaultProblem[] {
    if (this.#findings) return this.#findings.problems;
    if (!this.ledger.seal()) return [];
    const gone = this.ledger.expected().map(({ id, name }) => ({ id, name, problem: 'missing' as const }));
    return [{ id: null, name: '', problem: 'missing' }, ...gone];
  }

  get needsAcceptance(): boolean {
    return this.#findings ? this.#findings.headIsOff : this.ledger.seal() !== null;
  }

  /** Reads the file again where somebody has touched it. True: it was read. */
  refresh(): boolean {
    if (this.#markOf() === this.#mark) return false;
    this.reload();
    return true;
  }

  /** Reads the file, and finishes or forgets a write that a crash has cut. One that cannot be read is a damaged one. */
  reload(): void {
    this.#mark = this.#markOf();
    const content = this.#read();
    this.#file = content === null ? null : parseVault(content === 'unreadable' ? Buffer.alloc(0) : content);
    // Whether a write had happened cannot be said of a file that does not let itself be read.
    if (content !== 'unreadable') this.#settle(content);
    this.#findings = this.#file && examine(this.#file, this.ledger.seal(), this.ledger.expected());
  }

  /** Throws VAULT_ALTERED where the file is not the one written last, DISK_FULL and the like; then it is as it was. */
  write(vaultKey: Uint8Array, content: Content, deed: Deed): void {
    this.refresh();
    if (this.needsAcceptance) throw vaultAltered();
    this.#put(vaultKey, content, deed);
  }

  /** The first write, or one that the owner has allowed over what was found. */
  overwrite(vaultKey: Uint8Array, content: Content, deed: Deed): void {
    this.#put(vaultKey, content, deed);
  }

  /** The database believes this file from now on: its signature was checked. */
  adopt(deed: Deed): void {
    const { store } = this.#options;
    const header = this.#file?.header;
    if (!header || !this.#file) return;
    const { headerDigest } = this.#file;
    const records = this.#findings?.expected ?? [];
    store.transaction(() => {
      this.ledger.setSeal({ vaultId: header.vaultId, generation: header.generation, headerDigest }, records);
      this.#record(deed);
    });
    this.reload();
  }

  /** The signature of a head that the database could not judge is wrong. */
  disown(): void {
    if (!this.#findings) return;
    const { problems } = this.#findings;
    this.#findings = {
      ...this.#findings,
      headIsOff: true,
      aheadOfSeal: false,
      problems: [{ id: null, name: '', problem: 'altered' }, ...problems.filter(({ id }) => id !== null)],
    };
  }

  /** A copy of the file as it is, beside it. Null where there is none. */
  setAside(): string | null {
    const { file, clock } = this.#options;
    if (!this.#file) return null;
    const keptAs = `${file}.set-aside-${new Date(clock.now()).toISOString().replace(/[:.]/g, '-')}`;
    try {
      copyFileSync(file, keptAs);
    } catch (error) {
      throw storeError(error);
    }
    return keptAs;
  }

  /** No file and nothing expected: as before the first one. What was there is set aside by the caller. */
  clear(deed: Deed): void {
    this.#options.store.transaction(() => {
      this.ledger.forget();
      this.#record(deed);
    });
    rmSync(this.#options.file, { force: true });
    this.reload();
  }

  #put(vaultKey: Uint8Array, { vaultId, wraps, records, lines }: Content, deed: Deed): void {
    const { file, store } = this.#options;
    const known = Math.max(this.ledger.seal()?.generation ?? 0, this.#file?.header?.generation ?? 0);
    const entries = records.map(({ id, version, digest }) => ({ id, version, digest }));
    const bytes = formatVault(
      vaultKey,
      { vaultId, generation: known + 1, wraps: [...wraps], records: entries },
      lines,
    );
    store.transaction(() => this.ledger.setIntent(digestOf(bytes), deed));
    try {
      this.#onStep('intent');
      replaceFile(file, bytes, this.#onStep);
    } catch (error) {
      this.reload();
      throw error;
    }
    const { headerDigest } = parseVault(bytes);
    store.transaction(() => {
      this.ledger.setSeal({ vaultId, generation: known + 1, headerDigest }, records);
      this.ledger.dropIntent();
      this.#record(deed);
    });
    this.#onStep('sealed');
    this.reload();
  }

  #read(): Buffer | 'unreadable' | null {
    try {
      return readIfThere(this.#options.file);
    } catch {
      // No right to it, a directory, a failing disk: said as damage, and never a reason not to start.
      return 'unreadable';
    }
  }

  #settle(content: Buffer | null): void {
    const { file, store } = this.#options;
    const intent = this.ledger.intent();
    if (!intent) return;
    rmSync(`${file}.part`, { force: true });
    const header = this.#file?.header;
    const happened = content !== null && header && digestOf(content) === intent.digest;
    store.transaction(() => {
      if (happened && this.#file) {
        const { vaultId, generation } = header;
        const { headerDigest } = this.#file;
        this.ledger.setSeal({ vaultId, generation, headerDigest }, this.#listed(this.#file));
        this.#record(intent);
      }
      this.ledger.dropIntent();
    });
  }

  /** What the head lists, with names from the lines, or from before where a line is damaged. */
  #listed({ header, lines }: VaultFile): ExpectedRecord[] {
    const before = new Map(this.ledger.expected().map((record) => [record.id, record]));
    const records = new Map<string, VaultRecord>();
    for (const { record } of lines) if (record) records.set(record.id, record);
    return (header?.records ?? []).map((entry) => ({
      ...entry,
      name: records.get(entry.id)?.name ?? before.get(entry.id)?.name ?? entry.id,
      kind: records.get(entry.id)?.kind ?? before.get(entry.id)?.kind ?? '',
    }));
  }

  #record({ actor, role, action, target, details }: Deed): void {
    this.#options.activity.record({ actor: { name: actor, role }, action, target, details });
  }

  #markOf(): string {
    const found = statSync(this.#options.file, { throwIfNoEntry: false, bigint: true });
    return found ? `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}` : '';
  }
}

/** The lines of a file that are kept when others are changed: all of them, but those of `without`. */
export const keptLines = (file: VaultFile, without: ReadonlySet<string>): Line[] =>
  file.lines.filter(({ record }) => record === null || !without.has(record.id));
