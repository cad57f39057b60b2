import { parentOf, parentsOf } from './names.ts';
import type { Unit } from './plan.ts';
import type { Entry } from './scan.ts';

/** What of a pack can be put into its place a directory at a time. */
export interface Whole {
  /** Directories that the destination lacks and whose every file, however deep, is in this one pack; none within another. */
  roots: string[];
  /** There are files outside of them, too. */
  hasRest: boolean;
}

/**
 * The packs' whole directories: one rename each, instead of a link and its removal for each file. `source`: everything that is
 * copied from, also what does not travel.
 */
export function wholeDirectories(
  units: readonly Unit[],
  source: readonly Entry[],
  isNewDirectory: (path: string) => boolean,
): Map<Unit, Whole> {
  const unitOf = new Map<string, Unit>();
  for (const unit of units) {
    if (unit.kind === 'pack') for (const { path } of unit.files) unitOf.set(path, unit);
  }
  const owners = new Map<string, Unit | null>();
  const own = (directory: string, owner: Unit | null) => {
    const known = owners.get(directory);
    owners.set(directory, known === undefined || known === owner ? owner : null);
  };
  // Neighbours stand together: what is above them is gone through once for each directory and pack, not for each file.
  let [lastParent, lastOwner]: [string | null, Unit | null] = [null, null];
  for (const { path, kind } of source) {
    if (kind !== 'file') continue;
    const parent = parentOf(path);
    const owner = unitOf.get(path) ?? null;
    if (parent === '' || (parent === lastParent && owner === lastOwner)) continue;
    [lastParent, lastOwner] = [parent, owner];
    own(parent, owner);
    for (const above of parentsOf(parent)) own(above, owner);
  }
  const isWhole = (directory: string, unit: Unit) =>
    owners.get(directory) === unit && isNewDirectory(directory);
  const found = new Map<Unit, Whole>();
  for (const unit of units) {
    if (unit.kind !== 'pack') continue;
    const roots = new Set<string>();
    let hasRest = false;
    let last: string | null = null;
    for (const { path } of unit.files) {
      const parent = parentOf(path);
      if (parent === last) continue;
      last = parent;
      const root =
        parent === '' ? undefined : [...parentsOf(parent), parent].find((each) => isWhole(each, unit));
      if (root === undefined) hasRest = true;
      else roots.add(root);
    }
    found.set(unit, { roots: [...roots], hasRest });
  }
  return found;
}
