import { randomBytes } from 'node:crypto';
import { type Command, quoteAll } from '#backend/processes/index.ts';

/**
 * Getting past the login shell. sshd hands our command to whatever shell the account has, so the command consists only
 * of what bash, zsh, dash, ash, fish and csh read alike: plain words, and single-quoted text without a quote, a newline,
 * `!` or a backslash that stands before anything but `0`. In there, everything of meaning is written in octal, and
 * /bin/sh itself turns it back (printf %b) and runs it.
 */
export interface Bootstrap {
  /** What the server is asked to run. */
  outer: string;
  /** Sent first on stdin; only when the command is too long for a command line. */
  stdinPrefix: Buffer | null;
  /** Comes before our output, on stdout as `MARKERpid~`, on stderr as `MARKER~`: what is earlier is the login shell's. */
  marker: string;
}

/** Linux allows 128 KiB for one argument, and the login shell gets all of this as one. */
const longestOuter = 96 * 1024;
/** Every server takes a command of that length. dropbear ends the whole connection over one of more than 9,000 bytes. */
export const surelyTaken = 8_000;

/** How long the command line may be for a server, by its software version ("dropbear_2022.83"); null: not known. */
export const longestFor = (software: string | null): number =>
  software !== null && /^dropbear/i.test(software) ? surelyTaken : longestOuter;

/** `longest`: what of the program is written in the command line, at most. */
export function bootstrap(
  command: Command,
  { inTerminal = false, longest = longestOuter }: { inTerminal?: boolean; longest?: number } = {},
): Bootstrap {
  const [first, second] = [randomBytes(6).toString('hex'), randomBytes(6).toString('hex')];
  const args = command.args ?? [];
  if (command.script.includes('\0')) throw new RangeError('a script cannot hold a NUL byte');
  const program = Buffer.from(`${args.length > 0 ? `set -- ${quoteAll(args)}\n` : ''}${command.script}`);
  // The marker is put together over there: a shell that echoes its commands (set -v) does not print it too early.
  // A terminal has one output only.
  const onErrors = inTerminal ? '' : `; printf "%s%s~" ${first} ${second} >&2`;
  const announce = `printf "%s%s%s~" ${first} ${second} "$$"${onErrors}`;
  const encoded = octal(program);
  if (encoded.length <= longest) {
    return {
      outer: `exec /bin/sh -c '${announce}; p=$(printf %b. "$1"); shift; eval "\${p%.}"' sh '${encoded}'`,
      stdinPrefix: null,
      marker: first + second,
    };
  }
  if (inTerminal) throw new RangeError('a terminal cannot take a command of that length');
  // dd reads byte by byte so that not one byte of the program's own stdin is taken away.
  const read = `p=$(dd bs=1 count=${program.length} 2>/dev/null; printf .)`;
  return {
    outer: `exec /bin/sh -c '${announce}; ${read}; eval "\${p%.}"' sh`,
    stdinPrefix: program,
    marker: first + second,
  };
}

/**
 * The same for a program whose streams are joined to another's: nothing of ours comes before its output, and the login shell's
 * noise must be known by something that the script itself prints first. RangeError where it is too long.
 */
export function plainCommandLine({ script, args = [] }: Command): string {
  if (script.includes('\0')) throw new RangeError('a script cannot hold a NUL byte');
  const encoded = octal(Buffer.from(`${args.length > 0 ? `set -- ${quoteAll(args)}\n` : ''}${script}`));
  if (encoded.length > longestOuter) throw new RangeError('a command of that length needs its stdin');
  return `exec /bin/sh -c 'p=$(printf %b. "$1"); shift; eval "\${p%.}"' sh '${encoded}'`;
}

const plain = new Set(
  Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:;/_=+-@%"$(){}[]<>|&*?#~^`'),
);

function octal(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes) {
    text += plain.has(byte) ? String.fromCharCode(byte) : `\\0${byte.toString(8).padStart(3, '0')}`;
  }
  return text;
}

/** Cuts off what a login shell prints before our marker. Bytes go in, bytes come out; `head` is what was cut off. */
export class MarkerFilter {
  #pending: Buffer = Buffer.alloc(0);
  #passed = false;
  readonly #marker: Buffer;
  readonly #onMarker: (rest: string) => void;

  /** `onMarker` gets the text between marker and `~`: the pid, or nothing. */
  constructor(marker: string, onMarker: (rest: string) => void) {
    this.#marker = Buffer.from(marker);
    this.#onMarker = onMarker;
  }

  get passed(): boolean {
    return this.#passed;
  }

  /** The last 2 KiB of what came so far without a marker. */
  get head(): string {
    return this.#pending.subarray(-2048).toString('utf8');
  }

  /** Null while everything is still noise. */
  feed(chunk: Buffer): Buffer | null {
    if (this.#passed) return chunk;
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const at = this.#pending.indexOf(this.#marker);
    const start = at + this.#marker.length;
    const end = at === -1 ? -1 : this.#pending.indexOf('~', start);
    if (end === -1) {
      // Endless noise is not kept: a marker that has begun is within its last few bytes.
      const from = at === -1 ? this.#pending.length - 4096 : at;
      if (from > 0) this.#pending = Buffer.from(this.#pending.subarray(from));
      return null;
    }
    this.#passed = true;
    this.#onMarker(this.#pending.toString('latin1', start, end));
    const rest = this.#pending.subarray(end + 1);
    this.#pending = Buffer.alloc(0);
    return rest.length > 0 ? rest : null;
  }
}
