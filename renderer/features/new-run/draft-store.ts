import { create } from 'zustand';
import { newId } from '#shared/domain/new-id.ts';

interface DraftState {
  yaml: string;
  /** Folder that relative paths start from; '' where not said. */
  base: string;
  name: string;
  machineId: string;
  priority: string;
  /** Names this launch towards the backend: sent twice, it launches once. New after each success. */
  requestId: string;
}

const key = 'draft';

function stored(): Partial<DraftState> {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key) ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** What the user is writing: kept while the window is open, wherever they go in between. Secrets are not part of it. */
export const useDraft = create<DraftState>()(() => ({
  yaml: '',
  base: '',
  name: '',
  machineId: '',
  priority: '0',
  requestId: newId(),
  ...stored(),
}));
useDraft.subscribe((state) => sessionStorage.setItem(key, JSON.stringify(state)));

export const setDraft = (patch: Partial<DraftState>): void => useDraft.setState(patch);
