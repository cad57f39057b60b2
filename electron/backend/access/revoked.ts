import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { storeError } from '#backend/store/index.ts';

/**
 * The identifiers of all tokens that were ever revoked, in a file beside the database: an older copy of the database, restored
 * by the user or opened because the newest was damaged, must not let back in who was put out.
 */
export class RevokedTokens {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  ids(): ReadonlySet<string> {
    return new Set(existsSync(this.#file) ? readFileSync(this.#file, 'utf8').split('\n') : []);
  }

  /** On the disk when this returns. Throws DISK_FULL, STORE_READ_ONLY. */
  add(id: string): void {
    try {
      // The line before may have been cut off by a crash.
      appendFileSync(this.#file, `\n${id}\n`, { mode: 0o600, flush: true });
    } catch (error) {
      throw storeError(error);
    }
  }
}
