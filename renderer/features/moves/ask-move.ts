import { create } from 'zustand';
import type { RunSummary } from '#shared/domain/run.ts';

/** The move that the user is asked about now: which run, and where to where that is said already. */
export interface AskedMove {
  run: RunSummary;
  machineId: string | null;
}

export const useAskedMove = create<{ asked: AskedMove | null }>()(() => ({ asked: null }));

/** Opens the dialog that plans a move; from a button, a menu or a drop. */
export const askMove = (run: RunSummary, machineId: string | null = null): void =>
  useAskedMove.setState({ asked: { run, machineId } });

export const closeMove = (): void => useAskedMove.setState({ asked: null });

/** Whether a run can be moved at all now; what stands against a certain place is found by its plan. */
export const canMove = (run: Pick<RunSummary, 'state' | 'moving'>): boolean =>
  run.state === 'running' && run.moving === null;
