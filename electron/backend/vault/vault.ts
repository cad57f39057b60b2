import type { Credential, CredentialKind, CredentialUse, VaultState } from '#shared/domain/credential.ts';
import { type Actor, appItself } from '#shared/domain/role.ts';
import { Credentials, expectedOf, type NewCredential } from './credentials.ts';
import { exportVault, openExport } from './export.ts';
import { openRecord } from './format.ts';
import { checkLength, Keys, protectionOf } from './keys.ts';
import { deed, Room, type VaultOptions } from './room.ts';

export type { NewCredential } from './credentials.ts';
export type { VaultOptions } from './room.ts';

/**
 * Secrets, encrypted in `vault.jsonl`. Values go in by `set` and come out by `reveal`, which only other rooms of the
 * backend call. A value that cannot be decrypted is named and never overwritten by itself.
 */
export class Vault {
  readonly #room: Room;
  readonly #keys: Keys;
  readonly #credentials: Credentials;
  #opening: Promise<boolean> = Promise.resolve(false);

  constructor(options: VaultOptions) {
    this.#room = new Room(options);
    this.#keys = new Keys(this.#room);
    this.#credentials = new Credentials(this.#room);
  }

  close(): void {
    this.#room.drop();
  }

  get locked(): boolean {
    return this.#room.locked;
  }

