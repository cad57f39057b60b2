import { because } from '#shared/domain/because.ts';
import type { VaultProblemKind } from '#shared/domain/credential.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { wordOf } from '#shared/domain/word-sentences.ts';

export const vaultMissing = () =>
  new TrainyardError(
    'VAULT_MISSING',
    'There is no vault yet. Create one first: it keeps secrets encrypted on this computer.',
  );
export const vaultExists = () =>
  new TrainyardError('VAULT_EXISTS', 'There is a vault already. Nothing was changed.');
export const vaultLocked = () =>
  new TrainyardError('VAULT_LOCKED', 'The vault is locked. Unlock it and try again.');
export const wrongPassphrase = () =>
  new TrainyardError('VAULT_WRONG_PASSPHRASE', 'This passphrase does not open it. Nothing was changed.');
export const vaultDamaged = () =>
  new TrainyardError(
    'VAULT_DAMAGED',
    'The vault file is gone or its head is damaged, so the vault cannot be opened. Nothing was overwritten: put a good copy of vault.jsonl in its place, or accept the loss and begin a new vault.',
  );
export const vaultAltered = () =>
  new TrainyardError(
    'VAULT_ALTERED',
    'The vault file is not the one that Trainyard wrote last, so nothing is written to it. Put the right file back, or accept it as it is.',
  );
export const needsKey = () =>
  new TrainyardError(
    'VAULT_NEEDS_KEY',
    'A vault must be opened by something: give a passphrase, or have the keychain of the system open it.',
  );
export const noKeychain = () =>
  new TrainyardError(
    'VAULT_NO_KEYCHAIN',
    'This host has no keychain that keeps a secret (on Linux a keyring service must be running; headless has none). Use a passphrase.',
  );
export const keychainFailed = (details: string) =>
  new TrainyardError(
    'VAULT_KEYCHAIN_FAILED',
    'The keychain of the system did not give the key of the vault. Unlock it with the passphrase or the recovery passphrase.',
    { details },
  );
export const passphraseShort = (least: number) =>
  new TrainyardError('VAULT_PASSPHRASE_SHORT', `A passphrase needs at least ${least} characters.`, {
    params: { least },
  });
export const credentialUnknown = (id: string) =>
  new TrainyardError('CREDENTIAL_UNKNOWN', `There is no credential ${id} in the vault.`, { params: { id } });
export const nameTaken = (name: string) =>
  new TrainyardError('VAULT_NAME_TAKEN', `There is a credential called "${name}" already.`, {
    params: { name },
  });
export const kindFixed = () =>
  new TrainyardError(
    'VAULT_KIND_FIXED',
    'A credential keeps its kind; only its value is replaced. Make a new one for another kind.',
  );
export const credentialDamaged = (name: string, problem: VaultProblemKind) =>
  new TrainyardError(
    'CREDENTIAL_DAMAGED',
    `The credential "${name}" cannot be used: in the vault file it is ${problem}. The others are unaffected. Set it again, or put a good copy of vault.jsonl back.`,
    { params: { name, ...because('problem', wordOf('SECRET', problem)) } },
  );
export const importUnreadable = () =>
  new TrainyardError(
    'VAULT_IMPORT_UNREADABLE',
    'This is not an export of a vault, or it is damaged. Nothing was added.',
  );
