import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { Readable, Writable } from 'node:stream';
import type { IPty } from '@lydell/node-pty';
import { TrainyardError } from '#shared/domain/error.ts';
import { signalGroup, signalLeader } from './group.ts';
import type { OpenShell } from './shells.ts';

export interface PtyOptions {
  /** Absolute. */
  file: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  cols: number;
  rows: number;
  term: string;
}

/** How long a program that was hung up may take before it is killed. */
const killGraceMs = 1_000;
/** After the program's end: how long the terminal may say nothing before what still holds it open is not waited for. */
const silentMs = 300;
/** So much is kept of what was printed and not read; more stays with the program. */
const keptBytes = 64 * 1024;

/** Terminals of an app that was started within one must not be taken for that one. */
const ofAnotherTerminal = /^(TMUX|TMUX_PANE|STY|WINDOW|WINDOWID|TERMCAP|COLUMNS|LINES)$/;

/** A program in a new terminal on this computer. PTY_MISSING where there is no library for this system or no terminal left. */
export async function openPty(options: PtyOptions): Promise<OpenShell & { pid: number }> {
  const env = Object.fromEntries(
    Object.entries(options.env).filter(([name]) => !ofAnotherTerminal.test(name)),
  );
  let pty: IPty;
  try {
    // Its binary is loaded when the first terminal is opened, not with the app.
    const { spawn } = await import('@lydell/node-pty');
    pty = spawn(options.file, [...options.args], {
      name: options.term,
      cols: options.cols,
      rows: options.rows,
      cwd: options.cwd,
      env: { ...env, TERM: options.term, COLORTERM: 'truecolor' },
      encoding: null,
    });
  } catch (error) {
    throw noTerminal(error);
  }
  return wrap(pty);
}

/** node-pty destroys its socket 200 ms after the program's end, read or not; these of its fields keep what was printed last. */
interface UnixFields {
  _socket?: Readable & Writable;
  _emittedClose?: boolean;
}

function wrap(pty: IPty): OpenShell & { pid: number } {
  const { pid } = pty;
  const fields = pty as unknown as UnixFields;
  const socket = process.platform === 'win32' ? undefined : fields._socket;
  if (socket) fields._emittedClose = true;
  const output = new PtyOutput(pty, socket);
  let over = false;
  let killTimer: NodeJS.Timeout | undefined;
  let foreground = 0;
  const exited = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      over = true;
      if (killTimer) finish();
      output.programEnded();
      resolve(signal ? { exitCode: null, signal: signalName(signal) } : { exitCode, signal: null });
    });
  });
  const finish = () => {
    clearTimeout(killTimer);
    if (!over) signalLeader(pid, 'SIGKILL');
    for (const group of new Set([pid, foreground])) signalGroup(group, 'SIGKILL');
    socket?.destroy();
  };
  const kill = () => {
    if (killTimer) return;
    if (process.platform === 'win32') {
      if (!over) pty.kill();
      return;
    }
    // What runs in the foreground has a group of its own, and is hung up only by a shell that is still there to do it.
    foreground = foregroundOf(pid);
    signalLeader(pid, 'SIGHUP');
    if (foreground !== pid) signalGroup(foreground, 'SIGHUP');
    killTimer = setTimeout(finish, killGraceMs);
    if (over) finish();
    output.resume(); // a shell that cannot write does not end
  };
  return { pid, input: inputOf(pty, socket), output, exited, kill, resize: resizer(pty, () => over) };
}

const resizer =
  (pty: IPty, isOver: () => boolean) =>
  ({ cols, rows }: { cols: number; rows: number }) => {
    if (isOver()) return;
    try {
      pty.resize(cols, rows);
    } catch (error) {
      // Between its end and our hearing of it there is nothing left to resize.
      if (!/EBADF|ENOTTY|EIO|ioctl|exited/i.test(String(error))) throw error;
    }
  };

/** What the terminal shows, paused while nobody reads. Ends after the last byte. */
class PtyOutput extends Readable {
  readonly #pty: IPty;
  readonly #socket: Readable | undefined;
  #heard = true;
  #watch: NodeJS.Timeout | undefined;

  constructor(pty: IPty, socket: Readable | undefined) {
    super({ highWaterMark: keptBytes });
    this.#pty = pty;
    this.#socket = socket;
    this.on('error', () => undefined);
    pty.onData((chunk) => {
      this.#heard = true;
      if (this.destroyed) return;
      if (!this.push(chunk as unknown as Buffer)) pty.pause();
    });
    // EIO is how a terminal says that nobody holds its other side any more.
    socket?.on('error', () => undefined);
    socket?.once('close', () => this.#end());
  }

  /** What it started may still hold the terminal; what was printed is still passed on, but nothing new is waited for. */
  programEnded(): void {
    // A killed one is told to have ended after its terminal was closed.
    if (!this.#socket || this.#socket.closed) {
      this.#end();
      return;
    }
    this.#watch = setInterval(() => {
      if (this.#socket?.isPaused()) return;
      if (!this.#heard) this.#socket?.destroy();
      this.#heard = false;
    }, silentMs);
  }

  override _read(): void {
    this.#pty.resume();
  }

  /** Nobody reads it any more: the program must not be held up by that. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#pty.resume();
    done(error);
  }

  #end(): void {
    clearInterval(this.#watch);
    if (!this.destroyed) this.push(null);
  }
}

function inputOf(pty: IPty, socket: Writable | undefined): Writable {
  const input: Writable = new Writable({
    highWaterMark: keptBytes,
    write(chunk: Buffer, _encoding, done) {
      if (!socket) {
        pty.write(chunk as unknown as string);
        done();
      } else if (socket.destroyed) input.destroy();
      else socket.write(chunk, (error) => (error ? input.destroy() : done()));
    },
    // The end of typing is not the end of a terminal: Ctrl-D is.
    final: (done) => done(),
  });
  input.on('error', () => undefined); // how it ended is for `exited` to tell
  socket?.once('close', () => input.destroy());
  return input;
}

const signalName = (number: number): string =>
  Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `SIG${number}`;

/** The process group in the terminal's foreground, by Linux's word; 0 where it is not told. */
function foregroundOf(pid: number): number {
  try {
    // After the name, which may hold anything: state ppid pgrp session tty_nr tpgid.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\)/s, '').trim().split(' ');
    // Just forked, it is still in our own session, and the foreground is that of the terminal we were started from.
    return Number(fields[3]) === pid ? Number(fields[5]) || 0 : 0;
  } catch {
    return 0; // it is gone, or this is no Linux
  }
}

const noTerminal = (error: unknown): TrainyardError =>
  new TrainyardError(
    'PTY_MISSING',
    'This computer gives no terminal. It may have none left, or this system is not supported by the terminal library.',
    {
      details: error instanceof Error ? error.message : String(error),
      cause: error,
    },
  );
