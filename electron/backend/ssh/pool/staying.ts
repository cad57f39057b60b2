import type { Clock } from '#backend/clock.ts';
import type { Command, RunningProgram, RunsPrograms } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { connectionLost, needsUser } from '../errors.ts';
import type { SshConnection, SshPool, SshTarget } from '../interface.ts';
import type { CarriesPrograms } from '../transport/program.ts';
import { unlessAborted } from '../transport/socket.ts';

type Carrier = SshConnection & CarriesPrograms;

/** The programs of a machine whose connection is open, wherever each of them finds room. On one that has ended nothing is begun. */
export const programsOn = (connection: SshConnection, pool: SshPool, target: SshTarget): RunsPrograms => ({
  exec: (command, options) => connection.exec(command, options),
  spawn: (command, options) =>
    connection.state === 'connected'
      ? pool.spawn(target, command, options)
      : connection.spawn(command, options),
});

/** Two sessions of the shared connection are for short programs; where there are so few, nothing stays on it. */
const onShared = { least: 0, spare: 2 };
/** One is for ending what runs. */
const onOwn = { least: 1, spare: 1 };
const mostConnections = 6;
/** A further connection is kept so long after its last program: another one is likely. */
const lingerMs = 30_000;
/** Where none could be had for a reason that passes, it is tried again after this. */
const againMs = 60_000;

/**
 * The programs of one machine that stay (what follows a log, a copy's two ends): on its shared connection as long as that leaves room
 * for short ones, then on further connections for nothing else. Where none can be had they wait on the shared one for their turn.
 */
export class StayingPrograms {
  readonly #host: string;
  readonly #connect: (signal: AbortSignal) => Promise<SshConnection>;
  readonly #clock: Clock;
  readonly #own = new Map<Carrier, { programs: number; idleAt: number }>();
  readonly #ending = new AbortController();
  #coming: Promise<void> | null = null;
  /** What is known of connecting holds for one shared connection: who has answered something for another may have for these. */
  #known: { shared: SshConnection; notBefore: number } | null = null;

  /** `connect` asks the user nothing. */
  constructor(host: string, connect: (signal: AbortSignal) => Promise<SshConnection>, clock: Clock) {
    this.#host = host;
    this.#connect = connect;
    this.#clock = clock;
  }

  async spawn(
    shared: SshConnection,
    command: Command,
    options: { signal?: AbortSignal } = {},
  ): Promise<RunningProgram> {
    if (this.#known?.shared !== shared) this.#known = { shared, notBefore: Number.NEGATIVE_INFINITY };
    for (;;) {
      if (shared.state !== 'connected' || this.#ending.signal.aborted) throw connectionLost(this.#host);
      await (shared as Carrier).knowsRoom(options.signal);
      if ((shared as Carrier).hasRoomToStay(onShared)) return shared.spawn(command, options);
      const own = [...this.#own.keys()].find(
        (connection) => connection.state === 'connected' && connection.hasRoomToStay(onOwn),
      );
      if (own !== undefined) {
        const program = await this.#on(own, command, options);
        if (program !== null) return program;
      } else if (!this.#mayConnect) return shared.spawn(command, options);
      else await (options.signal ? unlessAborted(this.#further(), options.signal) : this.#further());
    }
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.all([...this.#own.keys()].map((connection) => connection.close()));
  }

  /** Null where the connection was lost meanwhile. */
  async #on(
    connection: Carrier,
    command: Command,
    options: { signal?: AbortSignal },
  ): Promise<RunningProgram | null> {
    const load = this.#own.get(connection);
    if (load === undefined) return null;
    load.programs++;
    const release = () => {
      load.programs--;
      load.idleAt = this.#clock.elapsed();
      void this.#linger(connection);
    };
    try {
      const program = await connection.spawn(command, options);
      program.exited.then(release, release);
      return program;
    } catch (error) {
      release();
      if (error instanceof TrainyardError && error.code === 'SSH_CONNECTION_LOST') return null;
      throw error;
    }
  }

  /** Closes it where it has had nothing to do for a while. */
  async #linger(connection: Carrier): Promise<void> {
    const load = this.#own.get(connection);
    if (load === undefined || load.programs > 0) return;
    const { idleAt } = load;
    try {
      await this.#clock.sleep(lingerMs, this.#ending.signal);
    } catch (error) {
      if (!this.#ending.signal.aborted) throw error;
      return;
    }
    if (load.programs === 0 && load.idleAt === idleAt) await connection.close();
  }

  get #mayConnect(): boolean {
    if (this.#coming !== null) return true;
    return this.#own.size < mostConnections && this.#clock.elapsed() >= (this.#known?.notBefore ?? 0);
  }

  /** One at a time, for all who wait. */
  #further(): Promise<void> {
    this.#coming ??= this.#make().finally(() => {
      this.#coming = null;
    });
    return this.#coming;
  }

  async #make(): Promise<void> {
    const { signal } = this.#ending;
    try {
      const connection = (await this.#connect(signal)) as Carrier;
      await connection.knowsRoom(signal);
      if (signal.aborted) return connection.close();
      this.#own.set(connection, { programs: 0, idleAt: this.#clock.elapsed() });
      connection.onState(() => this.#own.delete(connection));
      void this.#linger(connection);
    } catch (thrown) {
      const error = TrainyardError.from(thrown);
      // Each try that needs an answer is a failed login over there.
      const notBefore = needsUser(error) ? Number.POSITIVE_INFINITY : this.#clock.elapsed() + againMs;
      if (this.#known !== null) this.#known = { ...this.#known, notBefore };
    }
  }
}
