/**
 * Names of files are bytes; the page has texts. What is UTF-8 is written as what it means; every other byte becomes `\xNN`, and a
 * backslash that would read as one of those becomes `\x5c`: one text for each name, and the way back is exact.
 */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a name as it lies on a box. */
export function textOf(bytes: Buffer): string {
  try {
    return escapeBackslashes(strict.decode(bytes));
  } catch {
    return escapedBytes(bytes);
  }
}

/** The bytes that a text of `textOf` stands for. */
export function bytesOf(text: string): Buffer {
  if (!text.includes('\\x')) return Buffer.from(text);
  const parts: Buffer[] = [];
  let from = 0;
  for (const match of text.matchAll(/\\x([0-9a-f]{2})/g)) {
    parts.push(Buffer.from(text.slice(from, match.index)), Buffer.from(match[1] ?? '', 'hex'));
    from = match.index + match[0].length;
  }
  parts.push(Buffer.from(text.slice(from)));
  return Buffer.concat(parts);
}

/** A path as one word of plain letters, which the scripts turn back with `printf %b`. */
export function wordOf(path: string): string {
  let word = '';
  for (const byte of bytesOf(path)) {
    const character = String.fromCharCode(byte);
    word += /[A-Za-z0-9_./~-]/.test(character) ? character : `\\0${byte.toString(8).padStart(3, '0')}`;
  }
  return word;
}

/** As xargs -0 reads them. */
export const nulList = (paths: readonly string[]): Buffer =>
  Buffer.concat(paths.flatMap((path) => [bytesOf(path), Buffer.alloc(1)]));

/** The last part of a path; of `/` itself `/`. */
export const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1) || '/';
export const parentOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')));

const escapeBackslashes = (text: string): string => text.replace(/\\(?=x[0-9a-f]{2})/g, '\\x5c');

/** The longest parts that are UTF-8 stay readable. */
function escapedBytes(bytes: Buffer): string {
  let text = '';
  let run = 0;
  const flush = (to: number) => {
    if (to > run) text += escapeBackslashes(bytes.toString('utf8', run, to));
  };
  for (let at = 0; at < bytes.length; ) {
    const length = lengthOfCharacter(bytes, at);
    if (length > 0) at += length;
    else {
      flush(at);
      text += `\\x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`;
      at += 1;
      run = at;
    }
  }
  flush(bytes.length);
  return text;
}

/** 0: what begins there is no character. */
function lengthOfCharacter(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  try {
    strict.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}
