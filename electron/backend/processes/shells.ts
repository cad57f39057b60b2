import type { Duplex, Readable, Writable } from 'node:stream';
import type { Command } from './programs.ts';

export interface ShellOptions {
  cols: number;
  rows: number;
  /** TERM over there. Default `xterm-256color`. */
  term?: string;
  /** What runs in the terminal; null: the account's login shell, as the user is used to it. */
  command: Command | null;
  /** Ends the waiting for its start; not the shell, once there is one. */
  signal?: AbortSignal;
}

/** A program in a terminal of its own (a pty). Back-pressure holds: what is not read here is not read there. */
export interface OpenShell {
  input: Writable;
  /** Both outputs, as the terminal mixes them. */
  output: Readable;
  resize(size: { cols: number; rows: number }): void;
  /** Never rejects because of an exit code; rejects with a TrainyardError when the connection is lost. */
  exited: Promise<{ exitCode: number | null; signal: string | null }>;
  /** Hangs up, and kills what does not go by itself. Safe to call twice. */
  kill(): void;
}

/** What can open terminals. Errors: SHELL_MISSING, PTY_REFUSED (its server gives none), PTY_MISSING (this computer has none), SHELLS_FULL, and those of `RunsPrograms`. */
export interface OpensShells {
  openShell(options: ShellOptions): Promise<OpenShell>;
}

/** What can connect to a port as the machine itself sees it. Errors: PORT_REFUSED, PORT_TIMED_OUT, FORWARDING_DISABLED, and those of a lost connection. */
export interface ForwardsPorts {
  connectTo(host: string, port: number, signal?: AbortSignal): Promise<Duplex>;
}
