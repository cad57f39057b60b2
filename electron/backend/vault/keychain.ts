/**
 * The system's keychain, handed in by the desktop host; headless has none. Only the vault's key goes through it.
 */
export interface Keychain {
  /** Its name ('gnome_libsecret', 'keychain', 'dpapi'), or null where it keeps nothing secret (Linux `basic_text`). */
  backend(): Promise<string | null>;
  wrap(key: Uint8Array): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}
