import path from 'node:path';
import Database from 'better-sqlite3';
import { TrainyardError } from '#shared/domain/error.ts';

/**
 * One backend per data directory: an exclusive lock on a file in it, which the system lifts when the process ends,
 * however it ends. Throws DATA_IN_USE or DATA_UNUSABLE. Returns the call that lifts it.
 *
 * Node has no file locks of its own; SQLite's are the system's, on every platform.
 */
export function lockDataDirectory(directory: string): () => void {
  let database: Database.Database | null = null;
  try {
    database = new Database(path.join(directory, 'lock'), { timeout: 0 });
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) {
      throw new TrainyardError(
        'DATA_IN_USE',
        `Another Trainyard is using the data directory ${directory}. Close it, or choose another directory with TRAINYARD_DATA.`,
        { params: { directory }, cause: error },
      );
    }
    const why = (error as Error).message;
    throw new TrainyardError('DATA_UNUSABLE', `The data directory ${directory} cannot be used: ${why}.`, {
      params: { directory, why },
      cause: error,
    });
  }
  const held = database;
  return () => held.close();
}
