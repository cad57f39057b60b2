import type { CheckpointTree, TreeEntry } from './interface.ts';

const mostHops = 8;

/** A tree, asked by path. Directories are named without a slash at the end; '' is the root. */
export class TreeIndex {
  readonly tree: CheckpointTree;
  readonly #entries = new Map<string, TreeEntry>();
  readonly #names = new Map<string, string[]>();
  #directories: readonly string[] | null = null;

  constructor(tree: CheckpointTree) {
    this.tree = tree;
    this.#names.set('', []);
    for (const entry of tree.entries) this.#entries.set(entry.path, entry);
    for (const entry of tree.entries) {
      if (entry.kind === 'directory' && !this.#names.has(entry.path)) this.#names.set(entry.path, []);
      const directory = directoryOf(entry.path);
      const names = this.#names.get(directory);
      if (names) names.push(nameOf(entry.path));
      else this.#names.set(directory, [nameOf(entry.path)]);
    }
    for (const names of this.#names.values()) names.sort(naturally);
  }

  entry(path: string): TreeEntry | undefined {
    return this.#entries.get(path);
  }

  /** All directories, the root first, those above before those below. */
  directories(): readonly string[] {
    this.#directories ??= [...this.#names.keys()].sort(naturally);
    return this.#directories;
  }

  isDirectory(path: string): boolean {
    return this.#names.has(path);
  }

  /** What lies in a directory, in natural order; empty where there is none. */
  names(directory: string): readonly string[] {
    return this.#names.get(directory) ?? [];
  }

  /** Names in a directory that are files, or links to files of this tree. */
  fileNames(directory: string): string[] {
    return this.names(directory).filter((name) => this.file(join(directory, name)) !== null);
  }

  directoryNames(directory: string): string[] {
    return this.names(directory).filter((name) => this.isDirectory(join(directory, name)));
  }

  /** The file at a path, through links as long as they stay in the tree; null where there is none. */
  file(path: string): TreeEntry | null {
    const end = this.resolve(path);
    return end?.kind === 'file' ? end : null;
  }

  /** What a path leads to within the tree, links followed; null for what is missing or leads out. */
  resolve(path: string): TreeEntry | null {
    let at = path;
    for (let hop = 0; hop <= mostHops; hop += 1) {
      const entry = this.#entries.get(at);
      if (!entry) return null;
      if (entry.kind !== 'link') return entry;
      const next = targetWithin(this.tree.root, at, entry.target ?? '');
      if (next === null) return null;
      at = next;
    }
    return null;
  }

  /** Of many files the newest: a directory of data may hold a hundred thousand that look like what is sought. */
  newest(paths: readonly string[], most = 1000): readonly string[] {
    if (paths.length <= most) return paths;
    const time = (path: string) => this.#entries.get(path)?.modifiedNs ?? 0n;
    return [...paths].sort((one, other) => Number(time(other) - time(one))).slice(0, most);
  }

  /** Files and links below a directory, in natural order. */
  below(directory: string): string[] {
    const found: string[] = [];
    const walk = (at: string) => {
      for (const name of this.names(at)) {
        const path = join(at, name);
        if (this.isDirectory(path)) walk(path);
        else found.push(path);
      }
    };
    walk(directory);
    return found;
  }
}

export const join = (directory: string, name: string): string =>
  directory === '' ? name : `${directory}/${name}`;
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const directoryOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** "checkpoint-9" before "checkpoint-10", whatever the language. */
export function naturally(one: string, other: string): number {
  const parts = /(\d+)|(\D+)/g;
  const left = one.match(parts) ?? [];
  const right = other.match(parts) ?? [];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const a = left[at] ?? '';
    const b = right[at] ?? '';
    if (a === b) continue;
    const [m, n] = [trimmed(a), trimmed(b)];
    if (m !== null && n !== null && m !== n) return m.length - n.length || (m < n ? -1 : 1);
    return a < b ? -1 : 1;
  }
  return left.length - right.length;
}
const trimmed = (digits: string): string | null =>
  /^\d/.test(digits) ? digits.replace(/^0+(?=\d)/, '') : null;

/** Where a link leads, relative to the root; null: out of the tree. */
function targetWithin(root: string, at: string, target: string): string | null {
  const absolute = target.startsWith('/');
  if (absolute && target !== root && !target.startsWith(`${root}/`)) return null;
  const parts = absolute ? [] : directoryOf(at).split('/').filter(Boolean);
  for (const part of (absolute ? target.slice(root.length) : target).split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}
