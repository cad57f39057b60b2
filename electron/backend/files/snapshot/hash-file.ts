import { createHash, hash } from 'node:crypto';
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { changing, unreadable } from '../errors.ts';

export interface HashedFile {
  stats: BigIntStats;
  sha256: string;
  hashedAtMs: number;
}

const smallBytes = 1_048_576;
const tries = 4;
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * A file's sha256 with the state it had before and after it was read, which must be the same: a file that somebody
 * writes to is read again, then refused with SNAPSHOT_FILE_CHANGING. Small files in one go, large ones piece by piece.
 */
export async function hashFile(
  file: string,
  shown: string,
  { signal, now = Date.now, onRead }: { signal?: AbortSignal; now?: () => number; onRead?: () => void } = {},
): Promise<HashedFile> {
  for (let attempt = 0; attempt < tries; attempt++) {
    signal?.throwIfAborted();
    const hashedAtMs = now();
    let read: { before: BigIntStats; after: BigIntStats; sha256: string };
    try {
      read = readSmall(file, onRead) ?? (await readLarge(file, signal, onRead));
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw unreadable(shown, error);
    }
    if (isSame(read.before, read.after)) return { stats: read.after, sha256: read.sha256, hashedAtMs };
  }
  throw changing(shown);
}

export const isSame = (a: BigIntStats, b: BigIntStats): boolean =>
  a.ino === b.ino &&
  a.dev === b.dev &&
  a.size === b.size &&
  a.mtimeNs === b.mtimeNs &&
  a.ctimeNs === b.ctimeNs;

/** Null for a file that is better read piece by piece. */
function readSmall(file: string, onRead?: () => void) {
  const descriptor = openSync(file, flags);
  try {
    const before = fstatSync(descriptor, { bigint: true });
    if (before.size > smallBytes) return null;
    const content = Buffer.allocUnsafe(Number(before.size));
    const length = content.length === 0 ? 0 : readSync(descriptor, content, 0, content.length, 0);
    onRead?.();
    const sha256 = hash('sha256', content.subarray(0, length), 'hex');
    return { before, after: fstatSync(descriptor, { bigint: true }), sha256 };
  } finally {
    closeSync(descriptor);
  }
}

async function readLarge(file: string, signal: AbortSignal | undefined, onRead?: () => void) {
  const handle = await open(file, flags);
  try {
    const before = await handle.stat({ bigint: true });
    const digest = createHash('sha256');
    for await (const piece of piecesOf(handle)) {
      signal?.throwIfAborted();
      digest.update(piece);
    }
    onRead?.();
    return { before, after: await handle.stat({ bigint: true }), sha256: digest.digest('hex') };
  } finally {
    await handle.close();
  }
}

/** The file's bytes in buffers of up to 1 MiB; each is only good until the next is asked for. */
export async function* piecesOf(handle: FileHandle): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(1_048_576);
  for (let position = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
