/** Loaded when a terminal is shown; what opens one is in open-terminal.ts and dock-store.ts. */
export { TerminalDock } from './dock.tsx';
export { TerminalsPage } from './page.tsx';
