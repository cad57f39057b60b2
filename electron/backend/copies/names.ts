/**
 * Names of files are bytes. Those that are UTF-8 are written as what they mean; every byte of those that are not becomes a
 * lone low surrogate (U+DC80 and on), as Python does: one string for each name, and the way back is exact.
 */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function nameOf(bytes: Buffer): string {
  try {
    return strict.decode(bytes);
  } catch {
    return escaped(bytes);
  }
}

/** The longest parts that are UTF-8 stay readable. */
function escaped(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = lengthOfCharacter(bytes[at] ?? 0);
    const piece = bytes.subarray(at, at + length);
    const whole = length > 0 && piece.length === length ? decoded(piece) : null;
    if (whole !== null) {
      text += whole;
      at += length;
    } else {
      text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
      at += 1;
    }
  }
  return text;
}

const lengthOfCharacter = (first: number): number =>
  first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;

function decoded(piece: Buffer): string | null {
  try {
    return strict.decode(piece);
  } catch {
    return null;
  }
}

export function bytesOf(name: string): Buffer {
  if (!/[\u{dc80}-\u{dcff}]/u.test(name)) return Buffer.from(name);
  const parts = [...name].map((character) => {
    const code = character.charCodeAt(0);
    return character.length === 1 && code >= 0xdc80 && code <= 0xdcff
      ? Buffer.from([code - 0xdc00])
      : Buffer.from(character);
  });
  return Buffer.concat(parts);
}

/** `a/b` and nothing that leads elsewhere: not absolute, no empty part, no `.` or `..`, no NUL. */
export const isInside = (path: string): boolean =>
  path !== '' &&
  !path.includes('\0') &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

/** NUL-separated, each beginning with `./`: as the scripts read names. */
export const nameList = (paths: readonly string[]): Buffer =>
  Buffer.concat(paths.flatMap((path) => [Buffer.from(path === '' ? '.' : './'), bytesOf(path), nul]));

const nul = Buffer.alloc(1);

/** A name as one word of plain letters, which the scripts turn back with `printf %b`. */
export function wordOf(path: string): string {
  let text = '';
  for (const byte of Buffer.concat([Buffer.from('./'), bytesOf(path)])) {
    text += /[A-Za-z0-9_./-]/.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `\\0${byte.toString(8).padStart(3, '0')}`;
  }
  return text;
}

/** `a/b/c` → `a/b`; of a name without a slash: ''. */
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
export const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** `a/b/c` → `a`, `a/b`. */
export function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) parents.push(path.slice(0, at));
  return parents;
}
