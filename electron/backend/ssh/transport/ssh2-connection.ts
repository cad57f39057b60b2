import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import type { Clock } from '#backend/clock.ts';
import {
  type Command,
  cancelled,
  collect,
  type ExecOptions,
  type ExecResult,
  forwardingDisabled,
  type OpenShell,
  portRefused,
  ptyRefused,
  type RunningProgram,
  type ShellOptions,
} from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import { connectionLost, proxyFailed, sessionRefused, shellFailed } from '../errors.ts';
import type { SshConnection, SshConnectionState } from '../interface.ts';
import { bootstrap, longestFor } from './bootstrap.ts';
import { ChannelQueue, type ChannelUse, type RoomToStay, type Slot, startLimit } from './channel-queue.ts';
import { endWith, execWithin, signalCommand } from './exec.ts';
import {
  bytesHeard,
  keepsWindow,
  type Opened,
  openSession,
  sendPing,
  sendSignal,
  softwareOf,
} from './internals.ts';
import { type CarriesPrograms, type Exit, programOn, type Session } from './program.ts';
import { type CarriesShells, type ShellRoom, type ShellSession, shellOn } from './shell.ts';
import { unlessAborted } from './socket.ts';

/** So often a session is tried again that the server refuses without need: for about ten seconds. */
const mostRefusals = 16;
/** Of a terminal so much may be on its way: after Ctrl-C all of it still comes before the prompt. With 100 ms to the server and back 2.5 MB/s. */
const terminalWindowBytes = 256 * 1024;

const itself = (channel: ClientChannel): ClientChannel => channel;

type Ended = (state: SshConnectionState, error: TrainyardError | null) => void;

/** One authenticated ssh2 client as the connection that everybody shares. */
export class Ssh2Connection implements SshConnection, CarriesShells, CarriesPrograms {
  readonly transport = 'ssh2';
  readonly host: ResolvedHost;
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #channels = new ChannelQueue(startLimit);
  readonly #listeners = new Set<Ended>();
  readonly #keepAlive = new AbortController();
  #state: SshConnectionState = 'connected';
  #proof: Promise<void> | null = null;
  #shells = 0;
  #roundTripMs: number | null = null;
  /** When something was last heard of the server, by the clock's monotonic time. */
  #heardAt: number;

