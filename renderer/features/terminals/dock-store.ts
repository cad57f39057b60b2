import { create } from 'zustand';
import { sayError } from '#renderer/app/session-store.ts';
import type { TerminalKind } from '#shared/domain/terminal.ts';

/** What is asked for when a terminal is opened from anywhere in the page. */
export interface TerminalRequest {
  machineId: string;
  /** In this run's directory, with its environment. */
  runId?: string;
  kind?: TerminalKind;
  directory?: string;
  /** A session that tmux keeps there: it is shown. */
  session?: string;
}

interface DockState {
  open: boolean;
  /** Height of the panel, px. */
  height: number;
}

// The panel is this window's own: another window may want its room for something else.
const storageKey = 'terminals.dock';
export const leastHeight = 120;

function stored(): DockState {
  const usual = { open: false, height: 300 };
  try {
    const value: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    if (typeof value !== 'object' || value === null) return usual;
    const { open, height } = value as Partial<DockState>;
    return {
      open: open === true,
      height: typeof height === 'number' && height >= leastHeight ? height : usual.height,
    };
  } catch {
    // Damaged: as at the first start.
    return usual;
  }
}

/** The panel of terminals below every page. This file is part of the first load: no terminal is drawn by it. */
export const useDock = create<DockState>()(() => stored());

function keep(state: DockState): void {
  useDock.setState(state);
  localStorage.setItem(storageKey, JSON.stringify(state));
}

export const setDockHeight = (height: number): void =>
  keep({ ...useDock.getState(), height: Math.round(Math.max(leastHeight, height)) });
export const showDock = (open: boolean): void => keep({ ...useDock.getState(), open });

/** Opens a terminal and shows it: on the terminals' own page where that is open, else in the panel. */
export function openTerminal(request: TerminalRequest, onTerminalsPage = atTerminalsPage()): void {
  if (!onTerminalsPage) showDock(true);
  import('./terminal-store.ts').then(({ openNew }) => openNew(request)).catch(sayError);
}

/** The sessions that tmux keeps on a machine, over the terminals. */
export function openKept(machineId: string): void {
  if (!atTerminalsPage()) showDock(true);
  import('./kept-dialog.tsx').then(({ showKept }) => showKept(machineId)).catch(sayError);
}

export const atTerminalsPage = (): boolean => location.pathname.startsWith('/terminals');

/** Shows or hides the panel; where terminals have a page to themselves there is none. */
export function toggleDock(): void {
  if (!atTerminalsPage()) showDock(!useDock.getState().open);
}
