import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { Clock } from '#backend/clock.ts';
import {
  type Command,
  cancelled,
  collect,
  type ExecOptions,
  type ExecResult,
  type OpenShell,
  type RunningProgram,
  type ShellOptions,
} from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import { connectionLost, sessionRefused, shellFailed } from '../errors.ts';
import type { SshConnection, SshConnectionState } from '../interface.ts';
import { atExit } from './at-exit.ts';
import { type Bootstrap, bootstrap, longestFor, surelyTaken } from './bootstrap.ts';
import { ChannelQueue, type ChannelUse, type RoomToStay, type Slot } from './channel-queue.ts';
import { endWith, execWithin, signalCommand } from './exec.ts';
import { connectThrough, openSshShell } from './openssh-shell.ts';
import { type CarriesPrograms, type Exit, programOn, type Session } from './program.ts';
import type { CarriesShells, ShellRoom } from './shell.ts';
import { openProxy } from './socket.ts';

/** One session of the server's ten is the master's own. */
const sessions = 7;
/** How long a program's start is watched for the server's refusal. */
const beginMs = 5_000;
const softwareMs = 15_000;
/** So often a session is tried again that the server refuses without need. */
const mostRefusals = 16;

export interface OpenSshParts {
  program: string;
  control: string;
  directory: string;
  master: ChildProcess;
  host: ResolvedHost;
  clock: Clock;
}

/** The system's OpenSSH as the connection that everybody shares. A program's signal is not told by ssh: it ends with 255 then. */
export class OpenSshConnection implements SshConnection, CarriesShells, CarriesPrograms {
  readonly transport = 'openssh';
  readonly #parts: OpenSshParts;
  readonly #channels = new ChannelQueue(sessions);
  readonly #listeners = new Set<(state: SshConnectionState, error: TrainyardError | null) => void>();
  readonly #gone: Promise<void>;
  #state: SshConnectionState = 'connected';
  #roundTripMs: number | null = null;
  #shells = 0;
  /** What the master complained about last: why a channel was refused it says there, not to the ssh that asked. */
  #complaints = '';
  /** Asked for with the first command that a small server would not take. */
  #software: Promise<string | null> | null = null;

