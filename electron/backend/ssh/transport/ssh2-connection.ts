import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import type { Clock } from '#backend/clock.ts';
import {
  type Command,
  cancelled,
  collect,
  type ExecOptions,
  type ExecResult,
  type RunningProgram,
} from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import { connectionLost, proxyFailed, sessionRefused, shellFailed } from '../errors.ts';
import type { SshConnection, SshConnectionState } from '../interface.ts';
import { bootstrap } from './bootstrap.ts';
import { ChannelQueue, type ChannelUse, startLimit } from './channel-queue.ts';
import { sendPing } from './internals.ts';
import { programOn } from './program.ts';

type Ended = (state: SshConnectionState, error: TrainyardError | null) => void;

/** One authenticated ssh2 client as the connection that everybody shares. */
export class Ssh2Connection implements SshConnection {
  readonly transport = 'ssh2';
  readonly host: ResolvedHost;
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #channels = new ChannelQueue(startLimit);
  readonly #listeners = new Set<Ended>();
  readonly #keepAlive = new AbortController();
  #state: SshConnectionState = 'connected';
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

  spawn(command: Command, options: { signal?: AbortSignal } = {}): Promise<RunningProgram> {
    return this.#start(command, 'spawn', options.signal);
  }

  async exec(command: Command, options: ExecOptions = {}): Promise<ExecResult> {
    return collect(await this.#start(command, 'exec', options.signal), options);
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

  async close(): Promise<void> {
    this.#end('closed', null);
  }

  async #start(command: Command, use: ChannelUse, signal?: AbortSignal): Promise<RunningProgram> {
    const start = bootstrap(command);
    const { channel, release } = await this.#openChannel(start.outer, use, signal);
    channel.once('close', release);
    const program = programOn(channel, start, {
      client: this.#client,
      onLost: (listener) =>
        this.onState((_state, error) => listener(error ?? connectionLost(this.host.alias))),
      signalGroup: (pid, name) => this.#signalGroup(pid, name),
      shellFailed: (printed) => shellFailed(this.host.alias, printed),
      sessionEnded: () => connectionLost(this.host.alias, { details: 'the session was ended over there' }),
    });
    if (signal) endWith(program, signal);
    return program;
  }

  async #openChannel(outer: string, use: ChannelUse, signal?: AbortSignal) {
    for (;;) {
      const release = await this.#channels.take(use, signal);
      try {
        const channel = await this.#exec(outer);
        return { channel, release };
      } catch (error) {
        const canWait = this.#state === 'connected' && this.#channels.refused();
        release();
        if (this.#state !== 'connected') throw connectionLost(this.host.alias);
        if (!canWait)
          throw sessionRefused(this.host.alias, error instanceof Error ? error.message : String(error));
      }
    }
  }

  #exec(outer: string): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      if (this.#state !== 'connected') return reject(connectionLost(this.host.alias));
      const stopListening = this.onState((_state, error) => reject(error ?? connectionLost(this.host.alias)));
      this.#client.exec(outer, (error, channel) => {
        stopListening();
        if (error) reject(error);
        else resolve(channel);
      });
    });
  }

  async #signalGroup(pid: number, name: 'TERM' | 'KILL'): Promise<boolean> {
    const script = 'kill "-$1" "-$2" 2>/dev/null || kill "-$1" "$2" 2>/dev/null || :';
    try {
      const program = await this.#start({ script, args: [name, String(pid)] }, 'control');
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
        await this.#clock.sleep(interval, signal);
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

function endWith(program: RunningProgram, signal: AbortSignal): void {
  const onAbort = () => program.kill();
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  const forget = () => signal.removeEventListener('abort', onAbort);
  program.exited.then(forget, forget);
}
