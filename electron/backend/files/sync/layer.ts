import { createHash } from 'node:crypto';
import { entryLine } from '../snapshot/take.ts';
import type { TreeEntry } from '../snapshot/types.ts';
import { archiveBytes, memberOf } from './tar.ts';

export type Tree = ReadonlyMap<string, TreeEntry>;

/** What turns one tree into another: the entries to write, after the paths to remove. */
export interface Difference {
  entries: TreeEntry[];
  gone: string[];
  /** Of the archive that holds the entries. */
  bytes: number;
}

export const treeOf = (entries: Iterable<TreeEntry>): Tree =>
  new Map([...entries].map((entry) => [entry.path, entry]));

export function differenceOf(base: Tree, tree: Tree): Difference {
  const entries = [...tree.values()].filter((entry) => {
    const before = base.get(entry.path);
    return before === undefined || !isSameEntry(before, entry);
  });
  return { entries, gone: goneFrom(base, tree), bytes: archiveBytes(entries.map(memberOf)) };
}

/** Times are no part of what a file is. */
function isSameEntry(a: TreeEntry, b: TreeEntry): boolean {
  if (a.kind === 'file') return b.kind === 'file' && a.sha256 === b.sha256 && a.mode === b.mode;
  if (a.kind === 'link') return b.kind === 'link' && a.target === b.target;
  return b.kind === 'directory' && a.mode === b.mode;
}

/** The fewest paths whose removal takes away all that the new tree lacks or holds as something of another kind. */
function goneFrom(base: Tree, tree: Tree): string[] {
  const directories = new Set<string>();
  for (const entry of tree.values()) {
    if (entry.kind === 'directory') directories.add(entry.path);
    for (const parent of parentsOf(entry.path)) directories.add(parent);
  }
  const gone = new Set<string>();
  for (const before of base.values()) {
    const lost = parentsOf(before.path).find((parent) => !directories.has(parent));
    if (lost !== undefined) gone.add(lost);
    else if (before.kind === 'directory') {
      if (!directories.has(before.path)) gone.add(before.path);
    } else {
      const now = tree.get(before.path);
      if (
        now === undefined ||
        now.kind !== before.kind ||
        (now.kind === 'link' && !isSameEntry(before, now))
      ) {
        gone.add(before.path);
      }
    }
  }
  return [...gone].sort();
}

/** `a/b/c` → `a`, `a/b`. */
function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) parents.push(path.slice(0, at));
  return parents;
}

/** Names a layer by its parent and what it changes: the same on every computer and box. */
export function layerId(parent: string | null, { entries, gone }: Difference): string {
  const hash = createHash('sha256').update(`trainyard-layer-1\n${parent ?? '-'}\n`);
  for (const path of gone) hash.update(`g\0${path}\n`);
  for (const entry of entries) hash.update(entryLine(entry));
  return hash.digest('hex').slice(0, 32);
}

/** The tree that a layer makes of its parent's. */
export function applied(
  base: Tree,
  { entries, gone }: { entries: readonly TreeEntry[]; gone: readonly string[] },
): Tree {
  const lost = new Set(gone);
  const tree = new Map<string, TreeEntry>();
  for (const [path, entry] of base) {
    if (!lost.has(path) && !parentsOf(path).some((parent) => lost.has(parent))) tree.set(path, entry);
  }
  for (const entry of entries) {
    tree.set(entry.path, entry);
    // A directory is an entry of its own only while nothing is in it.
    for (const parent of parentsOf(entry.path)) tree.delete(parent);
  }
  return tree;
}
