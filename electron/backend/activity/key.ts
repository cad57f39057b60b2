import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { storeError } from '#backend/store/index.ts';

/**
 * The key that signs the newest entry: 32 random bytes in a file of its own outside the database, readable by its owner
 * alone. `isNew`: it was made just now. One that is not a key is kept beside it. Throws DISK_FULL, STORE_READ_ONLY.
 */
export function loadKey(file: string): { key: Uint8Array; isNew: boolean } {
  try {
    if (existsSync(file)) {
      const text = readFileSync(file, 'utf8').trim();
      if (/^[0-9a-f]{64}$/.test(text)) return { key: Buffer.from(text, 'hex'), isNew: false };
      renameSync(file, `${file}.damaged-${Date.now()}`);
    }
    return { key: makeKey(file), isNew: true };
  } catch (error) {
    throw storeError(error);
  }
}

function makeKey(file: string): Uint8Array {
  const key = randomBytes(32);
  const part = `${file}.part`;
  const descriptor = openSync(part, 'w', 0o600);
  try {
    writeSync(descriptor, `${key.toString('hex')}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(part, file);
  return key;
}
