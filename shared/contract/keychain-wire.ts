/**
 * The backend's process asks the desktop shell for the system's keychain, over the port between the two. Only the vault's
 * key goes this way, as base64.
 */
export interface KeychainRequest {
  type: 'keychain';
  id: number;
  act: 'backend' | 'wrap' | 'unwrap';
  data: string;
}

/** `value` of `backend` is the keychain's name, or null where it keeps nothing secret. */
export interface KeychainAnswer {
  type: 'keychain';
  id: number;
  value: string | null;
  /** Why not; then `value` means nothing. */
  error?: string;
}