  async state(): Promise<VaultState> {
    this.#room.look();
    const keychain = (await this.#room.options.keychain?.backend()) ?? null;
    const { file, problems, needsAcceptance } = this.#room.shelf;
    return {
      exists: file !== null || problems.length > 0,
      locked: this.locked,
      protection: protectionOf(file?.header?.wraps ?? []),
      keychain,
      problems,
      needsAcceptance,
    };
  }

  /** Rejects with VAULT_EXISTS, VAULT_NEEDS_KEY, VAULT_PASSPHRASE_SHORT, VAULT_NO_KEYCHAIN. */
  async create(
    given: { passphrase?: string | undefined; keychain: boolean; recovery?: string | undefined },
    actor: Actor,
  ): Promise<VaultState> {
    await this.#keys.create(given, actor);
    return this.state();
  }

  /**
   * Without a passphrase the keychain opens it. Rejects with VAULT_MISSING, VAULT_WRONG_PASSPHRASE, VAULT_DAMAGED,
   * VAULT_KEYCHAIN_FAILED.
   */
  async unlock(passphrase: string | undefined, actor: Actor): Promise<VaultState> {
    await this.#keys.unlock(passphrase, actor);
    return this.state();
  }

  /** When the app starts on the desktop. False where the keychain does not hold the key. */
  unlockByItself(): Promise<boolean> {
    const opening = this.#keys.unlockByItself();
    this.#opening = opening.catch(() => false);
    return opening;
  }

  /** Resolves once the keychain has opened it, or will not: a login at the start waits for that. */
  async settled(): Promise<void> {
    await this.#opening;
  }

  lock(actor: Actor): void {
    this.#room.lock(actor, 'asked');
  }

  /** The host says that the screen was locked. */
  screenLocked(): void {
    if (this.#room.options.store.settings.get().vaultLockWithScreen) this.#room.lock(appItself, 'screen');
  }

  /** In the order of their names; also those that are damaged, which say so. */
  list(): Credential[] {
    return this.#credentials.list();
  }

  /** Throws VAULT_LOCKED, VAULT_ALTERED, VAULT_NAME_TAKEN, VAULT_KIND_FIXED, CREDENTIAL_UNKNOWN. */
  set(given: NewCredential, actor: Actor): Credential {
    return this.#credentials.set(given, actor);
  }

  rename(id: string, name: string, actor: Actor): Credential {
    return this.#credentials.rename(id, name, actor);
  }

  /** A damaged one too: the file as it was is set aside then. */
  delete(id: string, actor: Actor): void {
    this.#credentials.delete(id, actor);
  }

  /**
   * The values, for a room that uses them now: a login, the environment of a run. Who and when is noted. Throws
   * VAULT_LOCKED, CREDENTIAL_UNKNOWN, CREDENTIAL_DAMAGED; then none is given. Never pass a value to a log or a client.
   */
  reveal(ids: readonly string[], use: Omit<CredentialUse, 'at'>): string[] {
    return this.#credentials.reveal(ids, use);
  }

  /** The one of `kind` that is meant for this: of the first scope that has any. Null where none is, and while locked. */
  find(kind: CredentialKind, scopes: readonly string[]): { id: string; name: string } | null {
    return this.#credentials.find(kind, scopes);
  }

  /** Throws CREDENTIAL_UNKNOWN, CREDENTIAL_DAMAGED. */
  kindOf(id: string): CredentialKind {
    return this.#credentials.record(id).kind;
  }

  /** `current` is the passphrase or the recovery passphrase. Rejects with VAULT_WRONG_PASSPHRASE, VAULT_LOCKED. */
  async changePassphrase(
    given: { current?: string | undefined; passphrase: string },
    actor: Actor,
  ): Promise<VaultState> {
    await this.#keys.change('passphrase', given.passphrase, given.current, actor);
    return this.state();
  }

  async setRecovery(
    given: { current?: string | undefined; recovery: string },
    actor: Actor,
  ): Promise<VaultState> {
    await this.#keys.change('recovery', given.recovery, given.current, actor);
    return this.state();
  }

  /** Rejects with VAULT_NEEDS_KEY where nothing else would open it. */
  async useKeychain(on: boolean, actor: Actor): Promise<VaultState> {
    await this.#keys.useKeychain(on, actor);
    return this.state();
  }

  /** Everything that is readable, under a passphrase of its own. Rejects with VAULT_LOCKED, VAULT_PASSPHRASE_SHORT. */
  async export(passphrase: string, actor: Actor): Promise<{ text: string; count: number }> {
    checkLength(passphrase);
    const records = this.#credentials.readable();
    const text = await exportVault(records, passphrase, this.#room.cost);
    const count = records.length;
    this.#room.options.activity.record({
      actor,
      action: 'vault.export',
      target: 'vault',
      details: { count },
    });
    return { text, count };
  }

  /** Rejects with VAULT_LOCKED, VAULT_IMPORT_UNREADABLE, VAULT_WRONG_PASSPHRASE; then nothing is added. */
  async import(text: string, passphrase: string, actor: Actor): Promise<Credential[]> {
    this.#room.key();
    return this.#credentials.addAll(await openExport(text, passphrase), actor);
  }

  /**
   * The owner takes the file as it is: what cannot be read is dropped from it (the file as it was is kept beside it). Of
   * a head that cannot be read nothing is left: then a new vault can be made.
   */
  accept(actor: Actor): { keptAs: string | null } {
    const room = this.#room;
    room.look();
    const { shelf } = room;
    const { file, problems } = shelf;
    if (problems.length === 0) return { keptAs: null };
    if (!file?.header) {
      const keptAs = shelf.setAside();
      room.drop();
      shelf.clear(deed(actor, 'vault.acceptLoss', 'vault', { keptAs: keptAs ?? '' }));
      room.changed();
      return { keptAs };
    }
    const key = room.key();
    const { vaultId, wraps } = file.header;
    const keptAs = shelf.setAside();
    // What authenticates under our key was ours once, whatever the database says of its version.
    const readable = new Map(
      file.lines.flatMap((line) =>
        line.record && openRecord(vaultId, key, line.record) !== null
          ? [[line.record.id, { ...line, record: line.record }] as const]
          : [],
      ),
    );
    const lines = [...readable.values()];
    shelf.overwrite(
      key,
      {
        vaultId,
        wraps,
        records: lines.map(({ record, digest }) => expectedOf(record, digest)),
        lines: lines.map(({ bytes }) => bytes),
      },
      deed(actor, 'vault.accept', 'vault', { problems, keptAs: keptAs ?? '' }),
    );
    room.tellProblems();
    room.changed();
    return { keptAs };
  }
}
