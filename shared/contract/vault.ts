import { z } from 'zod';
import { credential, credentialKind, recoveryPattern, vaultState } from '../domain/credential.ts';
import { foundLogin } from '../domain/login.ts';
import { act, look, own } from './base.ts';

const passphrase = z.string().min(1).max(1024);
const recovery = z.string().regex(recoveryPattern, 'seven groups of four characters');
const name = z.string().trim().min(1).max(200);
const reference = z.object({ id: z.string().max(64) });

/** Secrets go in and never come out: no procedure returns one. */
export const vaultContract = {
  state: look.output(vaultState),
  /** At least one of passphrase and keychain. VAULT_EXISTS, VAULT_PASSPHRASE_SHORT, VAULT_NO_KEYCHAIN, VAULT_NEEDS_KEY. */
  create: own
    .input(
      z.object({
        passphrase: passphrase.optional(),
        keychain: z.boolean().default(false),
        recovery: recovery.optional(),
      }),
    )
    .output(vaultState),
  /** With the passphrase, the recovery passphrase, or (none given) the keychain. VAULT_WRONG_PASSPHRASE, VAULT_DAMAGED. */
  unlock: act.input(z.object({ passphrase: passphrase.optional() })).output(vaultState),
  lock: act.output(vaultState),
  list: look.output(z.array(credential)),
  /** A new credential, or with `id` a new value for one (rotation). VAULT_LOCKED, VAULT_NAME_TAKEN, VAULT_ALTERED. */
  set: act
    .input(
      z.object({
        id: z.string().max(64).optional(),
        name,
        kind: credentialKind,
        scope: z.string().trim().max(4096).default(''),
        value: z.string().min(1).max(100_000),
        /** Of a private key that is encrypted. */
        passphrase: passphrase.optional(),
      }),
    )
    .output(credential),
  rename: act.input(reference.extend({ name })).output(credential),
  delete: act.input(reference).output(z.void()),
  /** `current` is the passphrase or the recovery passphrase; needed where there is one. */
  changePassphrase: own.input(z.object({ current: passphrase.optional(), passphrase })).output(vaultState),
  /** Sets a recovery passphrase; one from before opens nothing any more. */
  setRecovery: own.input(z.object({ current: passphrase.optional(), recovery })).output(vaultState),
  /** Has the system's keychain open the vault too, or no longer. VAULT_NO_KEYCHAIN, VAULT_NEEDS_KEY. */
  setKeychain: own.input(z.object({ on: z.boolean() })).output(vaultState),
  /** All credentials, encrypted under a passphrase of their own, as text for a file. */
  export: own.input(z.object({ passphrase })).output(z.object({ text: z.string(), count: z.number() })),
  /** Adds what an export holds; names that are taken get a number. VAULT_IMPORT_UNREADABLE, VAULT_WRONG_PASSPHRASE. */
  import: own
    .input(z.object({ text: z.string().max(20_000_000), passphrase }))
    .output(z.object({ added: z.array(credential) })),
  /** Takes the altered file as it is; what cannot be read is set aside in a copy of the file. */
  accept: own.output(z.object({ keptAs: z.string().nullable(), state: vaultState })),
  /** The user's own logins on this computer, found by reading files; nothing is run, sent or copied. */
  logins: act.output(z.array(foundLogin)),
};
