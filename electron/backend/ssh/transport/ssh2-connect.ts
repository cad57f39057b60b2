import type { Duplex } from 'node:stream';
import ssh2, { type CipherAlgorithm, type Client } from 'ssh2';
import { cancelled } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { Authentication } from '../authentication/authenticate.ts';
import type { Keyring } from '../authentication/keyring.ts';
import type { Secrets } from '../authentication/secrets.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import {
  authenticationFailed,
  connectionLost,
  noCommonAlgorithm,
  notSsh,
  timedOut,
  visible,
} from '../errors.ts';
import { hostKeyAlgorithms } from '../host-keys/verify.ts';
import { decipherAhead } from './decipher-ahead.ts';
import { onRefusal } from './internals.ts';
import { keepsNothingRead, socketError } from './socket.ts';

/** AES-GCM is three times as fast as the rest here; the rest is for servers that lack it. */
const ciphers: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
  'chacha20-poly1305@openssh.com',
];

export interface Ssh2Attempt {
  host: ResolvedHost;
  socket: Duplex;
  keyring: Keyring;
  secrets: Secrets;
  /** Types known for this host, asked for first. */
  knownTypes: readonly string[];
  /** Resolves when the key may be trusted; rejects with the reason. */
  verify(key: Buffer): Promise<void>;
  signal: AbortSignal;
}

/** Handshake and authentication on an open socket. Ends the socket when it fails. */
export async function connectSsh2(attempt: Ssh2Attempt): Promise<{ client: Client; method: string }> {
  const { host, signal } = attempt;
  const authentication = new Authentication(host, attempt.keyring, attempt.secrets);
  const client = new ssh2.Client();
  const outcome = Promise.withResolvers<void>();
  let verified = false;
  let accepted: Buffer | null = null;
  let refusal: TrainyardError | null = null;
  let lastMethod = '';

  const onAbort = () => outcome.reject(cancelled(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  // Of AES-GCM ssh2 keeps what it has deciphered, never what it has read.
  client.on('handshake', () => keepsNothingRead(attempt.socket, decipherAhead(client)));
  client.on('ready', () => outcome.resolve());
  client.on('error', (error: Error & { level?: string; code?: unknown }) => {
    if (error.level === 'agent') return; // a key that could not sign: the next one is tried
    outcome.reject(refusal ?? authentication.failure ?? asOurs(error, host, authentication, verified));
  });
  client.on('end', () => outcome.reject(refusal ?? authentication.failure ?? closedEarly(host, verified)));
  client.on('close', () => outcome.reject(refusal ?? authentication.failure ?? closedEarly(host, verified)));
  client.on('change password', () => outcome.reject(passwordExpired(host)));
  try {
    client.connect({
      sock: attempt.socket,
      username: host.user,
      readyTimeout: 0, // the caller's deadline counts, and stops while the user is being asked
      keepaliveInterval: 0, // the connection sees to it itself, and measures the round trip by the way
      algorithms: {
        cipher: ciphers,
        compress: ['none'],
        serverHostKey: hostKeyAlgorithms(attempt.knownTypes),
      },
      // When the keys are renewed ssh2 must have the answer at once: while it waits, it sends what the channels write
      // unframed, and the server ends the connection.
      hostVerifier: (key: Buffer, done: (valid: boolean) => void) => {
        if (accepted?.equals(key)) {
          done(true);
          return;
        }
        attempt.verify(key).then(
          () => {
            verified = true;
            accepted = Buffer.from(key);
            done(true);
          },
          (error: unknown) => {
            refusal = TrainyardError.from(error);
            done(false);
          },
        );
      },
      authHandler: (_accepted, _partial, next) => {
        void authentication.next().then((method) => {
          if (method) {
            lastMethod = method.type;
            next(method);
          } else {
            outcome.reject(
              authentication.failure ??
                authenticationFailed(host.alias, host.user, authentication.tried, authentication.accepts),
            );
          }
        });
      },
    });
    onRefusal(client, (accepts, partial) => authentication.refused(accepts, partial));
    await outcome.promise;
    return { client, method: lastMethod };
  } catch (error) {
    client.on('error', () => undefined); // what comes after the first one is its consequence
    client.destroy();
    attempt.socket.destroy();
    throw TrainyardError.from(error);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function asOurs(
  error: Error & { level?: string; code?: unknown },
  host: ResolvedHost,
  authentication: Authentication,
  verified: boolean,
): TrainyardError {
  const text = visible(error.message);
  if (error.level === 'client-socket') {
    return verified
      ? connectionLost(host.alias, { details: text })
      : socketError(host, error as NodeJS.ErrnoException);
  }
  if (/no matching/i.test(text)) return noCommonAlgorithm(host.alias, text);
  if (/too many authentication failures/i.test(text) || error.level === 'client-authentication') {
    return authenticationFailed(host.alias, host.user, authentication.tried, authentication.accepts);
  }
  if (error.level === 'protocol' || !verified) return notSsh(host.hostName, host.port, text);
  return connectionLost(host.alias, { details: text });
}

const closedEarly = (host: ResolvedHost, verified: boolean): TrainyardError =>
  verified
    ? connectionLost(host.alias, { details: 'closed while logging in' })
    : notSsh(host.hostName, host.port, 'closed before the handshake was done');

const passwordExpired = (host: ResolvedHost): TrainyardError =>
  new TrainyardError(
    'SSH_PASSWORD_EXPIRED',
    `The password of ${host.user} on ${host.alias} has expired. Change it by logging in with ssh in a terminal.`,
    { params: { host: host.alias, user: host.user } },
  );

export const connectTimedOut = (host: ResolvedHost): TrainyardError =>
  timedOut(host.alias, Math.round(host.connectTimeoutMs / 1000));
