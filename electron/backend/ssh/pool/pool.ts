import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '#backend/clock.ts';
import {
  type Command,
  cancelled,
  type OpenShell,
  type RunningProgram,
  type ShellOptions,
} from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { ConnectionStep } from '#shared/domain/site.ts';
import { saySsh } from '#shared/domain/ssh-sentences.ts';
import { Remembered } from '../authentication/secrets.ts';
import { type ConfigSurroundings, realSurroundings } from '../config/files.ts';
import type { JumpHop } from '../config/options.ts';
import { configInvalid, connectionLost, hostKeyChanged, proxyFailed, userNeeded } from '../errors.ts';
import { HostKeyStore } from '../host-keys/store.ts';
import type {
  Credentials,
  Prompter,
  SshConnection,
  SshLane,
  SshPool,
  SshReach,
  SshTarget,
} from '../interface.ts';
import { openSshLane } from '../transport/openssh-lane.ts';
import { connectOnce, type Hop, resolveTarget, type Shared } from './attempt.ts';
import { StayingPrograms } from './staying.ts';
import { Terminals } from './terminals.ts';
import { testSteps } from './test-connection.ts';

export interface SshPoolOptions {
  prompter: Prompter;
  credentials?: Credentials;
  clock?: Clock;
  /** Fields without secrets only. */
  log?: { debug(fields: object, message: string): void; info(fields: object, message: string): void };
  /** Used instead of what ssh_config says; for tests and portable installations. */
  knownHostsFile?: string;
  /** Home, user, environment and files as the configuration sees them. */
  surroundings?: ConfigSurroundings;
}

/** A lane that takes longer to come is done without. */
const laneMs = 30_000;
/** How many machines may be jumped through. */
const mostHops = 8;

export const createSshPool = (options: SshPoolOptions): SshPool => new Pool(options);

interface Entry {
  controller: AbortController;
  connecting: Promise<SshConnection>;
  connection: SshConnection | null;
  waiting: number;
  /** Somebody who waits can be asked. */
  interactive: boolean;
  /** Resolves when a question has been put to the user. */
  asking: PromiseWithResolvers<void>;
  /** Connections that go through this one; an owner of its own is not counted. */
  dependents: number;
  /** Somebody asked for it for its own sake. */
  wanted: boolean;
}

/** What has connections of its own beside the shared one. */
interface Further {
  terminals: Terminals;
  staying: StayingPrograms;
}
const closeFurther = ({ terminals, staying }: Further) => Promise.all([terminals.close(), staying.close()]);

class Pool implements SshPool {
  readonly #options: SshPoolOptions;
  readonly #shared: Shared;
  readonly #entries = new Map<string, Entry>();
  /** By the key of their entry; they outlive it when the connection is lost. */
  readonly #further = new Map<string, Further>();
  /** Keys of targets that the system's ssh did not get into. */
  readonly #laneless = new Set<string>();
  readonly #lanes = new Set<SshLane>();
  #closed = false;

