import { renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import pino, { type Logger } from 'pino';

const maxFileBytes = 10 * 1024 * 1024;
const filesKept = 3;

/**
 * The backend's own log, `backend.log` in the data directory: for finding out why, never with a secret in it.
 * A full file is put aside when the next backend starts.
 */
export function openLog(directory: string, level: string = process.env.TRAINYARD_LOG ?? 'info'): Logger {
  const file = path.join(directory, 'backend.log');
  rotate(file);
  const destination = pino.destination({ dest: file, sync: true, mkdir: true, append: true, mode: 0o600 });
  // Synchronous: little is logged, and the line that says why a process ended must not be lost with it.
  // A full disk must not end the backend: the log is the last thing that matters then.
  destination.on('error', () => undefined);
  return pino(
    {
      level,
      base: { pid: process.pid },
      redact: {
        paths: [
          'password',
          'passphrase',
          'token',
          'secrets',
          'env',
          'answers',
          'value',
          'privateKey',
        ].flatMap((key) => [key, `*.${key}`]),
        censor: '[secret]',
      },
    },
    destination,
  );
}

/** What ends the process unforeseen is in the log before it does; the host starts it again. */
export function logCrashes(log: Logger): void {
  process.on('uncaughtExceptionMonitor', (error, origin) => {
    log.fatal({ err: error, origin }, 'the backend crashed');
  });
}

function rotate(file: string): void {
  try {
    if (statSync(file).size < maxFileBytes) return;
  } catch {
    return;
  }
  rmSync(`${file}.${filesKept - 1}`, { force: true });
  for (let n = filesKept - 2; n >= 1; n--) {
    try {
      renameSync(`${file}.${n}`, `${file}.${n + 1}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  renameSync(file, `${file}.1`);
}
