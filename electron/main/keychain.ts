import type { KeychainAnswer, KeychainRequest } from '#shared/contract/keychain-wire.ts';

/** Electron's `safeStorage`, as far as it is used here. */
export interface SystemKeychain {
  isAsyncEncryptionAvailable(): Promise<boolean>;
  encryptStringAsync(text: string): Promise<Buffer>;
  decryptStringAsync(encrypted: Buffer): Promise<{ result: string }>;
  /** Linux only. */
  getSelectedStorageBackend(): string;
}

/** The keychain's name, or null where it keeps nothing secret: Linux's `basic_text` is a password that everybody knows. */
async function backendOf(system: SystemKeychain, platform: string): Promise<string | null> {
  if (!(await system.isAsyncEncryptionAvailable())) return null;
  if (platform === 'darwin') return 'macOS Keychain';
  if (platform === 'win32') return 'Windows DPAPI';
  const selected = system.getSelectedStorageBackend();
  return selected === 'basic_text' || selected === 'unknown' ? null : selected;
}

/** Answers the backend; never throws. */
export async function answerKeychain(
  system: SystemKeychain,
  platform: string,
  { id, act, data }: KeychainRequest,
): Promise<KeychainAnswer> {
  try {
    const backend = await backendOf(system, platform);
    if (act === 'backend') return { type: 'keychain', id, value: backend };
    if (backend === null) throw new Error('there is no keychain that keeps a secret');
    const value =
      act === 'wrap'
        ? (await system.encryptStringAsync(data)).toString('base64')
        : (await system.decryptStringAsync(Buffer.from(data, 'base64'))).result;
    return { type: 'keychain', id, value };
  } catch (error) {
    return {
      type: 'keychain',
      id,
      value: null,
      error: error instanceof Error ? error.message : String(error),
    };
  }
}

export function isKeychainRequest(message: unknown): message is KeychainRequest {
  if (typeof message !== 'object' || message === null) return false;
  const { type, id, act, data } = message as Record<string, unknown>;
  return (
    type === 'keychain' &&
    typeof id === 'number' &&
    typeof data === 'string' &&
    (act === 'backend' || act === 'wrap' || act === 'unwrap')
  );
}
