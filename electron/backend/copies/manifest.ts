import { createHash } from 'node:crypto';
import { sortedByBytes } from './hashing.ts';
import type { Manifest } from './interface.ts';
import { bytesOf } from './names.ts';

/** A manifest of these files, with the digest that two equal ones share. */
export function manifestOf(
  files: ReadonlyMap<string, { bytes: number; hash: string } | { link: string }>,
): Manifest {
  const digest = createHash('sha256');
  for (const [path, what] of sortedByBytes(files)) {
    digest.update(bytesOf(path)).update('\0');
    digest.update('link' in what ? `link\0` : `file ${what.bytes} ${what.hash}\0`);
    if ('link' in what) digest.update(bytesOf(what.link)).update('\0');
  }
  return { algorithm: 'sha256', files, digest: digest.digest('hex') };
}
