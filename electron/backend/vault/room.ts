import path from 'node:path';
import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import type { Store } from '#backend/store/index.ts';
import { because, firstOf, several, type Told } from '#shared/domain/because.ts';
import { type Actor, appItself } from '#shared/domain/role.ts';
import { wordOf } from '#shared/domain/word-sentences.ts';
import type { KdfCost } from './derive.ts';
import { vaultDamaged, vaultLocked, vaultMissing } from './errors.ts';
import { type Header, headIsOurs } from './format.ts';
import { IdleLock } from './idle-lock.ts';
import type { Keychain } from './keychain.ts';
import type { Deed } from './ledger.ts';
import { Shelf } from './shelf.ts';
import type { OnStep } from './write.ts';

export interface VaultOptions {
  dataDirectory: string;
  store: Store;
  activity: Activity;
  events: EventBus;
  clock: Clock;
  keychain: Keychain | null;
  /** Default: an unlock takes about half a second on this computer. */
  cost?: KdfCost;
  /** Tests stop the process at a step of a write. */
  onStep?: OnStep;
}

/** What the parts of the vault share: the file, and the key while it is open. */
export class Room {
  readonly options: VaultOptions;
  readonly cost: KdfCost;
  readonly shelf: Shelf;
  readonly #idle: IdleLock;
  #key: Buffer | null = null;
  #told = '';

  constructor(options: VaultOptions) {
    this.options = options;
    this.cost = options.cost ?? 'calibrated';
    this.shelf = new Shelf({ ...options, file: path.join(options.dataDirectory, 'vault.jsonl') });
    this.#idle = new IdleLock(
      options.clock,
      () => options.store.settings.get().vaultIdleMinutes,
      () => this.lock(appItself, 'idle'),
    );
    options.store.onRestored(() => {
      this.shelf.reload();
      this.#checkHead();
      this.changed();
    });
    this.tellProblems();
  }

  get locked(): boolean {
    return this.#key === null;
  }

  /** The vault's key; being asked for counts as use. Throws VAULT_MISSING, VAULT_LOCKED. */
  key(): Buffer {
    if (!this.#key) throw this.shelf.file ? vaultLocked() : vaultMissing();
    this.touch();
    return this.#key;
  }

  /** Throws VAULT_MISSING, VAULT_DAMAGED. */
  header(): Header {
    const { file, problems } = this.shelf;
    if (!file) throw problems.length > 0 ? vaultDamaged() : vaultMissing();
    if (!file.header) throw vaultDamaged();
    return file.header;
  }

  /** Holds the key from now on. */
  open(key: Buffer): void {
    this.drop();
    this.#key = key;
    this.#idle.start();
    this.tellProblems();
    this.changed();
  }

  lock(actor: Actor, why: 'asked' | 'idle' | 'screen'): void {
    if (!this.#key) return;
    this.drop();
    this.options.activity.record({ actor, action: 'vault.lock', target: 'vault', details: { why } });
    this.changed();
  }

  /** The key is gone from memory. */
  drop(): void {
    this.#idle.stop();
    this.#key?.fill(0);
    this.#key = null;
  }

  touch(): void {
    this.#idle.touch();
  }

  /** Before anything is said about the file: somebody may have touched it since. */
  look(): void {
    if (!this.shelf.refresh()) return;
    this.#checkHead();
    this.tellProblems();
  }

  changed(): void {
    this.options.events.publish({ type: 'vault.changed' });
  }

  /** Once per state of the file. */
  tellProblems(): void {
    const { problems } = this.shelf;
    const words = problems.map(
      ({ id, name, problem }): Told => ({
        code: 'VAULT_PROBLEM',
        params: { name: id === null ? 'vault.jsonl' : name, ...because('why', wordOf('SECRET', problem)) },
        message: `${id === null ? 'vault.jsonl' : name}: ${problem}`,
      }),
    );
    const what = several(firstOf(words, 10));
    if (what.message === this.#told) return;
    this.#told = what.message;
    if (words.length === 0) return;
    this.options.store.notices.add({
      level: 'error',
      code: 'VAULT_FILE_ALTERED',
      params: because('what', what),
      message: `The vault file is not as Trainyard left it (${what.message}). Nothing was overwritten.`,
    });
  }

  /** A head that the database cannot judge must be signed with the key that we hold. */
  #checkHead(): void {
    const { file, findings } = this.shelf;
    if (!this.#key || !file?.header || !findings?.aheadOfSeal) return;
    if (!headIsOurs(this.#key, file.header)) this.shelf.disown();
    else this.shelf.adopt(deed(appItself, 'vault.adopt', 'vault', { generation: file.header.generation }));
  }
}

export const deed = (
  actor: Actor,
  action: string,
  target: string,
  details: Record<string, unknown> = {},
): Deed => ({ actor: actor.name, role: actor.role, action, target, details });
