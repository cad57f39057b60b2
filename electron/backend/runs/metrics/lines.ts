/** A line longer than this is looked at up to here; the rest of it is skipped. */
export const longestLineBytes = 16_384;

const newline = 10;
const carriageReturn = 13;

/**
 * Cuts a log's bytes into lines, which end at a newline or, for progress bars, at a carriage return. What comes out does
 * not depend on how the bytes were cut into chunks, and no more than one line is ever kept.
 */
export class LineSplitter {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Bytes of the unfinished line that were seen but, being too many, not kept. */
  #skippedBytes = 0;

  /** Calls `onLine` with each finished line, decoded, without its end. */
  push(bytes: Uint8Array, onLine: (line: string) => void): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const after = (at: number) => (at === -1 ? chunk.length : at);
    let start = 0;
    let nextNewline = after(chunk.indexOf(newline));
    let nextReturn = after(chunk.indexOf(carriageReturn));
    while (nextNewline < chunk.length || nextReturn < chunk.length) {
      const end = Math.min(nextNewline, nextReturn);
      this.#finish(chunk.subarray(start, end), onLine);
      start = end + 1;
      if (end === nextNewline) nextNewline = after(chunk.indexOf(newline, start));
      else nextReturn = after(chunk.indexOf(carriageReturn, start));
    }
    this.#keep(chunk.subarray(start));
  }

  /** The unfinished line counts as finished: the log has ended. */
  flush(onLine: (line: string) => void): void {
    if (this.#pendingBytes > 0) onLine(Buffer.concat(this.#pending).toString('utf8'));
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#skippedBytes = 0;
  }

  /** How many of the bytes pushed belong to a line that is not finished. */
  get unfinishedBytes(): number {
    return this.#pendingBytes + this.#skippedBytes;
  }

  #finish(part: Buffer, onLine: (line: string) => void): void {
    if (this.unfinishedBytes === 0) {
      if (part.length > 0) onLine(part.toString('utf8', 0, longestLineBytes));
      return;
    }
    this.#keep(part);
    this.flush(onLine);
  }

  #keep(part: Buffer): void {
    const room = longestLineBytes - this.#pendingBytes;
    const kept = part.subarray(0, room);
    // A copy: the caller may use its buffer again.
    if (kept.length > 0) this.#pending.push(Buffer.from(kept));
    this.#pendingBytes += kept.length;
    this.#skippedBytes += part.length - kept.length;
  }
}

const escapeSequences = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g;
const anyControl = /[\x00-\x08\x0b-\x1f\x7f]/;
const otherControls = /[\x00-\x08\x0b-\x1f\x7f]/g;

/** The line as it reads, without colours and other terminal controls. */
export const withoutControls = (line: string): string =>
  anyControl.test(line) ? line.replace(escapeSequences, '').replace(otherControls, '') : line;
