/** Secrets, encrypted at rest; nothing but `reveal` gives one, and only to the backend's own rooms. */

export type { Keychain } from './keychain.ts';
export { type NewCredential, Vault, type VaultOptions } from './vault.ts';
