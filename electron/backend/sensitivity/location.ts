import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Where a path leads on this computer: links, `..` and the file system's own ideas of upper and lower case or of accents
 * are the system's to resolve, so that no spelling of a path is another place.
 */
export interface Location {
  real: string;
  /** Identities of what is there and of all folders above it, itself first; of a path that is not there, of those above it that are. */
  identities: readonly string[];
  isThere: boolean;
}

/** Never throws: of a path that is not there (any more), as much as there is of it. */
export function locate(given: string): Location {
  const missing: string[] = [];
  let at = path.resolve(given);
  for (;;) {
    const found = lookAt(at);
    if (found !== null) {
      const { real, identities } = found;
      return { real: path.join(real, ...missing), identities, isThere: missing.length === 0 };
    }
    const parent = path.dirname(at);
    if (parent === at) return { real: path.resolve(given), identities: [], isThere: false };
    missing.unshift(path.basename(at));
    at = parent;
  }
}

/** Whether one lies in the other, or is the other. */
export const overlap = (a: Location, b: Location): boolean => liesIn(a, b) || liesIn(b, a);

function liesIn(inner: Location, outer: Location): boolean {
  const [own] = outer.identities;
  if (outer.isThere && own !== undefined && inner.identities.includes(own)) return true;
  if (outer.isThere && inner.isThere) return isBelow(inner.real, outer.real);
  // Nothing there to ask how it takes upper and lower case: rather once too often than once too little.
  return isBelow(folded(inner.real), folded(outer.real));
}

const isBelow = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer.endsWith(path.sep) ? outer : outer + path.sep);

const folded = (text: string): string => text.normalize('NFC').toLowerCase();

function lookAt(at: string): { real: string; identities: string[] } | null {
  try {
    const real = realpathSync.native(at);
    return { real, identities: identitiesAbove(real) };
  } catch {
    // Not there, not readable, no name at all: whatever it is, nothing can be read from it.
    return null;
  }
}

/** By device and number: the same folder under another name (a second mount, another spelling) is the same. */
function identitiesAbove(real: string): string[] {
  const found: string[] = [];
  for (let at = real; ; at = path.dirname(at)) {
    const { dev, ino } = statSync(at, { bigint: true });
    found.push(`${dev}:${ino}`);
    if (path.dirname(at) === at) return found;
  }
}