  constructor(options: SshPoolOptions) {
    this.#options = options;
    this.#shared = {
      surroundings: options.surroundings ?? realSurroundings(),
      credentials: options.credentials ?? null,
      remembered: new Remembered(),
      clock: options.clock ?? systemClock,
      needingOpenSsh: new Set(),
      accepted: new Map(),
      knownHostsFile: options.knownHostsFile ?? null,
    };
  }

  connection(
    target: SshTarget,
    { signal, background = false }: { signal?: AbortSignal; background?: boolean } = {},
  ): Promise<SshConnection> {
    const key = keyOf(target, null);
    const entry = this.#entry(key, target, null, []);
    entry.wanted = true;
    return this.#wait(key, entry, target, signal ?? null, background);
  }

  async openShell(target: SshTarget, options: ShellOptions): Promise<OpenShell> {
    const { shared, terminals } = this.#besides(target);
    return terminals.open(shared, options);
  }

  async spawn(
    target: SshTarget,
    command: Command,
    options: { signal?: AbortSignal } = {},
  ): Promise<RunningProgram> {
    const { shared, staying } = this.#besides(target);
    return staying.spawn(shared, command, options);
  }

  existing(target: SshTarget): SshConnection | null {
    return this.#entries.get(keyOf(target, null))?.connection ?? null;
  }

  async *testConnection(
    target: SshTarget,
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<ConnectionStep> {
    const controller = new AbortController();
    const combined = signal ? AbortSignal.any([signal, controller.signal]) : controller.signal;
    try {
      yield* testSteps(this.#shared.clock, combined, (onStep) =>
        connectOnce(
          {
            target,
            jumps: null,
            prompter: this.#options.prompter,
            signal: combined,
            onStep,
            openHop: (hop, before) => this.#openHop(target, hop, before, [], combined, true),
          },
          this.#shared,
        ),
      );
    } finally {
      controller.abort();
    }
  }

  async acceptChangedHostKey(target: SshTarget, fingerprint: string): Promise<void> {
    const host = await resolveTarget(target, null, this.#shared);
    const store = await HostKeyStore.read(host);
    for (const type of store.knownTypes) {
      const place = await store.forget(type);
      if (place !== null) {
        throw hostKeyChanged(store.name, {
          type,
          fingerprint,
          known: saySsh('KNOWN_NOT_OURS'),
          place,
        });
      }
    }
    this.#shared.accepted.set(store.name, fingerprint);
  }

  async reach(target: SshTarget): Promise<SshReach> {
    const { hostName, port, user, ...host } = await resolveTarget(target, null, this.#shared);
    const { keys } = await HostKeyStore.read({ hostName, port, user, ...host });
    return { hostName, port, user, hostKeys: keys };
  }

  async lane(
    target: SshTarget,
    { signal, idle = false }: { signal: AbortSignal; idle?: boolean },
  ): Promise<SshLane | null> {
    const key = keyOf(target, null);
    // What is in the vault is nothing that the system's ssh knows.
    if (this.#closed || this.#laneless.has(key) || target.credentialId != null) return null;
    try {
      const host = await resolveTarget(target, null, this.#shared);
      const { knownHostsFile } = this.#shared;
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(laneMs)]);
      const lane = await openSshLane({ target, host, jumps: null, knownHostsFile, signal: inTime, idle });
      for (const old of this.#lanes) if (!old.isOpen) this.#lanes.delete(old);
      this.#lanes.add(lane);
      if (this.#closed) await lane.close();
      return lane;
    } catch (thrown) {
      if (signal.aborted) throw cancelled(signal);
      const error = TrainyardError.from(thrown);
      this.#options.log?.info({ host: target.host, code: error.code }, 'ssh: no lane');
      // A network that failed may be back the next time.
      if (!error.retryable) this.#laneless.add(key);
      return null;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#lanes].map((lane) => lane.close()));
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    for (const entry of entries) entry.controller.abort(closing());
    await Promise.all([...this.#further.values()].map(closeFurther));
    await Promise.all(
      entries.map((entry) => entry.connecting.then((it) => it.close()).catch(() => undefined)),
    );
    this.#shared.remembered.keys.clear();
    this.#shared.remembered.passwords.clear();
  }

  /** The entry that is there, or a new attempt. */
  #entry(key: string, target: SshTarget, jumps: readonly JumpHop[] | null, path: readonly string[]): Entry {
    const known = this.#entries.get(key);
    if (known) return known;
    const controller = new AbortController();
    if (this.#closed) controller.abort(closing());
    const entry: Entry = {
      controller,
      connecting: Promise.reject(closing()),
      connection: null,
      waiting: 0,
      interactive: false,
      asking: Promise.withResolvers<void>(),
      dependents: 0,
      wanted: false,
    };
    entry.connecting.catch(() => undefined);
    entry.connecting = this.#connect(key, entry, target, jumps, path);
    entry.connecting.catch(() => this.#forget(key, entry)); // each who waits hears of it
    this.#entries.set(key, entry);
    return entry;
  }

  async #connect(
    key: string,
    entry: Entry,
    target: SshTarget,
    jumps: readonly JumpHop[] | null,
    path: readonly string[],
  ): Promise<SshConnection> {
    const { signal } = entry.controller;
    const startedAt = this.#shared.clock.elapsed();
    const prompter: Prompter = {
      ask: (question, asked) => {
        if (!entry.interactive)
          return Promise.reject(userNeeded(target.host, saySsh(askedFor[question.kind])));
        entry.asking.resolve();
        return this.#options.prompter.ask(question, asked);
      },
    };
    await Promise.resolve(); // so that whoever made the entry is counted before anything can be asked
    signal.throwIfAborted();
    const connection = await connectOnce(
      {
        target,
        jumps,
        prompter,
        signal,
        openHop: (hop, before) =>
          this.#openHop(target, hop, before, [...path, key], signal, entry.interactive),
      },
      this.#shared,
    );
    if (signal.aborted) {
      await connection.close();
      throw cancelled(signal);
    }
    entry.connection = connection;
    const tookMs = Math.round(this.#shared.clock.elapsed() - startedAt);
    this.#options.log?.info({ host: target.host, transport: connection.transport, tookMs }, 'ssh: connected');
    connection.onState((state, error) => {
      this.#options.log?.info({ host: target.host, state, code: error?.code }, 'ssh: connection ended');
      this.#forget(key, entry);
      if (state === 'closed') {
        // It was closed by us, not lost: what else leads there goes too.
        const further = this.#further.get(key);
        if (further) void closeFurther(further);
        this.#further.delete(key);
      }
    });
    return connection;
  }

  /** The open connection, and what takes further ones where it is full. SSH_CONNECTION_LOST. */
  #besides(target: SshTarget): Further & { shared: SshConnection } {
    const key = keyOf(target, null);
    const shared = this.#entries.get(key)?.connection;
    if (!shared) throw connectionLost(target.host);
    let further = this.#further.get(key);
    if (!further) {
      const again = (signal: AbortSignal) => this.#connectAgain(key, target, signal);
      further = {
        terminals: new Terminals(target.host, again),
        staying: new StayingPrograms(target.host, again, this.#shared.clock),
      };
      this.#further.set(key, further);
    }
    return { shared, ...further };
  }

  /** A further connection of the same kind, by what is known already. */
  #connectAgain(key: string, target: SshTarget, signal: AbortSignal): Promise<SshConnection> {
    const prompter: Prompter = {
      ask: (question) => Promise.reject(userNeeded(target.host, saySsh(askedFor[question.kind]))),
    };
    return connectOnce(
      {
        target,
        jumps: null,
        prompter,
        signal,
        openHop: (hop, before) => this.#openHop(target, hop, before, [key], signal, false),
      },
      this.#shared,
    );
  }

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  /** Waits for an entry; the last one who stops waiting ends the attempt. */
  async #wait(
    key: string,
    entry: Entry,
    target: SshTarget,
    signal: AbortSignal | null,
    background: boolean,
  ): Promise<SshConnection> {
    if (signal?.aborted) {
      if (entry.waiting === 0 && !entry.connection) this.#giveUp(key, entry, signal);
      throw cancelled(signal);
    }
    entry.waiting++;
    if (!background) entry.interactive = true;
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => signal && aborted.reject(cancelled(signal));
    signal?.addEventListener('abort', onAbort, { once: true });
    const needsUser = entry.asking.promise.then(() =>
      Promise.reject(userNeeded(target.host, saySsh('ASKED_SOMETHING'))),
    );
    needsUser.catch(() => undefined);
    try {
      return await Promise.race([entry.connecting, aborted.promise, ...(background ? [needsUser] : [])]);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (--entry.waiting === 0 && !entry.connection) this.#giveUp(key, entry, signal);
    }
  }

  #giveUp(key: string, entry: Entry, signal: AbortSignal | null): void {
    this.#forget(key, entry);
    entry.controller.abort(signal?.aborted ? cancelled(signal) : closing());
  }

  /** A jump host's shared connection; it is closed when nothing goes through it any more and nobody wants it by itself. */
  async #openHop(
    target: SshTarget,
    hop: JumpHop,
    before: readonly JumpHop[],
    path: readonly string[],
    signal: AbortSignal,
    interactive: boolean,
  ): Promise<Hop> {
    const hopTarget: SshTarget = {
      host: hop.host,
      ...(hop.user === undefined ? {} : { user: hop.user }),
      ...(hop.port === undefined ? {} : { port: hop.port }),
      ...(target.configFile === undefined ? {} : { configFile: target.configFile }),
      siteId: target.siteId ?? null,
      siteName: target.siteName ?? target.host,
    };
    // The first hop goes by its own configuration, the others by the list that names them.
    const jumps = before.length > 0 ? before : null;
    const key = keyOf(hopTarget, jumps);
    if (path.includes(key) || path.length > mostHops) {
      throw configInvalid(target.host, saySsh('CONFIG_JUMP_CIRCLE', { host: hop.host }));
    }
    const entry = this.#entry(key, hopTarget, jumps, path);
    entry.dependents++;
    const release = once(() => {
      entry.dependents--;
      if (entry.dependents === 0 && !entry.wanted) void entry.connection?.close();
    });
    try {
      const connection = await this.#wait(key, entry, hopTarget, signal, !interactive);
      return { forward: (host, port) => forwardOver(connection, host, port), release };
    } catch (error) {
      release();
      const ours = TrainyardError.from(error);
      if (!ours.retryable || ours.code === 'CANCELLED') throw ours;
      throw proxyFailed(target.host, `${hop.host}: ${ours.message} ${ours.details}`);
    }
  }
}

/** What a prompt asks for. */
const askedFor = {
  'host-key-first-use': 'ASKED_HOST_KEY',
  password: 'ASKED_PASSWORD',
  'key-passphrase': 'ASKED_PASSPHRASE',
  'keyboard-interactive': 'ASKED_KEYBOARD',
} as const;

/** Two targets that reach the same machine in the same way have the same key. */
const keyOf = (target: SshTarget, jumps: readonly JumpHop[] | null): string =>
  JSON.stringify([
    target.host,
    target.hostName ?? null,
    target.user ?? null,
    target.port ?? null,
    target.identityFile ?? null,
    target.credentialId ?? null,
    target.configFile ?? null,
    jumps,
  ]);

function forwardOver(connection: SshConnection, host: string, port: number): Promise<Duplex> {
  return (connection as SshConnection & { forward(host: string, port: number): Promise<Duplex> }).forward(
    host,
    port,
  );
}

const closing = (): TrainyardError =>
  new TrainyardError('CANCELLED', 'Trainyard is closing this connection.');

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
