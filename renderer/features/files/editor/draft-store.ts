import { create } from 'zustand';

/** A text that is being edited and is not saved. */
export interface Draft {
  machineId: string;
  path: string;
  /** As it was read. */
  base: string;
  text: string;
  /** What it was read as; null: the file is to be new. */
  version: string | null;
}

const keyOf = (machineId: string, path: string) => `${machineId} ${path}`;

/** Drafts outlive the page they are written on: going elsewhere and coming back finds them. Those without a change are no drafts. */
export const useDrafts = create<{ byKey: ReadonlyMap<string, Draft> }>()(() => ({ byKey: new Map() }));

export const draftOf = (machineId: string, path: string): Draft | undefined =>
  useDrafts.getState().byKey.get(keyOf(machineId, path));

export const useDraft = (machineId: string, path: string): Draft | undefined =>
  useDrafts(({ byKey }) => byKey.get(keyOf(machineId, path)));

export const putDraft = (draft: Draft): void =>
  useDrafts.setState(({ byKey }) => ({
    byKey: new Map(byKey).set(keyOf(draft.machineId, draft.path), draft),
  }));

export const dropDraft = (machineId: string, path: string): void =>
  useDrafts.setState(({ byKey }) => {
    const next = new Map(byKey);
    next.delete(keyOf(machineId, path));
    return { byKey: next };
  });

export const isDirty = (draft: Draft | undefined): boolean =>
  draft !== undefined && draft.text !== draft.base;

/** Whether anything anywhere would be lost with the page. */
export const anyDirty = (): boolean => [...useDrafts.getState().byKey.values()].some(isDirty);
