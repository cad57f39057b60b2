import { create } from 'zustand';
import type { TerminalSize } from '#shared/domain/terminal.ts';
import type { TrainyardError } from '#shared/domain/trainyard-error.ts';

/** What a pane shows beside its screen. */
export interface PaneState {
  /** Whether the backend can be reached. */
  connected: boolean;
  /** Why nothing comes any more though the terminal is there; null: all is well. */
  failure: TrainyardError | null;
  shown: TerminalSize | null;
  fits: TerminalSize | null;
  /** What a click with the command key would open. */
  hover: string | null;
  /** What a program wants on the clipboard and the user has not decided on. */
  clipboard: string | null;
  /** "Not now" was said to a program that wants to name its terminal. */
  titleLater: boolean;
  bells: number;
  searching: boolean;
  /** Counts changes of the marks. */
  marks: number;
  over:
    | { kind: 'paste'; text: string }
    | { kind: 'close-all'; ids: readonly string[] }
    | { kind: 'rename' | 'close' | 'commands' }
    | null;
}

const usual: PaneState = {
  connected: true,
  failure: null,
  shown: null,
  fits: null,
  hover: null,
  clipboard: null,
  titleLater: false,
  bells: 0,
  searching: false,
  marks: 0,
  over: null,
};

const usePanes = create<{ byId: ReadonlyMap<string, PaneState> }>()(() => ({ byId: new Map() }));

export const paneState = (terminalId: string): PaneState => usePanes.getState().byId.get(terminalId) ?? usual;
export const usePane = <T>(terminalId: string, select: (state: PaneState) => T): T =>
  usePanes(({ byId }) => select(byId.get(terminalId) ?? usual));

export function setPane(terminalId: string, patch: Partial<PaneState>): void {
  usePanes.setState(({ byId }) => ({
    byId: new Map(byId).set(terminalId, { ...(byId.get(terminalId) ?? usual), ...patch }),
  }));
}

export function forgetPane(terminalId: string): void {
  usePanes.setState(({ byId }) => {
    const next = new Map(byId);
    next.delete(terminalId);
    return { byId: next };
  });
}

/** The terminal whose dialog is open, and which dialog. */
export const useOpenDialog = () =>
  usePanes(({ byId }) => {
    for (const [terminalId, { over }] of byId) if (over) return terminalId;
    return null;
  });
