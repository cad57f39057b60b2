/** Terminals of machines and runs: their shells, screens and viewers. */
export { type OpenTerminal, Terminals } from './service.ts';
export type { RunPlace } from './start.ts';
