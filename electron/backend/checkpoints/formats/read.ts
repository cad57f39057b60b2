import type { CheckpointTree, TreeEntry } from '../interface.ts';
import type { TreeIndex } from '../tree-index.ts';

/** The most that one read brings. */
export const largestRead = 1024 * 1024;

/** Text of a small file (markers, JSON); null where it is larger than `most`, missing or unreadable. */
export async function readText(
  index: TreeIndex,
  path: string,
  most: number = largestRead,
): Promise<string | null> {
  const entry = index.file(path);
  if (entry === null || entry.bytes > most) return null;
  const bytes = await readWhole(index.tree, entry);
  return bytes === null ? null : bytes.toString('utf8');
}

/** null where it cannot be read, or is not as long as it was said to be. */
export async function readWhole(tree: CheckpointTree, entry: TreeEntry): Promise<Buffer | null> {
  const parts: Promise<Buffer | null>[] = [];
  for (let offset = 0; offset < entry.bytes; offset += largestRead)
    parts.push(readExactly(tree, entry, offset, Math.min(largestRead, entry.bytes - offset)));
  const read = await Promise.all(parts);
  return read.every((part) => part !== null) ? Buffer.concat(read) : null;
}

/** So many bytes from there, or null: not there, or not readable. */
export async function readExactly(
  tree: CheckpointTree,
  entry: TreeEntry,
  offset: number,
  length: number,
): Promise<Buffer | null> {
  if (offset < 0 || offset + length > entry.bytes) return null;
  const bytes = await tree.read(entry.path, offset, length);
  return bytes.length === length ? bytes : null;
}

/** JSON as it lies there, or undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
