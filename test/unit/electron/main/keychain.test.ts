import { expect, it } from 'vitest';
import { shellKeychain } from '#backend/shell-keychain.ts';
import type { KeychainRequest } from '#shared/contract/keychain-wire.ts';
import {
  answerKeychain,
  isKeychainRequest,
  type SystemKeychain,
} from '../../../../electron/main/keychain.ts';

function system(backend: string, over: Partial<SystemKeychain> = {}): SystemKeychain {
  return {
    isAsyncEncryptionAvailable: async () => true,
    encryptStringAsync: async (text) => Buffer.from(`locked:${text}`),
    decryptStringAsync: async (encrypted) => ({ result: encrypted.toString().replace(/^locked:/, '') }),
    getSelectedStorageBackend: () => backend,
    ...over,
  };
}

/** Both ends joined, as the port between shell and backend does. */
function joined(storage: SystemKeychain, platform = 'linux') {
  const sent: KeychainRequest[] = [];
  const shell = shellKeychain((request) => {
    expect(isKeychainRequest(request)).toBe(true);
    sent.push(request);
    void answerKeychain(storage, platform, request).then((answer) => shell.answered(answer));
  });
  return { keychain: shell.keychain, sent };
}

it('wraps the vault’s key with the system’s keychain and gives it back', async () => {
  const { keychain, sent } = joined(system('gnome_libsecret'));
  expect(await keychain.backend()).toBe('gnome_libsecret');
  expect(await keychain.backend()).toBe('gnome_libsecret');
  const key = Buffer.from([0, 1, 2, 250, 255]);
  const wrapped = await keychain.wrap(key);
  expect(Buffer.from(wrapped).toString()).toMatch(/^locked:/);
  expect(Buffer.from(await keychain.unwrap(wrapped))).toEqual(key);
  expect(sent.map(({ act }) => act)).toEqual(['backend', 'wrap', 'unwrap']);
});

it.each([
  ['linux', 'basic_text', null],
  ['linux', 'unknown', null],
  ['linux', 'kwallet6', 'kwallet6'],
  ['darwin', '', 'macOS Keychain'],
  ['win32', '', 'Windows DPAPI'],
])('on %s with "%s" it is %s', async (platform, backend, name) => {
  expect(await joined(system(backend), platform).keychain.backend()).toBe(name);
});

it('says why it cannot, and takes nothing that is not a request', async () => {
  const broken = system('kwallet', {
    decryptStringAsync: async () => {
      throw new Error('the wallet is closed');
    },
  });
  await expect(joined(broken).keychain.unwrap(new Uint8Array(3))).rejects.toThrowError(
    'the wallet is closed',
  );
  await expect(joined(system('basic_text')).keychain.wrap(new Uint8Array(3))).rejects.toThrowError(
    'no keychain',
  );
  const absent = system('', { isAsyncEncryptionAvailable: async () => false });
  expect(await joined(absent, 'darwin').keychain.backend()).toBeNull();
  for (const message of [
    null,
    'keychain',
    { type: 'keychain' },
    { type: 'keychain', id: 1, act: 'all', data: '' },
  ])
    expect(isKeychainRequest(message)).toBe(false);
});
