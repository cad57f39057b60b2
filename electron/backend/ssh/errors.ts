import { asValue, because, becauseOf, listOf, several, type Told } from '#shared/domain/because.ts';
import { type ErrorExtras, TrainyardError } from '#shared/domain/error.ts';
import { saySsh } from '#shared/domain/ssh-sentences.ts';

/** Everything that connecting and staying connected can end with. */
const retry = { retryable: true } as const;

export const connectionLost = (host: string, extras: ErrorExtras = {}): TrainyardError =>
  new TrainyardError(
    'SSH_CONNECTION_LOST',
    `The connection to ${host} was lost. What runs there is not affected; Trainyard connects again by itself.`,
    { params: { host }, ...retry, ...extras },
  );

export const shellFailed = (host: string, printed: string): TrainyardError =>
  new TrainyardError(
    'SSH_SHELL_FAILED',
    `The login shell on ${host} did not start /bin/sh. Check that the account may log in and that its start-up files do not end the session.`,
    { params: { host }, details: visible(printed) },
  );

export const sessionRefused = (host: string, why: string): TrainyardError =>
  new TrainyardError(
    'SSH_SESSION_REFUSED',
    `${host} accepted the login but refuses to run a program. Its sshd may forbid sessions (MaxSessions 0) or be out of resources.`,
    { params: { host }, details: visible(why), ...retry },
  );

export const hostNotFound = (host: string, details: string): TrainyardError =>
  new TrainyardError(
    'SSH_HOST_NOT_FOUND',
    `The name ${host} could not be found. Check the spelling, the network or the VPN.`,
    { params: { host }, details, ...retry },
  );

export const unreachable = (host: string, port: number, details: string): TrainyardError =>
  new TrainyardError(
    'SSH_UNREACHABLE',
    `${host} port ${port} cannot be reached. Check that the machine is on and that the network or VPN leads to it.`,
    { params: { host, port }, details, ...retry },
  );

export const refused = (host: string, port: number): TrainyardError =>
  new TrainyardError(
    'SSH_REFUSED',
    `${host} answers, but nothing listens on port ${port}. Check the port and that sshd runs there.`,
    { params: { host, port }, ...retry },
  );

export const timedOut = (host: string, seconds: number): TrainyardError =>
  new TrainyardError(
    'SSH_TIMED_OUT',
    `${host} did not answer within ${seconds} s. It may be overloaded, or a firewall drops the connection.`,
    { params: { host, seconds }, ...retry },
  );

export const proxyFailed = (host: string, details: string): TrainyardError =>
  new TrainyardError(
    'SSH_PROXY_FAILED',
    `The way to ${host} through its jump host or proxy command failed.`,
    { params: { host }, details: visible(details), ...retry },
  );

export const noCommonAlgorithm = (host: string, details: string): TrainyardError =>
  new TrainyardError(
    'SSH_NO_COMMON_ALGORITHM',
    `${host} and Trainyard have no common encryption method. Its SSH server may be very old, or restricted to special ones.`,
    { params: { host }, details: visible(details) },
  );

export const notSsh = (host: string, port: number, details: string): TrainyardError =>
  new TrainyardError(
    'SSH_NOT_SSH',
    `What listens on ${host} port ${port} is not an SSH server, or it closed the connection at once. Check the port.`,
    { params: { host, port }, details: visible(details), ...retry },
  );

export const hostKeyUnknown = (host: string, fingerprint: string): TrainyardError =>
  new TrainyardError(
    'SSH_HOST_KEY_UNKNOWN',
    `The key of ${host} (${fingerprint}) is not known yet and was not accepted.`,
    { params: { host, fingerprint } },
  );

export const hostKeyChanged = (
  host: string,
  change: { type: string; fingerprint: string; known: string | Told; place: string },
): TrainyardError => {
  const { known, ...rest } = change;
  const params: Told['params'] = { host, ...rest, ...asValue('known', known) };
  return new TrainyardError(
    'SSH_HOST_KEY_CHANGED',
    `The key of ${host} has changed: it was ${params.known} (${change.place}) and is now ${change.fingerprint}. Somebody may be listening in, or the machine was set up anew. Ask its administrator before you accept the new key.`,
    { params },
  );
};

export const hostKeyRevoked = (host: string, fingerprint: string, place: string): TrainyardError =>
  new TrainyardError(
    'SSH_HOST_KEY_REVOKED',
    `The key of ${host} (${fingerprint}) is marked as revoked in ${place}. Trainyard does not connect to it.`,
    { params: { host, fingerprint, place } },
  );

export const authenticationFailed = (
  host: string,
  user: string,
  tried: readonly Told[],
  left: readonly string[],
) => {
  const all = tried.length > 0 ? listOf(tried) : saySsh('TRIED_NOTHING');
  const accepts =
    left.length > 0 ? listOf(left.map((method) => saySsh('TRIED', { method }))) : saySsh('ACCEPTS_NOTHING');
  return new TrainyardError(
    'SSH_AUTH_FAILED',
    `${host} did not let ${user} in. Tried: ${all.message}. It accepts: ${accepts.message}.`,
    { params: { host, user, ...because('tried', all), ...because('accepts', accepts) } },
  );
};

export const userNeeded = (host: string, what: Told): TrainyardError =>
  new TrainyardError(
    'SSH_NEEDS_USER',
    `Connecting to ${host} needs an answer from you (${what.message}). Connect it by hand once.`,
    { params: { host, ...because('what', what) } },
  );

export const keyUnreadable = (file: string | Told, why: Told): TrainyardError => {
  const params = { ...asValue('file', file), ...because('why', why) };
  return new TrainyardError('SSH_KEY_UNREADABLE', `The key ${params.file} cannot be used: ${why.message}.`, {
    params,
  });
};

export const configInvalid = (place: string, ...why: readonly Told[]): TrainyardError =>
  new TrainyardError('SSH_CONFIG_INVALID', `${place}: ${several(why).message}.`, {
    params: { place, ...becauseOf('why', why) },
  });

export const openSshMissing = (host: string, why: Told): TrainyardError =>
  new TrainyardError(
    'SSH_OPENSSH_MISSING',
    `${host} needs the system's OpenSSH (${why.message}), and there is no ssh on this computer. Install the OpenSSH client.`,
    { params: { host, ...because('why', why) } },
  );

const needingUser = new Set([
  'SSH_HOST_KEY_CHANGED',
  'SSH_HOST_KEY_REVOKED',
  'SSH_HOST_KEY_UNKNOWN',
  'SSH_AUTH_FAILED',
  'SSH_NEEDS_USER',
  'SSH_KEY_UNREADABLE',
  'SSH_CONFIG_INVALID',
  'SSH_NO_COMMON_ALGORITHM',
  'SSH_OPENSSH_MISSING',
  'SSH_SHELL_FAILED',
  'PROMPT_DECLINED',
]);

/** Whether trying again by itself is no use (a site is then `blocked`, not `unreachable`). */
export const needsUser = (error: TrainyardError): boolean => needingUser.has(error.code);

/** Text from a box, fit for a log or a dialog: no control characters, not endless. */
export const visible = (text: string): string =>
  text
    .slice(0, 2000)
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
    .trim();
