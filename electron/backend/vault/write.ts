import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { storeError } from '#backend/store/index.ts';

/** Tests stop the process here. */
export type OnStep = (step: 'intent' | 'part' | 'synced' | 'renamed' | 'directory' | 'sealed') => void;

/** The old file or the new one is there at every moment; only its owner may read it. Throws DISK_FULL and the like. */
export function replaceFile(file: string, content: Uint8Array, onStep: OnStep): void {
  const part = `${file}.part`;
  try {
    const descriptor = openSync(part, 'w', 0o600);
    try {
      let written = 0;
      while (written < content.length) written += writeSync(descriptor, content, written);
      onStep('part');
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    onStep('synced');
    renameSync(part, file);
    onStep('renamed');
    syncDirectory(path.dirname(file));
    onStep('directory');
  } catch (error) {
    rmSync(part, { force: true });
    throw storeError(error);
  }
}

/** Null where there is no such file. */
export function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw storeError(error);
  }
}

/** Windows cannot sync a directory; its rename is on the disk with the next flush. */
function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
