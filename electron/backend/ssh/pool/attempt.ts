import type { Duplex } from 'node:stream';
import type { Clock } from '#backend/clock.ts';
import type { Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { ConnectionStep } from '#shared/domain/site.ts';
import { saySsh } from '#shared/domain/ssh-sentences.ts';
import { Keyring } from '../authentication/keyring.ts';
import { type Remembered, Secrets } from '../authentication/secrets.ts';
import { ConfigReader } from '../config/evaluate.ts';
import type { ConfigSurroundings } from '../config/files.ts';
import { runCondition } from '../config/match-exec.ts';
import type { JumpHop } from '../config/options.ts';
import { type ResolvedHost, resolveHost } from '../config/resolve.ts';
import { configInvalid, proxyFailed, timedOut } from '../errors.ts';
import { HostKeyStore } from '../host-keys/store.ts';
import { verifyHostKey } from '../host-keys/verify.ts';
import type { Credentials, Prompter, SshConnection, SshTarget } from '../interface.ts';
import { Deadline } from '../transport/deadline.ts';
import { connectOpenSsh } from '../transport/openssh-connect.ts';
import { openProxy, openSocket, resolveName } from '../transport/socket.ts';
import { connectSsh2, connectTimedOut } from '../transport/ssh2-connect.ts';
import { Ssh2Connection } from '../transport/ssh2-connection.ts';

/** Handshake and login together may take this long, the user's time not counted. */
const loginMs = 30_000;

/** What all attempts of a pool share. */
export interface Shared {
  surroundings: ConfigSurroundings;
  credentials: Credentials | null;
  remembered: Remembered;
  clock: Clock;
  /** Hosts (by `user@name:port`) that turned out to need the system's OpenSSH. */
  needingOpenSsh: Set<string>;
  /** Fingerprints accepted beforehand, by known_hosts name. */
  accepted: Map<string, string>;
  /** Stands for the user's known_hosts; null: as configured. */
  knownHostsFile: string | null;
}

export interface Attempt {
  target: SshTarget;
  /** Instead of the hops that the target's own configuration names. */
  jumps: readonly JumpHop[] | null;
  prompter: Prompter;
  signal: AbortSignal;
  /** Told as each step begins and ends. */
  onStep?: (step: Pick<ConnectionStep, 'step' | 'state' | 'detail'>) => void;
  /** The connection to the last hop, through the hops before it. */
  openHop(hop: JumpHop, before: readonly JumpHop[]): Promise<Hop>;
}

/** A hop that is used as long as `release` is not called. */
export interface Hop {
  forward(host: string, port: number): Promise<Duplex>;
  release(): void;
}

/** What the target's configuration and our own settings say. SSH_CONFIG_INVALID. */
export async function resolveTarget(target: SshTarget, jumps: readonly JumpHop[] | null, shared: Shared) {
  const reader = new ConfigReader(shared.surroundings);
  const { host } = await resolveHost(target, reader, runCondition);
  if (host.errors.length > 0) throw configInvalid(host.alias, ...host.errors);
  if (jumps) host.jumps = [...jumps];
  if (shared.knownHostsFile !== null) host.userKnownHostsFiles = [shared.knownHostsFile];
  return host;
}

/** Connects once: configuration, way, host key, login. Everything that it opened is closed when it fails. */
export async function connectOnce(attempt: Attempt, shared: Shared): Promise<SshConnection> {
  const host = await resolveTarget(attempt.target, attempt.jumps, shared);
  const store = await HostKeyStore.read(host);
  const needed = new NeededUser(attempt.prompter);
  const login = new LoginClock(attempt, host, needed);
  const secrets = new Secrets(
    { target: attempt.target, host, signal: attempt.signal },
    { prompter: login.prompter, credentials: shared.credentials, remembered: shared.remembered },
  );
  const keyring = await Keyring.gather(host, secrets);
  const account = `${host.user}@${host.hostName}:${host.port}`;
  const reasons = [
    ...host.openSshReasons.map((option) => saySsh('NEEDS_OPTION', { option })),
    ...(store.hasAuthority ? [saySsh('NEEDS_OPTION', { option: '@cert-authority' })] : []),
    ...(host.identityFilesGiven && keyring.needsOpenSsh ? [keyring.needsOpenSsh] : []),
    ...(shared.needingOpenSsh.has(account) ? [keyring.needsOpenSsh ?? saySsh('NEEDS_KEY')] : []),
  ];
  const byOpenSsh = async (why: Told) => {
    const step = (state: 'running' | 'ok') => {
      const names = ['resolve', 'tcp', 'hostKey', 'authentication'] as const;
      const detail = why.code === 'NEEDS_OPTION' ? `OpenSSH (${why.message})` : 'OpenSSH';
      for (const name of names) attempt.onStep?.({ step: name, state, detail });
    };
    step('running');
    const parts = { ...attempt, ...shared, prompter: needed.prompter, host, why, secrets };
    const connection = await connectOpenSsh(parts);
    step('ok');
    return connection;
  };
  try {
    const [why] = reasons;
    if (why !== undefined) return await byOpenSsh(why);
    try {
      return await connectBySsh2(attempt, host, { store, secrets, keyring, login, shared });
    } catch (error) {
      const refused = error instanceof TrainyardError && error.code === 'SSH_AUTH_FAILED';
      if (!refused || !keyring.needsOpenSsh || needed.error) throw error;
      const connection = await byOpenSsh(keyring.needsOpenSsh);
      shared.needingOpenSsh.add(account);
      return connection;
    }
  } catch (error) {
    const ours = TrainyardError.from(error);
    if (ours.code === 'SSH_AUTH_FAILED') secrets.failed();
    // A key that stayed closed because nobody was to be asked is the real reason of a refusal.
    throw ours.code === 'SSH_AUTH_FAILED' && needed.error ? needed.error : ours;
  } finally {
    login.stop();
  }
}

interface Parts {
  store: HostKeyStore;
  secrets: Secrets;
  keyring: Keyring;
  login: LoginClock;
  shared: Shared;
}

async function connectBySsh2(attempt: Attempt, host: ResolvedHost, parts: Parts): Promise<SshConnection> {
  const { store, secrets, keyring, login, shared } = parts;
  const way = await openWay(attempt, host);
  try {
    const signal = login.start();
    attempt.onStep?.({ step: 'hostKey', state: 'running', detail: '' });
    const { client, method } = await connectSsh2({
      host,
      socket: way.stream,
      keyring,
      secrets,
      knownTypes: store.knownTypes,
      signal,
      verify: async (key) => {
        const acceptedBefore = shared.accepted.get(store.name) ?? null;
        const print = await verifyHostKey(key, {
          host,
          target: attempt.target,
          store,
          prompter: login.prompter,
          signal,
          acceptedBefore,
        });
        shared.accepted.delete(store.name);
        attempt.onStep?.({ step: 'hostKey', state: 'ok', detail: print });
        attempt.onStep?.({ step: 'authentication', state: 'running', detail: '' });
      },
    });
    attempt.onStep?.({
      step: 'authentication',
      state: 'ok',
      detail: `${host.user}: ${method === 'agent' ? 'publickey' : method}`,
    });
    await secrets.worked();
    const connection = new Ssh2Connection(client, host, shared.clock);
    connection.onState(() => way.end());
    return connection;
  } catch (error) {
    const broken = error instanceof TrainyardError && ['SSH_NOT_SSH', 'SSH_UNREACHABLE'].includes(error.code);
    const complaint = way.complaint && broken ? await way.complaint() : null; // it may still be about to say why
    way.end();
    throw complaint === null ? error : proxyFailed(host.alias, complaint);
  }
}

interface Way {
  stream: Duplex;
  end(): void;
  complaint?: () => Promise<string>;
}

/** TCP, the last jump host, or the proxy command. */
async function openWay(attempt: Attempt, host: ResolvedHost): Promise<Way> {
  const step = attempt.onStep ?? (() => undefined);
  const limit = new Deadline(host.connectTimeoutMs, () => connectTimedOut(host));
  const signal = AbortSignal.any([attempt.signal, limit.signal]);
  try {
    if (host.proxyCommand !== null) {
      step({ step: 'resolve', state: 'skipped', detail: host.proxyCommand });
      step({ step: 'tcp', state: 'running', detail: '' });
      const windows = process.platform === 'win32';
      const proxy = await openProxy(
        host,
        windows ? 'cmd' : '/bin/sh',
        windows ? ['/c', host.proxyCommand] : ['-c', `exec ${host.proxyCommand}`],
      );
      step({ step: 'tcp', state: 'ok', detail: host.proxyCommand });
      return proxy;
    }
    const last = host.jumps.at(-1);
    if (last) {
      limit.stop(); // each hop has its own
      const names = host.jumps.map((hop) => hop.host).join(', ');
      step({ step: 'resolve', state: 'skipped', detail: names });
      step({ step: 'tcp', state: 'running', detail: names });
      const hop = await attempt.openHop(last, host.jumps.slice(0, -1));
      try {
        const stream = await hop.forward(host.hostName, host.port);
        step({ step: 'tcp', state: 'ok', detail: names });
        return { stream, end: () => hop.release() };
      } catch (error) {
        hop.release();
        throw error;
      }
    }
    step({ step: 'resolve', state: 'running', detail: host.hostName });
    const addresses = await resolveName(host, signal);
    step({ step: 'resolve', state: 'ok', detail: addresses.map(({ address }) => address).join(', ') });
    step({ step: 'tcp', state: 'running', detail: '' });
    const socket = await openSocket(host, addresses, signal);
    step({ step: 'tcp', state: 'ok', detail: `${socket.remoteAddress ?? host.hostName} port ${host.port}` });
    return { stream: socket, end: () => socket.destroy() };
  } finally {
    limit.stop();
  }
}

/** Notices that an answer would have been needed where none could be asked for. */
class NeededUser {
  error: TrainyardError | null = null;
  readonly prompter: Prompter;

  constructor(prompter: Prompter) {
    this.prompter = {
      ask: async (question, signal) => {
        try {
          return await prompter.ask(question, signal);
        } catch (error) {
          if (error instanceof TrainyardError && error.code === 'SSH_NEEDS_USER') this.error = error;
          throw error;
        }
      },
    };
  }
}

/** The time that handshake and login may take; it stands still while the user is being asked. */
class LoginClock {
  readonly prompter: Prompter;
  readonly #attempt: Attempt;
  readonly #host: ResolvedHost;
  #limit: Deadline | null = null;

  constructor(attempt: Attempt, host: ResolvedHost, needed: NeededUser) {
    this.#attempt = attempt;
    this.#host = host;
    this.prompter = {
      ask: (question, signal) => {
        const ask = () => needed.prompter.ask(question, signal);
        return this.#limit ? this.#limit.during(ask) : ask();
      },
    };
  }

  start(): AbortSignal {
    const ms = Math.max(loginMs, this.#host.connectTimeoutMs);
    this.#limit = new Deadline(ms, () => timedOut(this.#host.alias, Math.round(ms / 1000)));
    return AbortSignal.any([this.#attempt.signal, this.#limit.signal]);
  }

  stop(): void {
    this.#limit?.stop();
  }
}
