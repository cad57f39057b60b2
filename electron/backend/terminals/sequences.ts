/** What programs say by OSC sequences, read without trust: whatever is not as it should be is null. */

/** A title fit to be shown: one line without control characters, cut to 200 characters. */
export const cleanTitle = (text: string): string => [...withoutControls(text)].slice(0, 200).join('').trim();

/** OSC 7: `file://host/path`, percent-encoded. Only an absolute path. */
export function directoryOfUrl(data: string): string | null {
  const match = /^file:\/\/[^/]*(\/.*)$/s.exec(data);
  if (match?.[1] === undefined) return null;
  try {
    return cleanDirectory(decodeURIComponent(match[1]));
  } catch {
    return cleanDirectory(match[1]); // a lone % in it: some shells do not encode
  }
}

/** An absolute path of at most 4096 characters, on one line; null else. */
export function cleanDirectory(path: string): string | null {
  if (!path.startsWith('/') || path.length > 4096 || withoutControls(path) !== path) return null;
  return path;
}

/** OSC 52: what a program wants on the clipboard. Null: it asks for it (which is never answered), or it is none. */
export function clipboardText(data: string, mostBytes: number): string | null {
  const at = data.indexOf(';');
  const encoded = data.slice(at + 1);
  if (at < 0 || encoded === '?' || encoded === '' || encoded.length > (mostBytes * 4) / 3 + 4) return null;
  if (!/^[A-Za-z0-9+/\s]*={0,2}$/.test(encoded)) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  return text === '' ? null : text;
}

export type ShellMark =
  | { kind: 'prompt' }
  /** The prompt ends here: what is typed begins. */
  | { kind: 'input' }
  | { kind: 'output' }
  | { kind: 'done'; exitCode: number | null }
  | { kind: 'command'; text: string }
  | { kind: 'directory'; path: string };

/** OSC 133 (FinalTerm) and 633 (VS Code): what a shell says of its prompts and commands. */
export function shellMark(data: string): ShellMark | null {
  const [letter, ...rest] = data.split(';');
  switch (letter) {
    case 'A':
      return { kind: 'prompt' };
    case 'B':
      return { kind: 'input' };
    case 'C':
      return { kind: 'output' };
    case 'D':
      return { kind: 'done', exitCode: exitCode(rest[0]) };
    case 'E':
      return { kind: 'command', text: unescaped(rest[0] ?? '') };
    case 'P':
      return property(rest.join(';'));
    default:
      return null;
  }
}

function property(text: string): ShellMark | null {
  const match = /^Cwd=(.*)$/s.exec(text);
  const path = cleanDirectory(unescaped(match?.[1] ?? ''));
  return path === null ? null : { kind: 'directory', path };
}

function exitCode(text: string | undefined): number | null {
  if (text === undefined || !/^-?\d{1,9}$/.test(text)) return null;
  return Number(text);
}

/** 633 writes `;`, newlines and backslashes as `\x3b` and the like. */
const unescaped = (text: string): string =>
  withoutControls(
    text
      .slice(0, 8192)
      .replace(/\\(?:x([0-9a-fA-F]{2})|\\)/g, (_all, hex: string | undefined) =>
        hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
      )
      .replaceAll('\n', ' ⏎ '),
  ).slice(0, 2000);

/** Also without what reorders text: a title must not look like another. */
const withoutControls = (text: string): string =>
  text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu, '');
