import { cancelled, type OpenShell, type ShellOptions, shellsFull } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { connectionLost, needsUser, sessionRefused } from '../errors.ts';
import type { SshConnection } from '../interface.ts';
import type { CarriesShells } from '../transport/shell.ts';
import { unlessAborted } from '../transport/socket.ts';

type Carrier = SshConnection & CarriesShells;

/** The shared connection carries one terminal, where that leaves room for programs. */
const onShared = { most: 1, spare: 3 };
/** So many when no other connection can be had. */
const crowded = { most: Number.POSITIVE_INFINITY, spare: 3 };
const onOwn = { most: 8, spare: 0 };
/** A server that allows one session a connection makes one for each terminal. */
const mostConnections = 24;

/** The terminals of one machine, on its shared connection and on connections for nothing else. */
export class Terminals {
  readonly #host: string;
  readonly #connect: (signal: AbortSignal) => Promise<SshConnection>;
  readonly #own = new Set<Carrier>();
  readonly #ending = new AbortController();
  #turn: Promise<void> = Promise.resolve();

  /** `connect` asks the user nothing. */
  constructor(host: string, connect: (signal: AbortSignal) => Promise<SshConnection>) {
    this.#host = host;
    this.#connect = connect;
  }

  /** One after the other, so that twenty that are opened at once share connections. */
  async open(shared: SshConnection, options: ShellOptions): Promise<OpenShell> {
    const before = this.#turn;
    const turn = Promise.withResolvers<void>();
    this.#turn = turn.promise;
    const { signal } = options;
    try {
      await (signal ? unlessAborted(before, signal) : before);
      return await this.#place(shared as Carrier, options);
    } finally {
      void before.then(turn.resolve);
    }
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.all([...this.#own].map((connection) => connection.close()));
  }

  async #place(shared: Carrier, options: ShellOptions): Promise<OpenShell> {
    if (shared.state !== 'connected') throw connectionLost(this.#host);
    const there = await shared.shellWithin(options, onShared);
    if (there) return there;
    for (const connection of this.#own) {
      if (connection.state !== 'connected') continue;
      const shell = await this.#on(connection, options);
      if (shell) return shell;
    }
    let own: Carrier;
    try {
      own = await this.#further(options.signal);
    } catch (thrown) {
      const error = TrainyardError.from(thrown);
      if (error.code === 'CANCELLED' || shared.state !== 'connected') throw error;
      const squeezed = await shared.shellWithin(options, crowded);
      if (squeezed) return squeezed;
      throw needsUser(error) ? shellsFull(this.#host, this.#count(shared)) : error;
    }
    const shell = await this.#on(own, options);
    if (shell) return shell;
    await own.close();
    throw sessionRefused(this.#host, 'it refuses the first session of a new connection');
  }

  async #on(connection: Carrier, options: ShellOptions): Promise<OpenShell | null> {
    try {
      const shell = await connection.shellWithin(options, onOwn);
      const closeIfEmpty = () => {
        if (connection.shells === 0) void connection.close();
      };
      // Its session may be there a little longer than the shell, until all was read.
      shell?.output.once('close', () => setImmediate(closeIfEmpty));
      shell?.exited.then(closeIfEmpty, closeIfEmpty);
      return shell;
    } catch (error) {
      if (connection.shells === 0) void connection.close();
      if (error instanceof TrainyardError && error.code === 'SSH_CONNECTION_LOST') return null;
      throw error;
    }
  }

  async #further(signal?: AbortSignal): Promise<Carrier> {
    if (this.#own.size >= mostConnections) throw shellsFull(this.#host, this.#own.size);
    const ends = signal ? AbortSignal.any([signal, this.#ending.signal]) : this.#ending.signal;
    const connection = (await this.#connect(ends)) as Carrier;
    if (ends.aborted) {
      await connection.close();
      throw cancelled(ends);
    }
    this.#own.add(connection);
    connection.onState(() => this.#own.delete(connection));
    return connection;
  }

  #count(shared: Carrier): number {
    return [shared, ...this.#own].reduce((sum, { shells }) => sum + shells, 0);
  }
}
