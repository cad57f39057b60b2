import { readRecoveryPassphrase, type VaultProtection } from '#shared/domain/credential.ts';
import { newId } from '#shared/domain/id.ts';
import { type Actor, appItself } from '#shared/domain/role.ts';
import { needsKey, noKeychain, passphraseShort, vaultExists, wrongPassphrase } from './errors.ts';
import { type Header, headIsOurs, type Wrap } from './format.ts';
import type { Deed } from './ledger.ts';
import { deed, type Room } from './room.ts';
import { newKey } from './sealing.ts';
import { openByKeychain, openByPassphrase, wrapByKeychain, wrapByPassphrase } from './wraps.ts';

/** Characters of the shortest passphrase that is taken. */
const shortest = 8;

/** What opens the vault: made, used, changed. */
export class Keys {
  readonly #room: Room;
  #turn: Promise<void> = Promise.resolve();

  constructor(room: Room) {
    this.#room = room;
  }

  async create(
    given: { passphrase?: string | undefined; keychain: boolean; recovery?: string | undefined },
    actor: Actor,
  ): Promise<void> {
    this.#checkNone();
    if (given.passphrase === undefined && !given.keychain) throw needsKey();
    const vaultId = newId();
    const vaultKey = newKey();
    const wraps: Wrap[] = [];
    if (given.keychain) wraps.push(await this.#byKeychain(vaultKey));
    if (given.passphrase !== undefined)
      wraps.push(...(await this.#byPassphrase('passphrase', vaultId, vaultKey, given.passphrase)));
    if (given.recovery !== undefined)
      wraps.push(...(await this.#byPassphrase('recovery', vaultId, vaultKey, given.recovery)));
    // Deriving took a while: another page may have been quicker.
    this.#checkNone();
    const opens = protectionOf(wraps).map(({ kind }) => kind);
    this.#room.shelf.overwrite(
      vaultKey,
      { vaultId, wraps, records: [], lines: [] },
      deed(actor, 'vault.create', 'vault', { opens }),
    );
    this.#room.open(vaultKey);
  }

  /** One at a time: each derivation takes much memory, and guessing must not become quick by asking often. */
  unlock(passphrase: string | undefined, actor: Actor): Promise<void> {
    const turn = this.#turn.then(() => this.#unlock(passphrase, actor));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #unlock(passphrase: string | undefined, actor: Actor): Promise<void> {
    this.#room.look();
    const { activity } = this.#room.options;
    try {
      const key = await this.#keyOf(this.#room.header(), passphrase);
      if (!key) throw wrongPassphrase();
      this.#judgeHead(key);
      activity.record({ actor, action: 'vault.unlock', target: 'vault' });
      this.#room.open(key);
    } catch (error) {
      activity.record({ actor, action: 'vault.unlock', target: 'vault', result: 'failed' });
      throw error;
    }
  }

  /** With the keychain alone. False where it does not hold the key. */
  async unlockByItself(): Promise<boolean> {
    const { keychain } = this.#room.options;
    this.#room.look();
    const wraps = this.#room.shelf.file?.header?.wraps ?? [];
    if (!keychain || !wraps.some(({ kind }) => kind === 'keychain')) return false;
    if ((await keychain.backend()) === null) return false;
    await this.unlock(undefined, appItself);
    return true;
  }

  /** A new passphrase or recovery passphrase; whoever finds the app open must not be able to take the vault over. */
  async change(
    kind: 'passphrase' | 'recovery',
    wanted: string,
    current: string | undefined,
    actor: Actor,
  ): Promise<void> {
    this.#room.key();
    const head = this.#room.header();
    if (head.wraps.some((wrap) => wrap.kind !== 'keychain')) {
      const proven = current === undefined ? null : await this.#keyOf(head, current);
      if (!proven) throw wrongPassphrase();
      proven.fill(0);
    }
    const added = await this.#byPassphrase(kind, head.vaultId, this.#room.key(), wanted);
    const others = this.#room.header().wraps.filter((wrap) => wrap.kind !== kind);
    const action = kind === 'passphrase' ? 'vault.changePassphrase' : 'vault.setRecovery';
    this.#rewrite([...others, ...added], deed(actor, action, 'vault'));
  }

  async useKeychain(on: boolean, actor: Actor): Promise<void> {
    const added = on ? [await this.#byKeychain(this.#room.key())] : [];
    const others = this.#room.header().wraps.filter(({ kind }) => kind !== 'keychain');
    if (others.length + added.length === 0) throw needsKey();
    this.#rewrite([...added, ...others], deed(actor, 'vault.useKeychain', 'vault', { on }));
  }

  async #keyOf({ wraps, vaultId }: Header, passphrase: string | undefined): Promise<Buffer | null> {
    if (passphrase === undefined) {
      const { keychain } = this.#room.options;
      if (!keychain) throw noKeychain();
      return openByKeychain(wraps, keychain);
    }
    const byPassphrase = await openByPassphrase(wraps, vaultId, passphrase, ['passphrase']);
    const recovery = readRecoveryPassphrase(passphrase);
    return byPassphrase ?? (recovery ? openByPassphrase(wraps, vaultId, recovery, ['recovery']) : null);
  }

  /** The key has been proven by its wrap. A head that is newer than the database must be signed with it as well. */
  #judgeHead(key: Buffer): void {
    const { shelf } = this.#room;
    if (!shelf.findings?.aheadOfSeal) return;
    const head = this.#room.header();
    if (headIsOurs(key, head))
      shelf.adopt(deed(appItself, 'vault.adopt', 'vault', { generation: head.generation }));
    else shelf.disown();
  }

  #rewrite(wraps: Wrap[], what: Deed): void {
    const { shelf } = this.#room;
    this.#room.look();
    shelf.write(
      this.#room.key(),
      {
        vaultId: this.#room.header().vaultId,
        wraps,
        records: shelf.findings?.expected ?? [],
        lines: shelf.file?.lines.map(({ bytes }) => bytes) ?? [],
      },
      what,
    );
    this.#room.changed();
  }

  #checkNone(): void {
    this.#room.look();
    const { file, problems } = this.#room.shelf;
    if (file || problems.length > 0) throw vaultExists();
  }

  async #byKeychain(key: Uint8Array): Promise<Wrap> {
    const { keychain } = this.#room.options;
    const backend = (await keychain?.backend()) ?? null;
    if (!keychain || backend === null) throw noKeychain();
    return wrapByKeychain(keychain, backend, key);
  }

  #byPassphrase(
    kind: 'passphrase' | 'recovery',
    vaultId: string,
    vaultKey: Uint8Array,
    passphrase: string,
  ): Promise<Wrap[]> {
    checkLength(passphrase);
    return wrapByPassphrase(kind, { vaultId, vaultKey, passphrase, cost: this.#room.cost });
  }
}

/** Throws VAULT_PASSPHRASE_SHORT. */
export function checkLength(passphrase: string): void {
  if ([...passphrase].length < shortest) throw passphraseShort(shortest);
}

export function protectionOf(wraps: readonly Wrap[]): VaultProtection[] {
  const found: VaultProtection[] = [];
  for (const kind of ['keychain', 'passphrase', 'recovery'] as const) {
    const methods = wraps.flatMap((wrap) =>
      wrap.kind !== kind ? [] : wrap.kind === 'keychain' ? [wrap.backend] : [wrap.derivation.kdf],
    );
    if (methods.length > 0) found.push({ kind, method: methods.join(', ') });
  }
  return found;
}
