/** Running programs, here or elsewhere: the interface that every kind of site which runs programs implements. */
export { collect } from './collect.ts';
export { cancelled, commandTimedOut, outputTooLarge } from './errors.ts';
export { type LocalPrograms, localPrograms } from './local.ts';
export type { Command, ExecOptions, ExecResult, RunningProgram, RunsPrograms } from './programs.ts';
export { quote, quoteAll } from './quote.ts';
export type { ForwardsPorts, OpenShell, OpensShells, ShellOptions } from './shells.ts';
