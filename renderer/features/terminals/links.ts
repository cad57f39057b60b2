/** A place in a file, as compilers, linters, tracebacks and grep write it. */
export interface FilePlace {
  /** Where it stands in the line, in characters. */
  start: number;
  end: number;
  path: string;
  line: number;
}

const longestLine = 4000;
const patterns = [
  // File "train.py", line 12 – Python's tracebacks.
  /File "(?<path>[^"\n]{1,1024})", line (?<line>\d{1,7})/g,
  // path/to/file.ext:12:3, with something that makes it a path and not a time or an address.
  /(?<![\w:/.@-])(?<path>(?:~\/|\.{0,2}\/)?[\w@+,=%.-]{1,255}(?:\/[\w@+,=%.-]{1,255}){0,64}):(?<line>\d{1,7})(?::\d{1,6})?(?![\w.-]*:\/\/|\w)/g,
];

/** Places in files that a line names, in order, none within another. */
export function findFilePlaces(text: string): FilePlace[] {
  if (text.length > longestLine) return [];
  const found: FilePlace[] = [];
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) {
      const path = match.groups?.path ?? '';
      const line = Number(match.groups?.line);
      if (line === 0 || !looksLikePath(path)) continue;
      const start = match.index;
      const end = start + match[0].length;
      if (!found.some((other) => start < other.end && other.start < end))
        found.push({ start, end, path, line });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** "12:30" is a time and "localhost:8080" a server: a path has a slash, or a name with an ending that is not all digits. */
function looksLikePath(path: string): boolean {
  if (path.startsWith('<')) return false;
  if (path.includes('/')) return !path.startsWith('//') && !/^[\d/.]+$/.test(path);
  return (
    /^[\w@+,=%.-]*[A-Za-z_][\w@+,=%.-]*\.[A-Za-z][A-Za-z0-9_]{0,9}$/.test(path) && !commonHost.test(path)
  );
}
const commonHost = /\.(?:com|org|net|io|edu|gov|dev|local|internal|lan|cn|de|uk)$/i;

/** Absolute, or below the home; null where it is relative to a directory that nobody has told. */
export function resolvePlace(path: string, directory: string | null): string | null {
  if (path.startsWith('/') || path.startsWith('~/')) return path;
  if (directory === null) return null;
  const parts = directory.split('/').filter(Boolean);
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return directory.startsWith('~') ? parts.join('/') : `/${parts.join('/')}`;
}
