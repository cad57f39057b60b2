import type { CredentialKind } from '#shared/domain/credential.ts';
import { appItself } from '#shared/domain/role.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import type { Credentials, SshTarget, WantedSecret } from './ssh/index.ts';
import type { Vault } from './vault/index.ts';

/** How a private key and its passphrase lie in the vault. */
interface StoredKey {
  key: string;
  passphrase: string;
}

/**
 * What logging in to hosts takes from the vault, and leaves there. A secret is for a host by the name of the site's
 * address (its real name where that is given, else its alias of ssh_config), or for a key by its file. While the vault
 * is locked there is none.
 */
export class SshCredentials implements Credentials {
  readonly #vault: Vault;
  readonly #notKept: (scope: string, why: TrainyardError) => void;

  /** `notKept` tells the user that what they wished to keep was not kept. */
  constructor(vault: Vault, notKept: (scope: string, why: TrainyardError) => void) {
    this.#vault = vault;
    this.#notKept = notKept;
  }

  async find(wanted: WantedSecret): Promise<string | null> {
    await this.#vault.settled();
    if (this.#vault.locked) return null;
    const found = this.#chosen(wanted) ?? this.#vault.find(kindOf(wanted), scopesOf(wanted));
    if (!found) return null;
    const place = placeOf(wanted.target);
    const [value] = this.#vault.reveal([found.id], {
      kind: 'host',
      place,
      name: wanted.target.siteName ?? place,
    });
    if (value === undefined) return null;
    if (this.#vault.kindOf(found.id) !== 'private-key') return value;
    const { key, passphrase } = JSON.parse(value) as StoredKey;
    if (wanted.kind === 'private-key') return key;
    return passphrase === '' ? null : passphrase;
  }

  /** Kept for next time. Where the vault is locked, missing or altered nothing is; the login goes on all the same. */
  async remember(wanted: WantedSecret, secret: string): Promise<void> {
    const [scope = ''] = scopesOf(wanted);
    try {
      this.#keep(kindOf(wanted), scope, secret);
    } catch (error) {
      this.#notKept(scope, TrainyardError.from(error));
    }
  }

  #keep(kind: CredentialKind, scope: string, secret: string): void {
    const known = this.#vault.find(kind, [scope]);
    const taken = new Set(this.#vault.list().map(({ name }) => name));
    const name = known?.name ?? freeName(scope.slice(0, 180), taken);
    this.#vault.set({ ...(known ? { id: known.id } : {}), name, kind, scope, value: secret }, appItself);
  }

  /** The one that the site names, where it is of the kind that is wanted. */
  #chosen({ target, kind, keyFile }: WantedSecret): { id: string } | null {
    const id = target.credentialId;
    if (id === undefined) return null;
    const chosen = this.#vault.kindOf(id);
    const fits =
      (kind === 'password' && chosen === 'ssh-password') ||
      (kind === 'private-key' && chosen === 'private-key') ||
      (kind === 'key-passphrase' &&
        (keyFile === undefined ? chosen === 'private-key' : chosen === 'key-passphrase'));
    return fits ? { id } : null;
  }
}

const kinds: Record<WantedSecret['kind'], CredentialKind> = {
  password: 'ssh-password',
  'private-key': 'private-key',
  'key-passphrase': 'key-passphrase',
};
/** Without a file it is the passphrase of the vault's own key. */
const kindOf = ({ kind, keyFile }: WantedSecret): CredentialKind =>
  kind === 'key-passphrase' && keyFile === undefined ? 'private-key' : kinds[kind];

/** The most precise first: `user@host:port`, `user@host`, `host:port`, `host`; a key's file for its passphrase. */
function scopesOf({ target, kind, keyFile }: WantedSecret): string[] {
  if (kind === 'key-passphrase' && keyFile !== undefined) return [keyFile];
  const host = target.hostName ?? target.host;
  const { user, port } = target;
  return [
    ...(user !== undefined && port !== undefined ? [`${user}@${host}:${port}`] : []),
    ...(user !== undefined ? [`${user}@${host}`] : []),
    ...(port !== undefined ? [`${host}:${port}`] : []),
    host,
  ];
}

const placeOf = (target: SshTarget): string =>
  `${target.user === undefined ? '' : `${target.user}@`}${target.hostName ?? target.host}${target.port === undefined ? '' : `:${target.port}`}`;

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name} (${number})`;
  return free;
}
