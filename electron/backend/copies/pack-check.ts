import type { CopyBox } from './box.ts';
import { sourceUnreadable } from './errors.ts';
import type { State } from './hashing.ts';
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
 * Compares the hashes of both ends. `now`: the source's, and how its files looked once they were hashed. It does not matter whether
 * that was before or after they were sent: what is the same there as one that nobody has touched between its stamps is a copy of that.
 * COPY_SOURCE_UNREADABLE where a file can no longer be read.
 */
export function checkPack(
  from: CopyBox,
  files: readonly Entry[],
  now: State,
  there: ReadonlyMap<string, string>,
): PackCheck {
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
