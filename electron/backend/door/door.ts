import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { type AppRouter, serveRpc } from '#backend/api/index.ts';
import { type ByteSource, serveBytes } from '#backend/bytes/index.ts';
import { webSocketWire } from '#backend/wires/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Actor } from '#shared/domain/role.ts';
import { answerOneCall } from './one-call.ts';
import { isLoopback, OwnAddress } from './origin.ts';
import { newToken, sameSecret } from './secrets.ts';

/** The largest message a client may send: a task file of a million characters, with room. */
export const maxMessageBytes = 8 * 1024 * 1024;
const maxConnections = 256;
const cli: Actor = { name: 'cli', role: 'owner' };

/** Who is at the other end. `ended` aborts when that does not hold any more: what is open for it is closed then. */
export interface Session {
  actor: Actor;
  ended?: AbortSignal;
}

export interface DoorOptions {
  router: AppRouter;
  bytes: ByteSource;
  log: Logger;
  host: string;
  /** 0: any free one. */
  port: number;
  /** In PEM. Without it only a loopback address is taken. */
  tls?: { cert: string; key: string };
  /** Whether the token of the runtime file opens it (the default): not where other computers can knock. */
  forCommandLine?: boolean;
  /** Who a browser's request comes from, by its session; null: nobody. Only asked with a right Host and Origin. */
  sessionOf?(request: IncomingMessage): Session | null;
  /** Answers what is not RPC; only asked with a right Host and, where there is one, Origin. */
  onRequest?(request: IncomingMessage, response: ServerResponse, door: Door): void;
}

export interface Door {
  /** http://HOST:PORT, with TLS https:// */
  url: string;
  address: OwnAddress;
  /** Lets the CLI in, as `Authorization: Bearer …`. */
  token: string;
  /** Whether the request carries it. */
  hasToken(request: IncomingMessage): boolean;
  close(): Promise<void>;
}

/**
 * The way in for clients, on this computer or (with TLS) from others: `/rpc` and `/bytes` as WebSockets, for whoever has a session (browser) or the
 * token of the runtime file (CLI); for the latter also `/call`. Rejects with ADDRESS_NOT_LOOPBACK or PORT_IN_USE.
 */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { host, log, tls, forCommandLine = true } = options;
  if (!isLoopback(host) && !tls) {
    throw new TrainyardError(
      'ADDRESS_NOT_LOOPBACK',
      `${host} can be reached from other computers, which needs TLS (--tls-cert FILE --tls-key FILE) and a named token (\`trainyard token create\`). Without them use 127.0.0.1 and an SSH tunnel.`,
      { params: { host } },
    );
  }
  const token = newToken();
  const server = tls ? createTlsServer(tls) : createServer();
  server.maxConnections = maxConnections;
  server.keepAliveTimeout = 5000;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  });
  await listen(server, host, options.port);
  const port = (server.address() as AddressInfo).port;
  const address = new OwnAddress(host, port, tls?.cert);

  const door: Door = {
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    address,
    token,
    hasToken: (request) => forCommandLine && bearerOf(request, token),
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };

  server.on('request', (request, response) => {
    if (!isFromHere(request, address)) {
      response.writeHead(403, { 'Content-Type': 'text/plain', Connection: 'close' });
      response.end('This is not an address or a page of Trainyard.\n');
      return;
    }
    if (request.url === '/call' && request.method === 'POST') {
      if (!door.hasToken(request)) {
        response.writeHead(401, { Connection: 'close' }).end();
        return;
      }
      answerOneCall(options.router, request, response, { actor: cli, log, maxBytes: maxMessageBytes }).catch(
        (error: unknown) => {
          log.debug({ err: error }, 'a call of the command line was broken off');
          response.destroy();
        },
      );
      return;
    }
    if (options.onRequest) options.onRequest(request, response, door);
    else response.writeHead(404).end();
  });
  server.on('clientError', (_error, socket) => socket.destroy());

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined);
    const channel = request.url;
    if (channel !== '/rpc' && channel !== '/bytes') return refuse(socket, '404 Not Found');
    if (!isFromHere(request, address)) return refuse(socket, '403 Forbidden');
    const session: Session | null = door.hasToken(request)
      ? { actor: cli }
      : // A browser always says its Origin here; without one nothing is known about the page.
        request.headers.origin !== undefined
        ? (options.sessionOf?.(request) ?? null)
        : null;
    if (!session || session.ended?.aborted) return refuse(socket, '401 Unauthorized');
    const { actor, ended } = session;
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const wire = webSocketWire(webSocket);
      const end = () => webSocket.terminate();
      ended?.addEventListener('abort', end);
      webSocket.on('close', () => ended?.removeEventListener('abort', end));
      if (channel === '/rpc') serveRpc(options.router, wire, { actor, log });
      else serveBytes(options.bytes, wire, { actor, log });
    });
  });
  return door;
}

function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new TrainyardError(
              'PORT_IN_USE',
              `Port ${port} on ${host} is taken by another program. Choose another one with --port, or 0 for any.`,
              { params: { port, host }, cause: error },
            )
          : error,
      );
    });
    server.listen(port, host, () => resolve());
  });
}

/** A right Host always; a right Origin where there is one. */
function isFromHere(request: IncomingMessage, address: OwnAddress): boolean {
  const { host, origin } = request.headers;
  return address.allowsHost(host) && (origin === undefined || address.allowsOrigin(origin));
}

function bearerOf(request: IncomingMessage, token: string): boolean {
  const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  return given !== undefined && sameSecret(given, token);
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
