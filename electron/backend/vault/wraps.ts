import { canDerive, derive, type KdfCost, kdfNames, newDerivation } from './derive.ts';
import { keychainFailed } from './errors.ts';
import type { Wrap } from './format.ts';
import type { Keychain } from './keychain.ts';
import { open, seal } from './sealing.ts';

type Kind = 'passphrase' | 'recovery';
const aboutWrap = (vaultId: string, kind: Kind) => `wrap ${kind} ${vaultId}`;

/** The vault's key under a passphrase: once per way to derive that this host has. */
export async function wrapByPassphrase(
  kind: Kind,
  {
    vaultId,
    vaultKey,
    passphrase,
    cost,
  }: { vaultId: string; vaultKey: Uint8Array; passphrase: string; cost: KdfCost },
): Promise<Wrap[]> {
  const wraps: Wrap[] = [];
  for (const kdf of kdfNames) {
    const how = await newDerivation(kdf, cost);
    const by = await derive(passphrase, how);
    wraps.push({ kind, derivation: how, key: seal(by, vaultKey, aboutWrap(vaultId, kind)) });
    by.fill(0);
  }
  return wraps;
}

export async function wrapByKeychain(
  keychain: Keychain,
  backend: string,
  vaultKey: Uint8Array,
): Promise<Wrap> {
  try {
    const wrapped = await keychain.wrap(vaultKey);
    return { kind: 'keychain', backend, key: Buffer.from(wrapped).toString('base64') };
  } catch (error) {
    throw keychainFailed(error instanceof Error ? error.message : String(error));
  }
}

/** The vault's key, or null where the passphrase is not the one. One derivation per kind: the best that this host has. */
export async function openByPassphrase(
  wraps: readonly Wrap[],
  vaultId: string,
  passphrase: string,
  kinds: readonly Kind[] = ['passphrase', 'recovery'],
): Promise<Buffer | null> {
  for (const kind of kinds) {
    const usable = wraps.filter((wrap) => wrap.kind === kind && canDerive(wrap.derivation));
    // A damaged better one must not keep out who knows the passphrase.
    for (const wrap of usable) {
      if (wrap.kind === 'keychain') continue;
      const by = await derive(passphrase, wrap.derivation);
      const key = open(by, wrap.key, aboutWrap(vaultId, kind));
      by.fill(0);
      if (key?.length === 32) return key;
    }
  }
  return null;
}

/** VAULT_KEYCHAIN_FAILED where the keychain does not give it. */
export async function openByKeychain(wraps: readonly Wrap[], keychain: Keychain): Promise<Buffer> {
  const wrap = wraps.find((each) => each.kind === 'keychain');
  if (!wrap) throw keychainFailed('the vault is not kept in it');
  let key: Buffer;
  try {
    key = Buffer.from(await keychain.unwrap(Buffer.from(wrap.key, 'base64')));
  } catch (error) {
    throw keychainFailed(error instanceof Error ? error.message : String(error));
  }
  if (key.length !== 32) throw keychainFailed('what it gave is not a key');
  return key;
}
