import { create } from 'zustand';
import { clearUploads } from './upload-store.ts';

const storageKey = 'transfers.clearedAt';

function stored(): number {
  try {
    return Number(localStorage.getItem(storageKey)) || 0;
  } catch {
    // No storage: nothing was cleared.
    return 0;
  }
}

const useCleared = create<{ at: number }>()(() => ({ at: stored() }));

/** Copies that ended before this are not listed any more. */
export const useClearedAt = (): number => useCleared(({ at }) => at);

export function clearTransfers(): void {
  const at = Date.now();
  useCleared.setState({ at });
  try {
    localStorage.setItem(storageKey, String(at));
  } catch (thrown) {
    console.info('Cleared for as long as this page is open:', thrown);
  }
  clearUploads();
}
