import { closeSync, copyFileSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The contents of a file, or the names in a directory, are on the disk when this returns. */
export function syncToDisk(target: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(target, 'r');
  } catch (error) {
    // Windows cannot open a directory; there a rename is durable by itself.
    if (process.platform === 'win32') return;
    throw error;
  }
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (process.platform !== 'win32') throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Replaces `file` as a whole or not at all. */
export function writeDurably(file: string, content: string, mode = 0o600): void {
  const part = `${file}.part`;
  writeFileSync(part, content, { mode });
  syncToDisk(part);
  renameSync(part, file);
  syncToDisk(path.dirname(file));
}

/** Copies a file; after a failure (a full disk) there is no half of a copy. */
export function copyDurably(from: string, to: string): void {
  try {
    copyFileSync(from, to);
    syncToDisk(to);
  } catch (error) {
    rmSync(to, { force: true });
    throw error;
  }
}
