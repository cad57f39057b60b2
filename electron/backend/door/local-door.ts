import { randomBytes } from 'node:crypto';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import type { Logger } from 'pino';
import { type AppRouter, serveRpc } from '#backend/api/index.ts';
import { type ByteSource, serveBytes } from '#backend/bytes/index.ts';
import { localSocketWire } from '#backend/wires/index.ts';
import { maxMessageBytes } from './door.ts';
import { sameSecret } from './secrets.ts';

/** What a client says first; whoever has not said it by then is cut off. */
const helloBytes = 1024;
const helloMs = 5_000;
const maxConnections = 256;
/** The system's limit for a socket's path is 104 (macOS) or 108 (Linux) with the NUL at its end. */
const longestPath = 100;

export interface LocalDoorOptions {
  router: AppRouter;
  bytes: ByteSource;
  log: Logger;
  dataDirectory: string;
  /** The runtime file's, as for the door beside it. */
  token: string;
}

export interface LocalDoor {
  /** A Unix-domain socket, on Windows a named pipe. */
  path: string;
  close(): Promise<void>;
}

/**
 * The command line's own way in: a socket that only this user can open, and still only with the token. It carries what
 * the two WebSockets carry, one channel per connection, at half their delay. Null where there can be none: the
 * WebSockets are there all the same.
 */
export async function openLocalDoor(options: LocalDoorOptions): Promise<LocalDoor | null> {
  const { log } = options;
  const place = placeOf(options.dataDirectory);
  if (place === null) return null;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    serve(socket, options);
  });
  server.maxConnections = maxConnections;
  try {
    // The data directory is ours alone by its lock: what is left there is of a process that is gone.
    if (process.platform !== 'win32') await rm(place, { force: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(place, () => {
        server.off('error', reject);
        resolve();
      });
    });
    if (process.platform !== 'win32') await chmod(place, 0o600);
  } catch (error) {
    log.warn({ err: error, place }, 'no local socket: the command line takes the WebSocket');
    server.close();
    return null;
  }
  server.on('error', (error) => log.warn({ err: error }, 'the local socket has a problem'));
  return {
    path: place,
    close() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function placeOf(dataDirectory: string): string | null {
  if (process.platform === 'win32') return `\\\\.\\pipe\\trainyard-${randomBytes(16).toString('hex')}`;
  const place = path.join(dataDirectory, 'app.sock');
  return Buffer.byteLength(place) <= longestPath ? place : null;
}

function serve(socket: Socket, { router, bytes, log, token }: LocalDoorOptions): void {
  const { wire, feed, allow } = localSocketWire(socket, helloBytes);
  const tooLate = setTimeout(() => socket.destroy(), helloMs);
  socket.on('close', () => clearTimeout(tooLate));
  socket.on('data', feed);
  wire.onMessage((hello) => {
    clearTimeout(tooLate);
    const channel = channelFor(hello, token);
    if (channel === null) {
      wire.close('no token');
      return;
    }
    allow(maxMessageBytes);
    const context = { actor: { name: 'cli', role: 'owner' }, log } as const;
    if (channel === 'rpc') serveRpc(router, wire, context);
    else serveBytes(bytes, wire, context);
    void wire.send('welcome');
  });
}

/** Of a hello `CHANNEL TOKEN` with the right token. */
function channelFor(hello: unknown, token: string): 'rpc' | 'bytes' | null {
  if (typeof hello !== 'string') return null;
  const [channel, given, ...rest] = hello.split(' ');
  if (given === undefined || rest.length > 0 || !sameSecret(given, token)) return null;
  return channel === 'rpc' || channel === 'bytes' ? channel : null;
}
