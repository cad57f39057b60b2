/** Paths on boxes as text: absolute, or below the home with `~`. Pure. */

export function joinPath(directory: string, name: string): string {
  return directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`;
}

/** The directory that holds it; that of `/` is `/`, that of `~` is not known without asking: `~/..`. */
export function parentPath(path: string): string {
  if (path === '/' || path === '') return '/';
  if (path === '~') return '~/..';
  const cut = path.replace(/\/+$/, '');
  const at = cut.lastIndexOf('/');
  return at <= 0 ? '/' : cut.slice(0, at);
}

export function baseName(path: string): string {
  const cut = path.replace(/\/+$/, '');
  return cut === '' ? '/' : cut.slice(cut.lastIndexOf('/') + 1);
}

export interface Crumb {
  name: string;
  path: string;
}

/** `/data/runs` → `/`, `data`, `runs`, each with where it leads. */
export function crumbsOf(path: string): Crumb[] {
  const isHome = path === '~' || path.startsWith('~/');
  const crumbs: Crumb[] = [isHome ? { name: '~', path: '~' } : { name: '/', path: '/' }];
  let at = isHome ? '~' : '';
  for (const part of path.slice(isHome ? 1 : 0).split('/')) {
    if (part === '') continue;
    at = `${at}/${part}`;
    crumbs.push({ name: part, path: at });
  }
  return crumbs;
}

const unsafe = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const words: Readonly<Record<string, string>> = { '\n': 'n', '\r': 'r', '\t': 't' };
const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0');

/** A name as it may be shown: what would break the line, hide or turn the text around is shown as programs write it. */
export function showName(name: string): string {
  return name.replace(unsafe, (sign) => {
    const code = sign.charCodeAt(0);
    const word = words[sign] ?? (code < 0x100 ? `x${hex(code, 2)}` : `u${hex(code, 4)}`);
    return `\\${word}`;
  });
}

export type NameFault = 'empty' | 'slash' | 'dots' | 'long';

/** What is wrong with a new name, or null. Every other name is one that a box takes. */
export function faultOfName(name: string): NameFault | null {
  if (name === '') return 'empty';
  if (name.includes('/') || name.includes('\0')) return 'slash';
  if (name === '.' || name === '..') return 'dots';
  return new TextEncoder().encode(name).byteLength > 255 ? 'long' : null;
}

/** `a.tar.gz` → `['a', '.tar.gz']`; a leading dot begins no extension. */
export function splitExtension(name: string): [string, string] {
  const found = /^(.+?)((?:\.tar)?\.[A-Za-z0-9]{1,10})$/.exec(name);
  return found ? [found[1] ?? name, found[2] ?? ''] : [name, ''];
}

/** A name beside those that are taken: `a.txt`, `a (2).txt`, … */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  const [stem, extension] = splitExtension(name);
  for (let number = 2; ; number += 1) {
    const candidate = `${stem} (${number})${extension}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** What the longest common beginning of some names is: Tab fills in so much. */
export function commonStart(names: readonly string[]): string {
  const [first = '', ...rest] = names;
  let length = first.length;
  for (const name of rest) while (!name.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

/** Names as a shell would have to be told them. */
export const quoted = (path: string): string =>
  /^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
