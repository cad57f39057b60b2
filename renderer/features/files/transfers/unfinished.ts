/** An upload of this page that has not ended, as it outlives a reload: what was sent is on the machine, the files only the user has. */
export interface Unfinished {
  id: string;
  machineId: string;
  machineName: string;
  directory: string;
  name: string;
  /** What was chosen, by its name and that which it goes under there; null: left out. */
  tops: [string, string | null][];
  /** Folders were chosen. */
  folders: boolean;
  startedAt: number;
  doneBytes: number;
  totalBytes: number;
  doneFiles: number;
  totalFiles: number;
}

// This window's own: another one has its own files.
const storageKey = 'uploads.unfinished';
/** More than that is not kept: what is chosen again is asked about then, and goes on all the same. */
export const mostTops = 1000;

export function readUnfinished(): Unfinished[] {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? '[]');
    return Array.isArray(value) ? value.filter(isUnfinished) : [];
  } catch {
    // No storage, or damaged: nothing was kept.
    return [];
  }
}

export function keepUnfinished(all: readonly Unfinished[]): void {
  if (typeof sessionStorage === 'undefined') return;
  try {
    if (all.length === 0) sessionStorage.removeItem(storageKey);
    else sessionStorage.setItem(storageKey, JSON.stringify(all));
  } catch (thrown) {
    console.info('Uploads are not remembered beyond this page:', thrown);
  }
}

const texts = ['id', 'machineId', 'machineName', 'directory', 'name'];
const numbers = ['startedAt', 'doneBytes', 'totalBytes', 'doneFiles', 'totalFiles'];

function isUnfinished(value: unknown): value is Unfinished {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  return (
    texts.every((name) => typeof fields[name] === 'string') &&
    numbers.every((name) => typeof fields[name] === 'number') &&
    typeof fields.folders === 'boolean' &&
    Array.isArray(fields.tops)
  );
}
