/** Running programs, here or elsewhere: the interface that every kind of site which runs programs implements. */
export { collect } from './collect.ts';
export { connectHere } from './connect.ts';
export { pathForPrograms } from './environment.ts';
export {
  cancelled,
  commandTimedOut,
  connectionTimedOut,
  forwardingDisabled,
  outputTooLarge,
  portRefused,
  ptyRefused,
  shellsFull,
} from './errors.ts';
export { type LocalPrograms, localPrograms } from './local.ts';
export type { Command, ExecOptions, ExecResult, RunningProgram, RunsPrograms } from './programs.ts';
export { openPty } from './pty.ts';
export { quote, quoteAll } from './quote.ts';
export type { ForwardsPorts, OpenShell, OpensShells, ShellOptions } from './shells.ts';
