import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Clock } from '#backend/clock.ts';
import { because, type Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { saySsh } from '#shared/domain/ssh-sentences.ts';
import { systemTold } from '#shared/domain/system-sentences.ts';
import type { Secrets } from '../authentication/secrets.ts';
import type { JumpHop } from '../config/options.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import { connectionLost, openSshMissing } from '../errors.ts';
import type { Prompter, SshConnection, SshTarget } from '../interface.ts';
import { serveAskpass } from './askpass.ts';
import { OpenSshConnection } from './openssh-connection.ts';
import { complaintAsError } from './openssh-errors.ts';
import { unlessAborted } from './socket.ts';

/** What a master process is told of where it goes. */
export interface MasterTarget {
  target: SshTarget;
  host: ResolvedHost;
  jumps: readonly JumpHop[] | null;
  /** Stands for the user's known_hosts; null: as configured. */
  knownHostsFile: string | null;
}

export interface OpenSshAttempt extends MasterTarget {
  /** What only OpenSSH can do of what this host needs. */
  why: Told;
  prompter: Prompter;
  secrets: Secrets;
  clock: Clock;
  signal: AbortSignal;
}

/** How often it is looked whether the master has logged in, ms. */
const lookEveryMs = 15;

/**
 * A connection through the system's OpenSSH: one master process (ControlMaster) that logs in and carries everything,
 * and one small ssh per program. The master's own session reads from us and ends when we are gone, however that comes.
 */
export async function connectOpenSsh(attempt: OpenSshAttempt): Promise<SshConnection> {
  const { host, why, signal } = attempt;
  const program = findSsh();
  if (program === null) throw openSshMissing(host.alias, why);
  // Short, for a socket's path may have 104 characters; private, for whoever reaches the socket is logged in.
  const directory = await mkdtemp(path.join(tmpdir(), 'ty-'));
  const control = path.join(directory, 'c');
  let failure: unknown = null;
  const askpass = await serveAskpass(directory, {
    ...attempt,
    onFailure: (error) => {
      failure ??= error;
    },
  });
  const master = spawn(program, masterArguments(attempt, control), {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true, // no terminal: it must ask us
    env: {
      ...process.env,
      LC_ALL: 'C',
      SSH_ASKPASS: askpass.file,
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: process.env.DISPLAY ?? ':0',
    },
  });
  const said = { text: '' };
  master.stdin.on('error', () => undefined); // its exit tells
  master.stderr.on('data', (bytes: Buffer) => {
    said.text = (said.text + bytes.toString('utf8')).slice(-16_384);
  });
  try {
    await unlessAborted(loggedIn(master, control, said, host), signal);
    await attempt.secrets.worked();
    return new OpenSshConnection({ program, control, directory, master, host, clock: attempt.clock });
  } catch (error) {
    master.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
    if (failure instanceof TrainyardError) throw failure;
    throw error;
  } finally {
    askpass.end();
  }
}

export function findSsh(): string | null {
  if (process.platform === 'win32') return null; // its ssh has no ControlMaster
  const places = (process.env.PATH ?? '').split(':').filter((place) => place !== '');
  return places.map((place) => path.join(place, 'ssh')).find((file) => existsSync(file)) ?? null;
}

export function masterArguments(attempt: MasterTarget, control: string): string[] {
  const { target, host } = attempt;
  const option = (name: string, value: string) => ['-o', `${name}=${value}`];
  const hop = ({ user, host: name, port }: JumpHop) =>
    `${user === undefined ? '' : `${user}@`}${name}${port === undefined ? '' : `:${port}`}`;
  return [
    ...(target.configFile === undefined ? [] : ['-F', target.configFile]),
    ...option('ControlMaster', 'yes'),
    ...option('ControlPath', control),
    ...option('ControlPersist', 'no'),
    ...option('RequestTTY', 'no'),
    ...option('RemoteCommand', 'none'),
    ...option('ForkAfterAuthentication', 'no'),
    ...option('ClearAllForwardings', 'yes'),
    ...option('ServerAliveInterval', String(Math.ceil(host.serverAliveIntervalMs / 1000))),
    ...option('ServerAliveCountMax', String(host.serverAliveCountMax)),
    ...option('ConnectTimeout', String(Math.ceil(host.connectTimeoutMs / 1000))),
    ...(attempt.knownHostsFile === null ? [] : option('UserKnownHostsFile', attempt.knownHostsFile)),
    ...(attempt.jumps && attempt.jumps.length > 0 ? ['-J', attempt.jumps.map(hop).join(',')] : []),
    ...(target.hostName === undefined ? [] : option('HostName', target.hostName)),
    ...(target.user === undefined ? [] : ['-l', target.user]),
    ...(target.port === undefined ? [] : ['-p', String(target.port)]),
    ...(target.identityFile === undefined ? [] : ['-i', target.identityFile]),
    '-T',
    '--',
    target.host,
    'exec cat',
  ];
}

/** The control socket appears, whole, when the login is done. */
export async function loggedIn(
  master: ChildProcess,
  control: string,
  said: { text: string },
  host: ResolvedHost,
): Promise<void> {
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => undefined);
  master.once('error', (error) =>
    ended.reject(openSshMissing(host.alias, saySsh('NEEDS_PROGRAM', because('why', systemTold(error))))),
  );
  master.once('close', () => ended.reject(complaintAsError(said.text, host) ?? connectionLost(host.alias)));
  for (;;) {
    const there = await access(control).then(
      () => true,
      () => false,
    );
    if (there) return;
    await Promise.race([ended.promise, new Promise((resolve) => setTimeout(resolve, lookEveryMs))]);
  }
}
