import { spawnSync } from 'node:child_process';
import type { BackendConnection } from '#renderer/rpc/client.ts';
import { followEvents } from '#renderer/rpc/events.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { Terminal, TerminalSize } from '#shared/domain/terminal.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { type CliBackend, withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { findMachine, findRun } from '../names.ts';
import { answerPrompts } from '../prompts.ts';
import { type Escape, ShellKeys } from '../shell-keys.ts';

export interface ShellOptions {
  run?: string;
  tmux?: boolean;
}

const usage = (sentence: string) => new TrainyardError('USAGE', sentence);

/** `trainyard shell MACHINE` or `--run RUN`: a terminal of the app in the user's own. Ends with the exit code of its shell. */
export async function openShell(machine: string | undefined, options: ShellOptions): Promise<number> {
  if ((machine === undefined) === (options.run === undefined))
    throw usage('Name a machine, or a run with --run.');
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw usage(
      '`trainyard shell` needs a terminal. Without one, `trainyard ssh MACHINE -- COMMAND` runs a command.',
    );
  return withBackend(async (backend) => {
    const place = await placeOf(backend, machine, options.run);
    const connection = await backend.connection();
    const stopAsking = answerPrompts(connection, backend.own);
    const terminal = await connection.rpc.terminals.open({
      requestId: newId(),
      ...place,
      kind: 'shell',
      keptBy: options.tmux ? 'tmux' : 'app',
      size: sizeOfOurs(),
    });
    const joined = new JoinedTerminal(connection, terminal);
    try {
      return await joined.run(stopAsking);
    } finally {
      stopAsking();
      await joined.leave();
    }
  });
}

async function placeOf(
  { client }: CliBackend,
  machine: string | undefined,
  run: string | undefined,
): Promise<{ machineId: string; runId?: string }> {
  if (machine !== undefined) return { machineId: (await findMachine(client, machine)).id };
  const found = await findRun(client, run ?? '');
  const machineId = found.attempts.at(-1)?.machineId;
  if (machineId === undefined) throw usage(`${found.name} has no machine yet.`);
  return { machineId, runId: found.id };
}

const sizeOfOurs = (): TerminalSize => ({
  cols: Math.min(Math.max(process.stdout.columns, 2), 1000),
  rows: Math.min(Math.max(process.stdout.rows, 1), 500),
});

/** One of the app's terminals, shown and typed into by the user's own. */
class JoinedTerminal {
  readonly #connection: BackendConnection;
  readonly #keys = new ShellKeys();
  readonly #ended = Promise.withResolvers<number>();
  readonly #id: string;
  #state: Terminal;
  #open = false;
  #left: Escape | null = null;
  #exitCode: number | null = null;
  #stops: (() => void)[] = [];

  constructor(connection: BackendConnection, terminal: Terminal) {
    this.#connection = connection;
    this.#state = terminal;
    this.#id = terminal.id;
  }

  /** Resolves with the exit code; `onOpen` once the shell is there and keys are its own. */
  async run(onOpen: () => void): Promise<number> {
    this.#stops.push(
      followEvents(this.#connection, {
        onOpen: () => void this.#look(),
        onEvent: (event) => {
          if (event.type === 'terminal.changed' && event.terminal.id === this.#id)
            this.#see(event.terminal, onOpen);
          if (event.type === 'terminal.removed' && event.terminalId === this.#id && this.#left === null)
            this.#ended.resolve(exitCodes.failed);
        },
      }),
    );
    return this.#ended.promise;
  }

