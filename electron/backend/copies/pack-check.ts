import { sourceUnreadable } from './errors.ts';
import { hashFiles, stateOf } from './hashing.ts';
import type { Ends } from './large-file.ts';
import type { Entry } from './scan.ts';

/** The files of a pack that has arrived, by what became of them. */
export interface PackCheck {
  /** The same at both ends, with their hashes. */
  good: Map<Entry, string>;
  /** To be sent again. */
  bad: Entry[];
  /** No longer what they were when they were looked at first. */
  changed: Entry[];
}

/**
 * Compares both ends. `told`: the hashes of what has arrived, where the receiver has said them. COPY_SOURCE_UNREADABLE where a
 * file can no longer be read.
 */
export async function checkPack(
  { from, to, source, arriving }: Ends,
  pack: { name: string; files: readonly Entry[]; told: Map<string, string> | null },
  signal: AbortSignal,
): Promise<PackCheck> {
  const { name, files, told } = pack;
  const paths = files.map(({ path }) => path);
  const [now, there] = await Promise.all([
    stateOf(from, source, paths, signal),
    told ?? hashFiles(to, `${arriving}/${name}`, paths, signal),
  ]);
  const check: PackCheck = { good: new Map(), bad: [], changed: [] };
  for (const file of files) {
    const hash = now.hashes.get(file.path);
    if (now.stamps.get(file.path) !== file.stamp) check.changed.push(file);
    else if (hash === undefined) throw sourceUnreadable(from.name, file.path);
    else if (hash === there.get(file.path)) check.good.set(file, hash);
    else check.bad.push(file);
  }
  return check;
}