  /** `client` is ready; from here on its errors and its end belong to this object. */
  constructor(client: Client, host: ResolvedHost, clock: Clock) {
    this.#client = client;
    this.host = host;
    this.#clock = clock;
    this.#heardAt = clock.elapsed();
    client.removeAllListeners('error');
    client.on('error', (error) => this.#end('lost', connectionLost(host.alias, { details: error.message })));
    client.on('close', () => this.#end('lost', connectionLost(host.alias)));
    client.on('end', () => this.#end('lost', connectionLost(host.alias))); // through a jump host no `close` follows
    if (host.serverAliveIntervalMs > 0) void this.#keepHearing();
  }

  get state(): SshConnectionState {
    return this.#state;
  }

  get roundTripMs(): number | null {
    return this.#roundTripMs;
  }

  onState(listener: Ended): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  spawn(command: Command, { signal }: { signal?: AbortSignal } = {}): Promise<RunningProgram> {
    return this.#channels.promised((asked) => this.#start(command, 'spawn', signal, asked));
  }

  knowsRoom(signal?: AbortSignal): Promise<void> {
    this.#proof ??= this.#prove();
    return signal ? unlessAborted(this.#proof, signal) : this.#proof;
  }

  hasRoomToStay(room: RoomToStay): boolean {
    return this.#channels.hasRoomToStay(room);
  }

  async exec(command: Command, options: ExecOptions = {}): Promise<ExecResult> {
    return execWithin(options, (signal) => this.#start(command, 'exec', signal));
  }

  ping(signal?: AbortSignal): Promise<number> {
    if (signal?.aborted) return Promise.reject(cancelled(signal));
    const sentAt = this.#clock.elapsed();
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        stopListening();
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      const stopListening = this.onState((_state, error) =>
        done(() => reject(error ?? connectionLost(this.host.alias))),
      );
      const onAbort = () => signal && done(() => reject(cancelled(signal)));
      signal?.addEventListener('abort', onAbort, { once: true });
      const answered = () => {
        this.#heardAt = this.#clock.elapsed();
        this.#roundTripMs = this.#heardAt - sentAt;
        done(() => resolve(this.#heardAt - sentAt));
      };
      if (this.#state !== 'connected' || !sendPing(this.#client, answered)) {
        done(() => reject(connectionLost(this.host.alias)));
      }
    });
  }

  /** A TCP connection from that machine to another one: how jump hosts work. SSH_PROXY_FAILED. */
  forward(host: string, port: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      if (this.#state !== 'connected') return reject(connectionLost(this.host.alias));
      this.#client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        if (error) reject(proxyFailed(host, `${this.host.alias}: ${error.message}`));
        else resolve(channel);
      });
    });
  }

  connectTo(host: string, port: number, signal?: AbortSignal): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(cancelled(signal));
      if (this.#state !== 'connected') return reject(connectionLost(this.host.alias));
      const stopListening = this.onState((_state, error) => reject(error ?? connectionLost(this.host.alias)));
      const onAbort = () => signal && reject(cancelled(signal));
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        stopListening();
        signal?.removeEventListener('abort', onAbort);
        if (error) return reject(forwardError(error, this.host.alias, host, port));
        if (signal?.aborted) return channel.destroy();
        // ssh2 ends the channels of a lost connection as if all had come.
        const stop = this.onState((_state, lost) =>
          channel.emit('error', lost ?? connectionLost(this.host.alias)),
        );
        channel.on('error', () => undefined);
        channel.once('close', stop);
        resolve(channel);
      });
    });
  }

  get shells(): number {
    return this.#shells;
  }

  async shellWithin(options: ShellOptions, { most, spare }: ShellRoom): Promise<OpenShell | null> {
    const { signal } = options;
    if (signal?.aborted) throw cancelled(signal);
    if (spare > 0) await this.knowsRoom(signal);
    if (this.#shells >= most) return null;
    const slot = this.#channels.takeNow(spare);
    if (!slot) return null;
    try {
      const start = options.command && bootstrap(options.command, { inTerminal: true });
      const session = await this.#terminal(options, start?.outer ?? null, slot);
      this.#shells++;
      session.onClose(() => this.#shells--);
      return this.#shellOn(session, start);
    } catch (error) {
      slot.release();
      if (error instanceof TrainyardError) throw error;
      if (this.#state !== 'connected') throw connectionLost(this.host.alias);
      const text = error instanceof Error ? error.message : String(error);
      if (/pseudo-terminal/.test(text)) throw ptyRefused(this.host.alias, text);
      this.#channels.refused(); // the server allows no more sessions on this connection
      return null;
    }
  }

  async close(): Promise<void> {
    this.#end('closed', null);
  }

  #shellOn(session: ShellSession, start: ReturnType<typeof bootstrap> | null): OpenShell {
    return shellOn(session, start, {
      onLost: (listener) =>
        this.onState((_state, error) => listener(error ?? connectionLost(this.host.alias))),
      signalGroup: (pid, name) => this.#signalGroup(pid, name),
      shellFailed: (printed) => shellFailed(this.host.alias, printed),
      sessionEnded: () => connectionLost(this.host.alias, { details: 'the session was ended over there' }),
    });
  }

  #terminal(
    { cols, rows, term = 'xterm-256color', signal }: ShellOptions,
    outer: string | null,
    slot: Slot,
  ): Promise<ShellSession> {
    return new Promise((resolve, reject) => {
      if (this.#state !== 'connected') return reject(connectionLost(this.host.alias));
      const pty = { cols, rows, term, width: 0, height: 0 };
      const stopListening = this.onState((_state, error) => reject(error ?? connectionLost(this.host.alias)));
      const onAbort = () => signal && reject(cancelled(signal));
      signal?.addEventListener('abort', onAbort, { once: true });
      const opened = (error: Error | undefined, channel: ClientChannel) => {
        stopListening();
        signal?.removeEventListener('abort', onAbort);
        if (error) return reject(error);
        if (signal?.aborted) return channel.close();
        slot.opened();
        channel.once('close', slot.release);
        resolve({
          ...sessionOn(this.#client, channel),
          resize: (size) => channel.setWindow(size.rows, size.cols, 0, 0),
          taken: keepsWindow(this.#client, channel, terminalWindowBytes),
        });
      };
      if (outer === null) this.#client.shell(pty, opened);
      else this.#client.exec(outer, { pty }, opened);
    });
  }

  async #start(
    command: Command,
    use: ChannelUse,
    signal?: AbortSignal,
    asked?: () => void,
  ): Promise<RunningProgram> {
    const start = bootstrap(command, { longest: longestFor(softwareOf(this.#client)) });
    const session = await this.#openChannel(start.outer, use, signal, asked);
    const program = programOn(session, start, {
      onLost: (listener) =>
        this.onState((_state, error) => listener(error ?? connectionLost(this.host.alias))),
      signalGroup: (pid, name) => this.#signalGroup(pid, name),
      shellFailed: (printed) => shellFailed(this.host.alias, printed),
      sessionEnded: () => connectionLost(this.host.alias, { details: 'the session was ended over there' }),
    });
    if (signal) endWith(program, signal);
    return program;
  }

  async #openChannel(
    outer: string,
    use: ChannelUse,
    signal?: AbortSignal,
    asked?: () => void,
  ): Promise<Session> {
    await this.knowsRoom(signal);
    for (let refusals = 0; ; refusals++) {
      const slot = await this.#channels.take(use, signal, asked);
      try {
        return await this.#exec(outer, slot);
      } catch (error) {
        // Where only the program was refused, in a session that there was, it says nothing of how many there may be: dropbear does that
        // now and then, without need.
        const isForRoom = error instanceof Error && 'reason' in error;
        const canWait = (!isForRoom || this.#channels.refused()) && refusals < mostRefusals;
        slot.release();
        if (this.#state !== 'connected') throw connectionLost(this.host.alias);
        if (error instanceof TrainyardError) throw error;
        if (!canWait)
          throw sessionRefused(this.host.alias, error instanceof Error ? error.message : String(error));
      }
      // It may still be clearing away after a program that has ended.
      await this.#clock.sleep(Math.min(20 * 2 ** refusals, 1_000), signal);
    }
  }

  /**
   * Before the first session is used: how many of them the server allows shows only when it refuses one. So that programs that stay
   * never take the last, as many as are ever wanted are opened for a moment, all at once and with nothing running in them.
   */
  async #prove(): Promise<void> {
    const { limit } = this.#channels;
    const slots = await Promise.all(Array.from({ length: limit }, () => this.#channels.take('exec')));
    const open = await Promise.all(
      slots.map(async (slot) => {
        try {
          return await this.#opened(slot, (opened) => openSession(this.#client, opened), itself);
        } catch (error) {
          if (error instanceof Error && 'reason' in error) this.#channels.refused();
          slot.release();
          return null;
        }
      }),
    );
    for (const channel of open) {
      channel?.resume();
      channel?.stderr.resume();
      channel?.close();
    }
  }

  #exec(outer: string, slot: Slot): Promise<Session> {
    const open = (opened: Opened) => this.#client.exec(outer, opened);
    return this.#opened(slot, open, (channel) => sessionOn(this.#client, channel));
  }

  /** What is made of the channel is made as soon as it is there. */
  #opened<T>(slot: Slot, open: (opened: Opened) => void, make: (channel: ClientChannel) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#state !== 'connected') return reject(connectionLost(this.host.alias));
      const stopListening = this.onState((_state, error) => reject(error ?? connectionLost(this.host.alias)));
      open((error, channel) => {
        stopListening();
        if (error) return reject(error);
        slot.opened();
        channel.once('close', slot.release);
        resolve(make(channel));
      });
    });
  }

  async #signalGroup(pid: number, name: 'TERM' | 'KILL'): Promise<boolean> {
    // Its own session gives one back soon; before that there may be none.
    if (name === 'TERM' && this.#channels.full && this.#channels.limit < startLimit) return false;
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

  /** Asks for a sign of life after each silence; when none comes for long enough the connection is lost, half-open or not. */
  async #keepHearing(): Promise<void> {
    const { serverAliveIntervalMs: interval, serverAliveCountMax: most } = this.host;
    const { signal } = this.#keepAlive;
    let unanswered = 0;
    try {
      while (this.#state === 'connected') {
        const before = this.#heardAt;
        const bytesBefore = bytesHeard(this.#client);
        await this.#clock.sleep(interval, signal);
        // On a slow line the answer waits behind what is flowing: that it flows is as good a sign of life.
        if ((bytesHeard(this.#client) ?? 0) > (bytesBefore ?? 0)) this.#heardAt = this.#clock.elapsed();
        if (this.#heardAt > before) unanswered = 0;
        if (unanswered >= Math.max(1, most)) {
          const details = `no sign of life for ${Math.round((this.#clock.elapsed() - this.#heardAt) / 1000)} s`;
          this.#end('lost', connectionLost(this.host.alias, { details }));
          return;
        }
        unanswered++;
        this.ping().catch(() => undefined); // its failing is the connection's end, which is told by itself
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #end(state: SshConnectionState, error: TrainyardError | null): void {
    if (this.#state !== 'connected') return;
    this.#state = state;
    this.#keepAlive.abort();
    this.#channels.fail(error ?? connectionLost(this.host.alias));
    for (const listener of [...this.#listeners]) listener(state, error);
    this.#listeners.clear();
    this.#client.on('error', () => undefined);
    if (state === 'closed') this.#client.end();
    else this.#client.destroy();
  }
}

/**
 * To be made within exec's callback: of a short program everything may have come in one piece, and ssh2 tells its exit
 * in the same breath.
 */
function sessionOn(client: Client, channel: ClientChannel): Session {
  const exit = new Promise<Exit>((resolve) => {
    channel.on('exit', (exitCode: number | null, signal?: string) =>
      resolve({ exitCode, signal: signal ?? null }),
    );
  });
  const closed = new Promise<void>((resolve) => {
    channel.on('close', () => resolve());
  });
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    onExit: (listener) => void exit.then(listener),
    onClose: (listener) => void closed.then(listener),
    signal: (name) => sendSignal(client, channel, name),
    close: () => channel.close(),
  };
}

function forwardError(
  error: Error & { reason?: unknown },
  machine: string,
  host: string,
  port: number,
): TrainyardError {
  // RFC 4254 5.1: 1 is administratively prohibited, 2 is connect failed.
  if (error.reason === 1) return forwardingDisabled(machine);
  return portRefused(host, port, error.message);
}
