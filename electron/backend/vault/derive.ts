import { argon2, randomBytes, scrypt } from 'node:crypto';
import { z } from 'zod';

/** Bounds for what a file may ask of us: a made-up head must not take all memory or the day. */
const scryptParameters = z.object({
  kdf: z.literal('scrypt'),
  salt: z.string().max(100),
  n: z
    .number()
    .int()
    .min(2 ** 14)
    .max(2 ** 20),
  r: z.number().int().min(1).max(16),
  p: z.number().int().min(1).max(64),
});
const argonParameters = z.object({
  kdf: z.literal('argon2id'),
  salt: z.string().max(100),
  memoryKib: z
    .number()
    .int()
    .min(8 * 1024)
    .max(1024 * 1024),
  passes: z.number().int().min(1).max(64),
  lanes: z.number().int().min(1).max(16),
});
export const derivation = z.discriminatedUnion('kdf', [scryptParameters, argonParameters]);
export type Derivation = z.infer<typeof derivation>;
export type KdfName = Derivation['kdf'];

/** How dear guessing is to be. `calibrated`: an unlock takes about half a second on this computer. `least` is for tests. */
export type KdfCost = 'calibrated' | 'least';

const targetMs = 500;
const longestMs = 900;

/** Electron's crypto (BoringSSL) has no argon2. */
export const hasArgon2 = typeof argon2 === 'function';
/** Every way that this host can make, the better one first. A vault has all of them, so that each host can open it. */
export const kdfNames: readonly KdfName[] = hasArgon2 ? ['argon2id', 'scrypt'] : ['scrypt'];
export const canDerive = ({ kdf }: Derivation): boolean => kdf === 'scrypt' || hasArgon2;

/** 32 bytes from a passphrase. The parameters decide how long it takes. */
export function derive(passphrase: string, how: Derivation): Promise<Buffer> {
  // The same characters typed on another system may come composed otherwise.
  const message = Buffer.from(passphrase.normalize('NFKC'), 'utf8');
  const salt = Buffer.from(how.salt, 'base64');
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, key: Buffer) => (error ? reject(error) : resolve(key));
    if (how.kdf === 'scrypt') {
      const { n, r, p } = how;
      scrypt(message, salt, 32, { N: n, r, p, maxmem: 256 * n * r }, done);
    } else {
      const { memoryKib: memory, passes, lanes: parallelism } = how;
      argon2('argon2id', { message, nonce: salt, parallelism, tagLength: 32, memory, passes }, done);
    }
  });
}

/**
 * Parameters with a new salt. Floors: scrypt N = 2^17, r = 8, p = 1 and argon2id 64 MiB, 3 passes, one lane (OWASP
 * Password Storage Cheat Sheet; RFC 9106 section 4); the number of passes is what is raised.
 */
export async function newDerivation(kdf: KdfName, cost: KdfCost): Promise<Derivation> {
  const salt = randomBytes(16).toString('base64');
  if (cost === 'least') {
    return kdf === 'scrypt'
      ? { kdf, salt, n: 2 ** 14, r: 8, p: 1 }
      : { kdf, salt, memoryKib: 8 * 1024, passes: 1, lanes: 1 };
  }
  if (kdf === 'scrypt') {
    const least = { kdf, salt, n: 2 ** 17, r: 8, p: 1 };
    return { ...least, p: await times(least, 1, 4) };
  }
  const least = { kdf, salt, memoryKib: 64 * 1024, passes: 3, lanes: 1 };
  return { ...least, passes: 3 * (await times(least, 1, 6)) };
}

/** How many times the work fits into the target: the best of two, so that a busy moment does not make it cheap for ever. */
async function times(least: Derivation, low: number, high: number): Promise<number> {
  let bestMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 2; round += 1) {
    const start = performance.now();
    await derive('calibration', least);
    bestMs = Math.min(bestMs, performance.now() - start);
  }
  const wanted = Math.round(targetMs / bestMs);
  const most = Math.floor(longestMs / bestMs);
  return Math.max(low, Math.min(high, wanted, most));
}
