import type { Readable, Writable } from 'node:stream';

/**
 * A POSIX sh script and its arguments ($1 …). The script text is ours and constant; whatever comes from users or boxes
 * travels in `args` or on stdin, never inside `script`. How it gets past the login shell over there (bash, zsh, fish,
 * csh, a noisy .bashrc) is the implementation's business: what arrives is /bin/sh running exactly this.
 */
export interface Command {
  script: string;
  args?: readonly string[];
}

export interface ExecOptions {
  stdin?: Uint8Array | string | Readable;
  /** Ends the program over there too, not only the waiting. */
  signal?: AbortSignal;
  /** Default 30 000. */
  timeoutMs?: number;
  /** More than this on stdout or stderr together ends it with OUTPUT_TOO_LARGE. Default 16 MiB. */
  maxOutputBytes?: number;
}

export interface ExecResult {
  stdout: Buffer;
  stderr: Buffer;
  exitCode: number | null;
  signal: string | null;
}

/** A program whose streams flow. Back-pressure holds: what is not read here is not read there. */
export interface RunningProgram {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Never rejects because of an exit code; rejects with a TrainyardError when the connection is lost. */
  exited: Promise<{ exitCode: number | null; signal: string | null }>;
  /** Ends it over there. Safe to call twice. */
  kill(): void;
}

/** What can run programs: this computer, an SSH host. Errors are TrainyardErrors with stable codes (see each). */
export interface RunsPrograms {
  exec(command: Command, options?: ExecOptions): Promise<ExecResult>;
  spawn(command: Command, options?: { signal?: AbortSignal }): Promise<RunningProgram>;
}
