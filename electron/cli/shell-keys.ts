const tilde = 0x7e;
const newline = 0x0a;
const carriageReturn = 0x0d;

/** What the user asks of `trainyard shell` itself, by a line that begins with `~`. */
export type Escape = 'close' | 'detach' | 'help';
const escapes = new Map<number, Escape>([
  [0x2e, 'close'],
  [0x64, 'detach'],
  [0x3f, 'help'],
]);

/** What a terminal answers to programs by itself: reports of its kind, state, cursor, modes, colours and clipboard. */
const answers =
  /\x1b\[[?>=][\d;]*c|\x1b\[\??\d+;\d+R|\x1b\[\??0n|\x1b\[\??\d+;\d\$y|\x1b\](?:4|1[0-2]|52);[^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP[^\x1b]{0,200}\x1b\\/g;

/**
 * What the user types on the way to the terminal. As with ssh, `~` at the beginning of a line is for us: `~.` closes, `~d`
 * leaves it open in the app, `~?` helps, `~~` types one. What the user's own terminal answers to programs is left out: the
 * backend has answered already.
 */
export class ShellKeys {
  #atStart = true;
  #tilde = false;

  take(chunk: Uint8Array): { typed: Uint8Array; asked: Escape | null } {
    const given = Buffer.from(Buffer.from(chunk).toString('latin1').replace(answers, ''), 'latin1');
    const typed: number[] = [];
    for (const byte of given) {
      if (this.#tilde) {
        this.#tilde = false;
        const asked = escapes.get(byte);
        if (asked !== undefined) {
          this.#atStart = true;
          return { typed: Uint8Array.from(typed), asked };
        }
        if (byte !== tilde) typed.push(tilde);
      } else if (this.#atStart && byte === tilde) {
        this.#tilde = true;
        continue;
      }
      typed.push(byte);
      this.#atStart = byte === carriageReturn || byte === newline;
    }
    return { typed: Uint8Array.from(typed), asked: null };
  }
}
