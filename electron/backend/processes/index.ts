/** Running programs, here or elsewhere: the interface that every kind of site which runs programs implements. */
export type { Command, ExecOptions, ExecResult, RunningProgram, RunsPrograms } from './programs.ts';
export { quote, quoteAll } from './quote.ts';
