import { create } from 'zustand';
import type { RunSummary } from '#shared/domain/run.ts';
import type { RunAction } from './actions.ts';

/** The action on runs that the user is asked about now, from wherever it was chosen: a page, a table, the palette. */
export const useAskedAction = create<{ asked: { action: RunAction; runs: readonly RunSummary[] } | null }>()(
  () => ({ asked: null }),
);

export const askAction = (action: RunAction, runs: readonly RunSummary[]): void =>
  useAskedAction.setState({ asked: { action, runs } });