  /** Gives the user's terminal back; closes the other one, where it is not to stay open. */
  async leave(): Promise<void> {
    for (const stop of this.#stops) stop();
    process.stdin.pause();
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    if (this.#left === 'detach') return;
    await this.#close();
  }

  async #close(): Promise<void> {
    try {
      await this.#connection.rpc.terminals.close({ terminalId: this.#id });
    } catch (thrown) {
      if (TrainyardError.from(thrown).code !== 'TERMINAL_UNKNOWN' && this.#state.state !== 'ended')
        throw thrown;
    }
  }

  async #look(): Promise<void> {
    const found = (await this.#connection.rpc.terminals.list()).find(({ id }) => id === this.#id);
    if (found === undefined) this.#ended.resolve(exitCodes.failed);
    else this.#see(found, () => undefined);
  }

  #see(terminal: Terminal, onOpen: () => void): void {
    const before = this.#state.state;
    this.#state = terminal;
    if (terminal.state === 'open' && !this.#open) {
      this.#open = true;
      onOpen();
      this.#join();
    }
    if (terminal.state === 'lost' && before !== 'lost')
      process.stderr.write('\r\n[the connection is lost; this goes on when it is back, ~. ends it]\r\n');
    if (terminal.state === 'ended') this.#shellEnded(terminal);
  }

  /** What it printed last may still be on its way: the stream ends after it, once the terminal is closed. */
  #shellEnded({ error, exitCode, signal }: Terminal): void {
    if (!this.#open) {
      this.#ended.reject(
        error ? TrainyardError.fromShape(error) : new TrainyardError('INTERNAL', 'It did not start.'),
      );
      return;
    }
    this.#exitCode = exitCode ?? (signal ? 128 : exitCodes.failed);
    this.#left ??= 'close';
    void this.#close().catch((thrown: unknown) => this.#ended.reject(thrown));
  }

  #join(): void {
    const stream = this.#connection.bytes.open(
      { kind: 'terminal', terminalId: this.#id, offset: 0 },
      {
        // Only a viewer that fell far behind gets one: what it has is taken away first.
        onInfo: ({ snapshotBytes }) => void (snapshotBytes > 0 && process.stdout.write('\x1bc\x1b[3J')),
        onBytes: (bytes) => written(bytes),
        onEnd: (error) => {
          if (error) this.#ended.reject(error);
          else this.#ended.resolve(this.#exitCode ?? exitCodes.ok);
        },
      },
      // Little on its way: Ctrl-C acts at once, also on a slow terminal.
      { windowBytes: 256 * 1024 },
    );
    const type = (chunk: Buffer) => this.#type(chunk, (bytes) => void stream.send(bytes));
    const resize = () =>
      void this.#connection.rpc.terminals
        .resize({ terminalId: this.#id, size: sizeOfOurs() })
        // Gone or offline: the next change of state tells.
        .catch(() => undefined);
    takeTerminal();
    process.stdin.on('data', type);
    process.stdin.resume();
    process.stdout.on('resize', resize);
    this.#stops.push(() => {
      stream.close();
      process.stdin.off('data', type);
      process.stdout.off('resize', resize);
    });
  }

  #type(chunk: Buffer, send: (bytes: Uint8Array) => void): void {
    const { typed, asked } = this.#keys.take(chunk);
    if (typed.byteLength > 0) send(typed);
    if (asked === 'help')
      process.stderr.write('\r\n~.  close the terminal\r\n~d  leave it open in the app\r\n~~  type ~\r\n');
    else if (asked !== null) {
      this.#left = asked;
      process.stderr.write('\r\n');
      this.#ended.resolve(exitCodes.ok);
    }
  }
}

/** Every key is the shell's, and every byte of its output goes as it is: Node's own raw mode still turns LF into CR LF. */
function takeTerminal(): void {
  process.stdin.setRawMode(true);
  // Put back with the mode itself. Without stty (Windows) consoles do as they are told.
  spawnSync('stty', ['-opost'], { stdio: 'inherit', timeout: 5_000 });
}

/** Resolves when the user's terminal has taken it. */
function written(bytes: Uint8Array): Promise<void> | undefined {
  if (process.stdout.write(bytes)) return undefined;
  return new Promise((resolve) => process.stdout.once('drain', resolve));
}
