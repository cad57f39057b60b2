import { type ChildProcess, spawn } from 'node:child_process';
import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { cancelled } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import { hostNotFound, proxyFailed, refused, unreachable } from '../errors.ts';
import { atExit } from './at-exit.ts';

/** The addresses of a name. SSH_HOST_NOT_FOUND. */
export async function resolveName(host: ResolvedHost, signal: AbortSignal): Promise<LookupAddress[]> {
  const family = isIP(host.hostName);
  if (family !== 0) return [{ address: host.hostName, family }];
  try {
    return await unlessAborted(lookup(host.hostName, { all: true, family: host.addressFamily }), signal);
  } catch (error) {
    if (error instanceof TrainyardError) throw error;
    throw hostNotFound(host.hostName, (error as Error).message);
  }
}

/** As much as is read at a time: so much that most packets of a copy come whole, which is what decipherAhead is quick with. */
const readBytes = 256 * 1024;
const readInPlace = new WeakSet<object>();

/** From now on nobody keeps what the socket reads for longer than the 'data' event takes, or (false) somebody may. */
export function keepsNothingRead(socket: object, keepsNothing: boolean): void {
  if (keepsNothing) readInPlace.add(socket);
  else readInPlace.delete(socket);
}

/**
 * Reading as ssh2 wants it, by 'data' events, past Node's streams: those take a new buffer for each read and cut it
 * down after it, which is most of what a line of log would wait for here.
 */
function directReading(socketOf: () => Socket) {
  return {
    buffer: Buffer.allocUnsafeSlow(readBytes),
    callback(length: number, bytes: Uint8Array): boolean {
      const socket = socketOf();
      const read = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, length);
      socket.emit('data', readInPlace.has(socket) ? read : Buffer.from(read));
      return true;
    },
  };
}

/**
 * What is written in one turn leaves together: ssh2 writes each packet in three parts, and a packet for each 32 KiB of a
 * channel, all of which would go to the system one by one.
 */
export function writesTogether(stream: Duplex): void {
  const write = stream.write.bind(stream) as (...parts: unknown[]) => boolean;
  let isHeld = false;
  stream.write = (...parts: unknown[]): boolean => {
    if (!isHeld) {
      isHeld = true;
      stream.cork();
      process.nextTick(() => {
        isHeld = false;
        stream.uncork();
      });
    }
    return write(...parts);
  };
}

/** An open TCP connection that is read from its `resume` on, without Nagle's delay. SSH_REFUSED, SSH_UNREACHABLE. */
export function openSocket(
  host: ResolvedHost,
  addresses: readonly LookupAddress[],
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(cancelled(signal));
    const socket: Socket = connect({
      host: host.hostName,
      port: host.port,
      noDelay: true,
      keepAlive: true,
      autoSelectFamily: true,
      onread: directReading(() => socket),
      ...(host.bindAddress === null ? {} : { localAddress: host.bindAddress }),
      lookup: (_name, options, done) => {
        const [first] = addresses;
        if (options.all) done(null, [...addresses]);
        else done(null, first?.address ?? '', first?.family ?? 4);
      },
    });
    writesTogether(socket);
    // Nothing may be read before somebody listens.
    socket.pause();
    const onAbort = () => {
      socket.destroy();
      reject(cancelled(signal));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
      resolve(socket);
    });
    const onError = (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', onAbort);
      reject(socketError(host, error));
    };
    socket.once('error', onError);
  });
}

export function socketError(host: ResolvedHost, error: NodeJS.ErrnoException): TrainyardError {
  if (error.code === 'ECONNREFUSED') return refused(host.hostName, host.port);
  return unreachable(host.hostName, host.port, error.message);
}

/** A way to the server that is a program's stdin and stdout (ProxyCommand, `ssh -W`). */
export interface ProxySocket {
  stream: Duplex;
  /** What it said on stderr, for the error when the connection has failed. Waits for its end, but not for ever. */
  complaint(): Promise<string>;
  end(): void;
}

/** How long an ended proxy command is waited for to hear why. */
const complaintMs = 2_000;

const running = new Set<ChildProcess>();
atExit(() => running.forEach(endGroup)); // they have a process group of their own and would outlive us

/** Starts a ProxyCommand by the shell, as OpenSSH does. It ends with `end`, and with the stream. SSH_PROXY_FAILED. */
export function openProxy(
  host: ResolvedHost,
  program: string,
  args: readonly string[],
): Promise<ProxySocket> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      windowsHide: true,
    });
    let said = '';
    running.add(child);
    child.once('exit', () => running.delete(child));
    const over = new Promise<void>((done) => {
      child.once('close', () => done());
    });
    child.stderr.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString('utf8')).slice(-4096);
    });
    child.once('error', (error) => {
      running.delete(child);
      reject(proxyFailed(host.hostName, error.message));
    });
    child.once('spawn', () => {
      const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
      // Its stdin is closed then, at which it ends by itself, most often, and may still say why.
      stream.once('close', () => setTimeout(() => endGroup(child), complaintMs).unref());
      child.stdin.on('error', () => stream.destroy());
      const complaint = async () => {
        await Promise.race([over, new Promise((done) => setTimeout(done, complaintMs))]);
        return said;
      };
      resolve({ stream, complaint, end: () => endGroup(child) });
    });
  });
}

function endGroup(child: ChildProcess): void {
  if (!child.pid || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, 'SIGTERM');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A promise that cannot be cancelled, given up when `signal` aborts. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => undefined); // nobody waits for it any more
    return Promise.reject(cancelled(signal));
  }
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(cancelled(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
