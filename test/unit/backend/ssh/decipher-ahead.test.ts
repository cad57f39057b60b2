import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decipherAhead } from '#backend/ssh/transport/decipher-ahead.ts';

type Ssh2Crypto = {
  CIPHER_INFO: Record<string, { keyLen: number; ivLen: number }>;
  createCipher(config: unknown): {
    allocPacket(length: number): Buffer;
    encrypt(packet: Buffer): void;
  };
  createDecipher(config: unknown): {
    decrypt(data: Buffer, at: number, end: number): unknown;
    inSeqno: number;
  };
};
const crypto = createRequire(import.meta.url)('ssh2/lib/protocol/crypto.js') as Ssh2Crypto;

/** A server's cipher and, with the same key, our decipher: ssh2's own, and one that is made ahead. */
function pair(name: string) {
  const info = crypto.CIPHER_INFO[name];
  const [key, iv] = [randomBytes(info?.keyLen ?? 0), randomBytes(info?.ivLen ?? 0)];
  // Near its overflow, so that the carry is seen.
  iv.fill(0xff, 5);
  const sent: Buffer[] = [];
  const macInfo = { sslName: 'sha256', len: 32, actualLen: 32, isETM: true };
  const cipher = crypto.createCipher({
    outbound: {
      seqno: 0,
      cipherInfo: info,
      cipherKey: Buffer.from(key),
      cipherIV: Buffer.from(iv),
      macInfo,
      macKey: Buffer.alloc(32),
      onWrite: (bytes: Buffer) => sent.push(Buffer.from(bytes)),
    },
  });
  const decipher = (onPayload: (payload: Buffer) => unknown) =>
    crypto.createDecipher({
      inbound: {
        seqno: 0,
        decipherInfo: info,
        decipherKey: Buffer.from(key),
        decipherIV: Buffer.from(iv),
        macInfo,
        macKey: Buffer.alloc(32),
        onPayload,
      },
    });
  const encrypt = (payload: Uint8Array): Buffer => {
    sent.length = 0;
    const packet = cipher.allocPacket(payload.byteLength);
    packet.set(payload, 5);
    cipher.encrypt(packet);
    return Buffer.concat(sent);
  };
  return { encrypt, decipher };
}
const ahead = (decipher: unknown) => decipherAhead({ _protocol: { _decipher: decipher } } as never);

test.each(['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com'])(
  '%s: every payload, however the bytes are cut',
  async (name) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(1000), { maxLength: 8 }),
        async (payloads, cuts) => {
          const { encrypt, decipher } = pair(name);
          const got: Uint8Array[] = [];
          const ours = decipher((payload) => void got.push(Uint8Array.from(payload)));
          expect(ahead(ours)).toBe(true);
          const all = Buffer.concat(payloads.map(encrypt));
          const places = [0, ...cuts.filter((cut) => cut < all.length).sort((a, b) => a - b), all.length];
          for (const [index, end] of places.slice(1).entries()) {
            const piece = Buffer.from(all.subarray(places[index], end));
            ours.decrypt(piece, 0, piece.length);
            if (index % 2 === 0) await turn(); // the next one is made in between
          }
          expect(got).toEqual(payloads);
          expect(ours.inSeqno).toBe(payloads.length);
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  },
);

test('a packet that was changed on its way is refused, wherever it was', () => {
  for (let at = 0; at < 52; at += 1) {
    const { encrypt, decipher } = pair('aes128-gcm@openssh.com');
    const got: unknown[] = [];
    const ours = decipher((payload) => got.push(payload));
    ahead(ours);
    const packet = encrypt(Buffer.alloc(20, 1));
    expect(packet.length).toBe(52);
    packet[at] = (packet[at] ?? 0) ^ 1;
    // With another length it waits for the rest, or complains at once.
    const more = Buffer.concat([packet, Buffer.alloc(40_000)]);
    expect(() => ours.decrypt(more, 0, more.length)).toThrow();
    expect(got).toEqual([]);
  }
});

test('the answer to a payload ends the reading there: the rest is for the next key', () => {
  const { encrypt, decipher } = pair('aes128-gcm@openssh.com');
  const ours = decipher(() => false);
  ahead(ours);
  const first = encrypt(Buffer.from('first'));
  const both = Buffer.concat([first, encrypt(Buffer.from('second'))]);
  expect(ours.decrypt(both, 0, both.length)).toBe(first.length);
});

test('other ciphers are left alone', () => {
  const { decipher } = pair('aes128-ctr');
  expect(ahead(decipher(() => undefined))).toBe(false);
  expect(decipherAhead({} as never)).toBe(false);
});
