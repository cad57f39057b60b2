import type { KeychainAnswer, KeychainRequest } from '#shared/contract/keychain-wire.ts';
import type { Keychain } from './vault/index.ts';

/** A keyring may ask its user for a password before it answers. */
const longestMs = 120_000;

/** The desktop shell's keychain, for the vault. `answered` takes what the shell sends back. */
export function shellKeychain(send: (request: KeychainRequest) => void): {
  keychain: Keychain;
  answered(answer: KeychainAnswer): void;
} {
  const waiting = new Map<number, PromiseWithResolvers<string | null>>();
  let last = 0;
  const ask = async (
    act: KeychainRequest['act'],
    data: Uint8Array = new Uint8Array(),
  ): Promise<string | null> => {
    last += 1;
    const id = last;
    const answer = Promise.withResolvers<string | null>();
    waiting.set(id, answer);
    const tooLong = setTimeout(() => answer.reject(new Error('the keychain did not answer')), longestMs);
    try {
      send({ type: 'keychain', id, act, data: Buffer.from(data).toString('base64') });
      return await answer.promise;
    } finally {
      clearTimeout(tooLong);
      waiting.delete(id);
    }
  };
  const bytes = async (act: 'wrap' | 'unwrap', data: Uint8Array) =>
    Buffer.from((await ask(act, data)) ?? '', 'base64');
  let name: Promise<string | null> | null = null;
  return {
    keychain: {
      // It does not change while the app runs, and every look at the vault asks.
      backend() {
        name ??= ask('backend').catch((error: unknown) => {
          name = null;
          throw error;
        });
        return name;
      },
      wrap: (key) => bytes('wrap', key),
      unwrap: (wrapped) => bytes('unwrap', wrapped),
    },
    answered({ id, value, error }) {
      const asked = waiting.get(id);
      if (error === undefined) asked?.resolve(value);
      else asked?.reject(new Error(error));
    },
  };
}
