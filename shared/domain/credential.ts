import { z } from 'zod';

export const credentialKinds = [
  'ssh-password',
  'private-key',
  'key-passphrase',
  'cloud-access-key',
  'service-account',
  'token',
  'registry-login',
  'environment',
] as const;
export const credentialKind = z.enum(credentialKinds);
export type CredentialKind = z.infer<typeof credentialKind>;

/** Kinds that a run may be given in its environment; the others are logins to hosts. */
export const credentialsForRuns: readonly CredentialKind[] = [
  'environment',
  'token',
  'cloud-access-key',
  'service-account',
  'registry-login',
];

/**
 * What can be wrong with something in the vault's file. `altered`: its bytes are not those that were written;
 * `rolled-back`: an older version is in its place; `missing`: it is gone; `unknown`: it was never, or is no longer, ours.
 */
export const vaultProblemKind = z.enum(['altered', 'rolled-back', 'missing', 'unknown']);
export type VaultProblemKind = z.infer<typeof vaultProblemKind>;

/** `id` null: the file as a whole. */
export const vaultProblem = z.object({
  id: z.string().nullable(),
  name: z.string(),
  problem: vaultProblemKind,
});
export type VaultProblem = z.infer<typeof vaultProblem>;

export const credentialUse = z.object({
  kind: z.enum(['host', 'run']),
  /** A run's identifier; of a host its name as it was logged in to. */
  place: z.string(),
  name: z.string(),
  at: z.number(),
});
export type CredentialUse = z.infer<typeof credentialUse>;

/** All that ever leaves the backend about a secret. */
export const credential = z.object({
  id: z.string(),
  name: z.string(),
  kind: credentialKind,
  /** What it is taken for by itself: `user@host:port` or less of it, a key's file; '' where it is chosen by hand. */
  scope: z.string(),
  createdAt: z.number(),
  /** When its value was given last. */
  changedAt: z.number(),
  usedAt: z.number().nullable(),
  /** Newest first. */
  usedBy: z.array(credentialUse),
  problem: vaultProblemKind.nullable(),
});
export type Credential = z.infer<typeof credential>;

/** What opens the vault. `method`: how the key is derived, or the system's keychain by its own name. */
export const vaultProtection = z.object({
  kind: z.enum(['passphrase', 'recovery', 'keychain']),
  method: z.string(),
});
export type VaultProtection = z.infer<typeof vaultProtection>;

export const vaultState = z.object({
  exists: z.boolean(),
  locked: z.boolean(),
  protection: z.array(vaultProtection),
  /** The system's keychain as far as this host can use it, by name. */
  keychain: z.string().nullable(),
  problems: z.array(vaultProblem),
  /** Nothing is written to the file until the owner has accepted it as it is. */
  needsAcceptance: z.boolean(),
});
export type VaultState = z.infer<typeof vaultState>;

const recoveryAlphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 28 characters of 5 bits in groups of four. */
export const recoveryPattern = /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){6}$/;

/**
 * A recovery passphrase of 140 random bits. It is made by whoever shows it, once, and goes to the backend with the
 * call that sets it: so no answer of the backend ever holds one.
 */
export function newRecoveryPassphrase(
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): string {
  const characters = Array.from(random(new Uint8Array(28)), (byte) => recoveryAlphabet.charAt(byte & 31));
  return (characters.join('').match(/.{4}/g) ?? []).join('-');
}

/** As people write it down: spaces, lower case, O for 0, I and L for 1. Null where it cannot be one. */
export function readRecoveryPassphrase(text: string): string | null {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  const grouped = (plain.match(/.{1,4}/g) ?? []).join('-');
  return recoveryPattern.test(grouped) ? grouped : null;
}
