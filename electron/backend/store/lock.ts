import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { TrainyardError } from '#shared/domain/error.ts';
import { storeError } from './errors.ts';

export interface Lock {
  release(): void;
}

// Kept here, because a lock whose owner forgot it would otherwise end with the next garbage collection.
const heldByThisProcess = new Set<Database.Database>();

/**
 * Holds `file` for this process alone. The lock is the operating system's (SQLite takes it, alike on Linux, macOS and
 * Windows): it ends with the process, however that ends, so there are no stale ones. Throws DATA_IN_USE while another
 * process, or another part of this one, holds it.
 */
export function takeLock(file: string): Lock {
  let database: Database.Database | undefined;
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    database = new Database(file, { timeout: 0 });
    // Nothing is ever written into it, so it needs no room: a full disk must not look like another process.
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    const failure = storeError(error);
    if (failure.code !== 'STORE_BUSY') throw failure;
    const holder = readHolder(file);
    throw new TrainyardError(
      'DATA_IN_USE',
      `Another Trainyard${holder ? ` (process ${holder})` : ''} is using this data directory. Use that one, or close it first.`,
      { params: { file, holder: holder ?? '?' }, cause: error },
    );
  }
  const held = database;
  heldByThisProcess.add(held);
  noteHolder(file);
  return {
    release: () => {
      heldByThisProcess.delete(held);
      if (held.open) held.close();
    },
  };
}

/** The lock of a whole data directory: the host takes it before anything else is opened. */
export const lockDataDirectory = (directory: string): Lock => takeLock(path.join(directory, 'lock'));

const holderFile = (file: string): string => `${file}.holder`;

/** Only for the sentence of whoever is refused: on a full disk it says less, and the app must open all the same. */
function noteHolder(file: string): void {
  try {
    writeFileSync(holderFile(file), `${process.pid}\n`, { mode: 0o600 });
    if (process.platform !== 'win32') chmodSync(file, 0o600);
  } catch {
    return;
  }
}

function readHolder(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(holderFile(file), 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
