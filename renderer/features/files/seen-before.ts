import type { Listing } from '#shared/domain/box-file.ts';

/** Directories as they were last seen by this page, so that one is shown while its machine is out of reach. */
const keptDirectories = 40;
const keptEntries = 500;
const storageKey = 'files.seen';

const seen = new Map<string, Listing>(readStored());

function readStored(): [string, Listing][] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]');
    return Array.isArray(stored) ? (stored as [string, Listing][]) : [];
  } catch {
    // Kept by an older version, or there is no storage: nothing was seen then.
    return [];
  }
}

const keyOf = (machineId: string, path: string) => `${machineId} ${path}`;

export function keepSeen(machineId: string, path: string, listing: Listing): void {
  const key = keyOf(machineId, path);
  seen.delete(key);
  seen.set(key, { ...listing, entries: listing.entries.slice(0, keptEntries) });
  for (const oldest of seen.keys()) {
    if (seen.size <= keptDirectories) break;
    seen.delete(oldest);
  }
  if (typeof localStorage === 'undefined') return;
  try {
    // Of the newest few only: this is for the next start of the page.
    localStorage.setItem(storageKey, JSON.stringify([...seen].slice(-8)));
  } catch (thrown) {
    console.info('What was seen is kept for as long as this page is open only:', thrown);
  }
}

export const seenBefore = (machineId: string, path: string): Listing | null =>
  seen.get(keyOf(machineId, path)) ?? null;