  constructor(parts: OpenSshParts) {
    this.#parts = parts;
    parts.master.stderr?.on('data', (bytes: Buffer) => {
      this.#complaints = (this.#complaints + bytes.toString('latin1')).slice(-4096);
    });
    const spared = atExit(() => {
      parts.master.kill('SIGKILL');
      rmSync(parts.directory, { recursive: true, force: true });
    });
    this.#gone = new Promise((resolve) => {
      const over = () => {
        spared();
        rmSync(parts.directory, { recursive: true, force: true });
        this.#end('lost', connectionLost(parts.host.alias));
        resolve();
      };
      if (parts.master.exitCode !== null || parts.master.signalCode !== null) over();
      else parts.master.once('exit', over);
    });
  }

  get state(): SshConnectionState {
    return this.#state;
  }

  get roundTripMs(): number | null {
    return this.#roundTripMs;
  }

  onState(listener: (state: SshConnectionState, error: TrainyardError | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  spawn(command: Command, { signal }: { signal?: AbortSignal } = {}): Promise<RunningProgram> {
    return this.#channels.promised((asked) => this.#start(command, 'spawn', signal, asked));
  }

  /** What the server refuses is found out with what is wanted: ssh opens no session in which nothing runs. */
  knowsRoom(): Promise<void> {
    return Promise.resolve();
  }

  hasRoomToStay(room: RoomToStay): boolean {
    return this.#channels.hasRoomToStay(room);
  }

  async exec(command: Command, options: ExecOptions = {}): Promise<ExecResult> {
    return execWithin(options, (signal) => this.#start(command, 'exec', signal));
  }

  /** The time that the smallest program takes: ssh's own keep-alive says nothing. */
  async ping(signal?: AbortSignal): Promise<number> {
    const startedAt = this.#parts.clock.elapsed();
    await this.exec({ script: ':' }, signal ? { signal } : {});
    this.#roundTripMs = this.#parts.clock.elapsed() - startedAt;
    return this.#roundTripMs;
  }

  /** A TCP connection from that machine to another one. */
  async forward(host: string, port: number): Promise<Duplex> {
    const to = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    const { stream } = await openProxy(this.#parts.host, this.#parts.program, [
      ...this.#shared(),
      '-T',
      '-W',
      to,
      '--',
      'box',
    ]);
    return stream;
  }

  async connectTo(host: string, port: number, signal?: AbortSignal): Promise<Duplex> {
    if (this.#state !== 'connected') throw connectionLost(this.#parts.host.alias);
    this.#complaints = '';
    return connectThrough(this.#place(), host, port, signal);
  }

  get shells(): number {
    return this.#shells;
  }

  async shellWithin(options: ShellOptions, { most, spare }: ShellRoom): Promise<OpenShell | null> {
    if (options.signal?.aborted) throw cancelled(options.signal);
    if (this.#state !== 'connected') throw connectionLost(this.#parts.host.alias);
    if (this.#shells >= most) return null;
    const slot = this.#channels.takeNow(spare);
    if (!slot) return null;
    this.#shells++;
    const release = () => {
      this.#shells--;
      slot.release();
    };
    try {
      const shell = await openSshShell(this.#place(), options);
      if (shell) {
        slot.opened();
        shell.exited.then(release, release);
        return shell;
      }
      this.#channels.refused();
    } catch (error) {
      release();
      throw error;
    }
    release();
    return null;
  }

  async close(): Promise<void> {
    this.#end('closed', null);
    await this.#gone;
  }

  #place() {
    return {
      program: this.#parts.program,
      shared: this.#shared(),
      host: this.#parts.host.alias,
      isThere: () => this.#isThere(),
      complaints: () => this.#complaints,
      onLost: (listener: (error: TrainyardError) => void) =>
        this.onState((_state, error) => listener(error ?? connectionLost(this.#parts.host.alias))),
    };
  }

  /** Over the master or not at all: without it, ssh would try to connect by itself. */
  #shared(): string[] {
    return ['-F', 'none', '-S', this.#parts.control, '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false'];
  }

  async #start(
    command: Command,
    use: ChannelUse,
    signal?: AbortSignal,
    asked?: () => void,
  ): Promise<RunningProgram> {
    const start = await this.#bootstrap(command);
    for (let refusals = 0; ; refusals++) {
      const slot = await this.#channels.take(use, signal, asked);
      const begun = await this.#try(start, slot);
      if ('program' in begun) {
        if (signal) endWith(begun.program, signal);
        return begun.program;
      }
      const canWait = this.#channels.refused() && refusals < mostRefusals;
      slot.release();
      if (signal?.aborted) throw cancelled(signal);
      if (this.#state !== 'connected') throw connectionLost(this.#parts.host.alias);
      if (!canWait) throw sessionRefused(this.#parts.host.alias, begun.refused);
      await this.#parts.clock.sleep(Math.min(20 * 2 ** refusals, 1_000), signal);
    }
  }

  async #bootstrap(command: Command): Promise<Bootstrap> {
    const start = bootstrap(command);
    if (start.outer.length <= surelyTaken) return start;
    this.#software ??= this.#askSoftware();
    return bootstrap(command, { longest: longestFor(await this.#software) });
  }

  /** ssh does not tell whose server it is; what has started our shell over there is it. */
  async #askSoftware(): Promise<string | null> {
    try {
      const { stdout } = await this.exec(
        { script: 'cat "/proc/$PPID/comm" 2>/dev/null' },
        { timeoutMs: softwareMs },
      );
      return stdout.toString('utf8').trim();
    } catch (error) {
      if (error instanceof TrainyardError) return null; // whatever is wrong there, the command itself will say
      throw error;
    }
  }

  async #try(start: Bootstrap, slot: Slot): Promise<{ program: RunningProgram } | { refused: string }> {
    if (this.#state !== 'connected') throw connectionLost(this.#parts.host.alias);
    const child = spawn(this.#parts.program, [...this.#shared(), '-T', '--', 'box', start.outer], {
      stdio: 'pipe',
    });
    const begun = Promise.withResolvers<void>();
    let said = '';
    const listen = (bytes: Buffer) => {
      said = (said + bytes.toString('latin1')).slice(-2048);
    };
    child.stderr.on('data', listen);
    child.once('close', () => begun.resolve());
    const timer = setTimeout(begun.resolve, beginMs);
    const program = programOn(
      sessionOn(child, () => this.#isThere()),
      start,
      {
        onBegun: () => begun.resolve(),
        onLost: (listener) =>
          this.onState((_state, error) => listener(error ?? connectionLost(this.#parts.host.alias))),
        signalGroup: (pid, name) => this.#signalGroup(pid, name),
        shellFailed: (printed) => shellFailed(this.#parts.host.alias, printed),
        sessionEnded: () => connectionLost(this.#parts.host.alias),
      },
    );
    await begun.promise;
    clearTimeout(timer);
    child.stderr.off('data', listen);
    if (/refused by peer|session request failed|open failed/i.test(said) && child.exitCode !== null) {
      return { refused: said };
    }
    slot.opened();
    if (child.exitCode !== null || child.signalCode !== null) slot.release();
    else child.once('close', slot.release);
    return { program };
  }

  async #signalGroup(pid: number, name: 'TERM' | 'KILL'): Promise<boolean> {
    // Its own session gives one back soon; before that there may be none.
    if (name === 'TERM' && this.#channels.full && this.#channels.limit < sessions) return false;
    try {
      const signal = AbortSignal.timeout(10_000);
      const program = await this.#start(signalCommand(pid, name), 'control', signal);
      await collect(program, { timeoutMs: 10_000 });
      return true;
    } catch (error) {
      if (error instanceof TrainyardError) return false; // no session to be had: the caller has another way
      throw error;
    }
  }

  /** Whether the master still answers: tells a program that ended with 255 from a lost connection. */
  #isThere(): Promise<boolean> {
    return new Promise((resolve) => {
      const child = spawn(this.#parts.program, [...this.#shared(), '-O', 'check', 'box'], {
        stdio: 'ignore',
        timeout: 10_000,
      });
      child.once('error', () => resolve(false));
      child.once('exit', (code) => resolve(code === 0));
    });
  }

  #end(state: SshConnectionState, error: TrainyardError | null): void {
    if (this.#state !== 'connected') return;
    this.#state = state;
    this.#channels.fail(error ?? connectionLost(this.#parts.host.alias));
    for (const listener of [...this.#listeners]) listener(state, error);
    this.#listeners.clear();
    this.#parts.master.kill('SIGTERM');
  }
}

function sessionOn(child: ReturnType<typeof spawnPiped>, isThere: () => Promise<boolean>): Session {
  child.stdin.on('error', () => undefined); // it ended without reading everything, which its exit code explains
  const ended = new Promise<Exit | null>((resolve) => {
    child.once('error', () => resolve(null));
    // 255 is also what ssh says when there is no connection any more.
    child.once('exit', async (exitCode, signal) =>
      resolve(exitCode === 255 && !(await isThere()) ? null : { exitCode, signal }),
    );
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    onExit: (listener) => void ended.then((exit) => exit && listener(exit)),
    onClose: (listener) => {
      child.once('close', () => void ended.then(listener));
    },
    signal: () => undefined,
    close: () => child.kill('SIGTERM'),
  };
}

const spawnPiped = (program: string, args: string[]) => spawn(program, args, { stdio: 'pipe' });
