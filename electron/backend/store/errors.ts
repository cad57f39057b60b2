import { TrainyardError } from '#shared/domain/error.ts';

/** What SQLite or the file system said about the database, as an error the user can act on. Ours and aborts pass unchanged. */
export function storeError(thrown: unknown): TrainyardError {
  if (thrown instanceof TrainyardError) return thrown;
  const code = codeOf(thrown);
  const details = thrown instanceof Error ? `${code} ${thrown.message}`.trim() : String(thrown);
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE' || code === 'ENOSPC' || code === 'EDQUOT') {
    return new TrainyardError(
      'DISK_FULL',
      'The disk of this computer that holds the data of Trainyard is full, so nothing can be saved. What was saved before is safe and can still be read. Free some space and try again.',
      { details, retryable: true, cause: thrown },
    );
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new TrainyardError(
      'STORE_DAMAGED',
      'The database of Trainyard is damaged. Restart Trainyard: it sets the damaged file aside and opens the newest good backup.',
      { details, cause: thrown },
    );
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new TrainyardError(
      'STORE_BUSY',
      'The database of Trainyard is held by another program (a backup or virus scanner, perhaps). Try again in a moment.',
      { details, retryable: true, cause: thrown },
    );
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
    return new TrainyardError(
      'STORE_READ_ONLY',
      'Trainyard may not write to its data directory. Check the rights of that directory and whether its disk is mounted read-only.',
      { details, cause: thrown },
    );
  }
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN') || code === 'EIO') {
    return new TrainyardError(
      'STORE_UNREADABLE',
      'The disk that holds the data of Trainyard does not answer as it should. Check the disk; nothing was changed.',
      { details, retryable: true, cause: thrown },
    );
  }
  return TrainyardError.from(thrown);
}

function codeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return '';
  return typeof thrown.code === 'string' ? thrown.code : '';
}
