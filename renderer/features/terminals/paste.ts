/** What becomes of text before a terminal gets it. */

/** Whether a shell that does not know of pasting would run it, in part at least, before anybody has pressed Enter. */
export const hasManyLines = (text: string): boolean =>
  /[\r\n]/.test(text.replace(/[\r\n]+$/, '')) || endsLine(text);
const endsLine = (text: string): boolean => /[\r\n]$/.test(text) && text.trim() !== '';

/**
 * As it is typed: line ends as Enter, control characters that are no text left out (an ESC in it could end the bracketed paste
 * and go on as keys).
 */
export function cleanPaste(text: string): string {
  return text
    .replace(/\r?\n/g, '\r')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0080-\u009f]/g, '');
}

/** In brackets where the program has asked for that (mode 2004). */
export const asPasted = (text: string, bracketed: boolean): string =>
  bracketed ? `\u001b[200~${cleanPaste(text)}\u001b[201~` : cleanPaste(text);

/** A path as one word of a shell; control characters in it would act before Enter, so they are written out. */
export function quotePath(path: string): string {
  if (/^[\w@%+=:,./-]+$/.test(path)) return path;
  if (!/[\u0000-\u001f\u007f-\u009f]/.test(path)) return `'${path.replaceAll("'", "'\\''")}'`;
  const written = [...new TextEncoder().encode(path)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (character === '\\' || character === "'") return `\\${character}`;
      return byte >= 0x20 && byte < 0x7f ? character : `\\${byte.toString(8).padStart(3, '0')}`;
    })
    .join('');
  return `$'${written}'`;
}

/** Paths among what was dropped: those of our own pages (one a line), and file:// addresses. */
export function droppedPaths(data: { getData(type: string): string }): string[] {
  const ours = data.getData(pathsType);
  if (ours !== '') return ours.split('\0').filter(Boolean);
  return data
    .getData('text/uri-list')
    .split(/\r?\n/)
    .filter((line) => line.startsWith('file:///'))
    .flatMap((line) => {
      try {
        return [decodeURIComponent(new URL(line).pathname)];
      } catch {
        // Not an address of a file: nothing that could be pasted.
        return [];
      }
    });
}

/** Of what pages of ours drag: absolute paths on a machine, with NUL between them. */
export const pathsType = 'application/x-trainyard-paths';
