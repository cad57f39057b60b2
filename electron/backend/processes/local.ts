import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { TrainyardError } from '#shared/domain/error.ts';
import { collect } from './collect.ts';
import { connectHere } from './connect.ts';
import { withoutOurOwn } from './environment.ts';
import { cancelled } from './errors.ts';
import { signalGroup } from './group.ts';
import type { Command, ExecOptions, ExecResult, RunningProgram, RunsPrograms } from './programs.ts';
import { openPty } from './pty.ts';
import type { ForwardsPorts, OpenShell, OpensShells, ShellOptions } from './shells.ts';

/** How long a program that was told to end may take before it is killed. */
const killGraceMs = 1_000;

export interface LocalPrograms extends RunsPrograms, OpensShells, ForwardsPorts {
  /** Ends everything that still runs, and resolves when it is gone. Nothing can be started afterwards. */
  close(): Promise<void>;
}

/**
 * Programs on the computer the app itself runs on. Each has a process group of its own, so that ending it ends whatever
 * it started; what must outlive us leaves the group (setsid). SHELL_MISSING where there is no /bin/sh (Windows).
 */
export function localPrograms({
  env = process.env,
  cwd = homedir(),
  shell = '/bin/sh',
  userShell = () => '',
}: {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  shell?: string;
  /** The shell of terminals, absolute; empty: the account's own. Asked for each. */
  userShell?: () => string;
} = {}): LocalPrograms {
  const running = new Map<ChildProcess, RunningProgram>();
  const terminals = new Set<OpenShell>();
  const environment = withoutOurOwn(env);
  let closed = false;

  async function start(command: Command, signal?: AbortSignal): Promise<RunningProgram> {
    if (signal?.aborted) throw cancelled(signal);
    if (closed) throw new TrainyardError('CANCELLED', 'Trainyard is closing.');
    const args = ['-c', command.script, 'sh', ...(command.args ?? [])];
    let child: ReturnType<typeof spawnPiped>;
    try {
      // A home that is missing must not look like a missing shell: both are ENOENT.
      child = spawnPiped(shell, args, { cwd: existsSync(cwd) ? cwd : '/', env: environment });
      await started(child);
    } catch (error) {
      throw cannotStart(error, shell);
    }
    const program = wrap(child, signal);
    running.set(child, program);
    const forget = () => running.delete(child);
    program.exited.then(forget, forget);
    if (signal?.aborted) program.kill();
    return program;
  }

  async function openShell(options: ShellOptions): Promise<OpenShell> {
    const { command, signal, cols, rows, term = 'xterm-256color' } = options;
    if (signal?.aborted) throw cancelled(signal);
    if (closed) throw new TrainyardError('CANCELLED', 'Trainyard is closing.');
    const file = command ? shell : userShell() || loginShell(environment);
    if (!canRun(file)) throw cannotStart(Object.assign(new Error(file), { code: 'ENOENT' }), file);
    const args = command
      ? ['-c', command.script, 'sh', ...(command.args ?? [])]
      : process.platform === 'darwin'
        ? ['-l'] // as its own terminals do: there PATH is set by what login shells read
        : [];
    const place = { cwd: existsSync(cwd) ? cwd : '/', env: environment };
    const opened = await openPty({ file, args, ...place, cols, rows, term });
    terminals.add(opened);
    const forget = () => terminals.delete(opened);
    opened.exited.then(forget, forget);
    if (closed || signal?.aborted) opened.kill();
    return opened;
  }

  return {
    spawn: (command, options = {}) => start(command, options.signal),
    openShell,
    connectTo: (host, port, signal) => connectHere(host, port, signal),
    async exec(command: Command, options: ExecOptions = {}): Promise<ExecResult> {
      return collect(await start(command), options);
    },
    async close() {
      closed = true;
      const programs = [...running.values(), ...terminals];
      for (const program of programs) program.kill();
      await Promise.allSettled(programs.map((program) => program.exited));
    },
  };
}

const spawnPiped = (shell: string, args: string[], place: { cwd: string; env: NodeJS.ProcessEnv }) =>
  spawn(shell, args, { ...place, detached: true, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });

const started = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });

function wrap(child: ReturnType<typeof spawnPiped>, signal?: AbortSignal): RunningProgram {
  const pid = child.pid ?? 0;
  let killTimer: NodeJS.Timeout | undefined;
  let over = false;
  const kill = () => {
    // When the leader is gone but its output is still held open, what it left in its group is what holds it.
    const finished = over && child.stdout.readableEnded && child.stderr.readableEnded;
    if (finished || killTimer) return;
    signalGroup(pid, 'SIGTERM');
    killTimer = setTimeout(() => signalGroup(pid, 'SIGKILL'), killGraceMs);
  };
  const exited = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (exitCode, exitSignal) => {
      over = true;
      // The leader's end is not the end of what it started: when we ended it, the rest of the group goes at once.
      if (killTimer) {
        clearTimeout(killTimer);
        signalGroup(pid, 'SIGKILL');
      }
      signal?.removeEventListener('abort', kill);
      resolve({ exitCode, signal: exitSignal });
    });
  });
  child.on('error', () => undefined); // after 'spawn' only a failed kill comes here, and `exited` tells the truth
  child.stdin.on('error', () => undefined); // EPIPE: it ended without reading everything, which its exit code explains
  signal?.addEventListener('abort', kill, { once: true });
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exited, kill };
}

function cannotStart(error: unknown, shell: string): TrainyardError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') {
    return new TrainyardError(
      'SHELL_MISSING',
      `There is no ${shell} on this computer, so nothing can be run on it. Runs on SSH hosts are not affected.`,
      { params: { shell }, cause: error },
    );
  }
  return new TrainyardError(
    'COMMAND_NOT_STARTED',
    'This computer could not start a program: it may be out of processes or memory.',
    { details: error instanceof Error ? error.message : String(error), retryable: true, cause: error },
  );
}

/** What the user's own terminals start. */
function loginShell(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return env.COMSPEC ?? 'C:\\Windows\\System32\\cmd.exe';
  const { shell } = userInfo();
  return [shell, env.SHELL, '/bin/bash'].find((file) => file && canRun(file)) ?? '/bin/sh';
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
