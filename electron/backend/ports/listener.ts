import { createServer, type Server, type Socket } from 'node:net';
import type { TrainyardError } from '#shared/domain/error.ts';
import { portDenied, portFailed, portTaken } from './errors.ts';

/** So many connections at a time; a browser keeps six to a page. */
const mostConnections = 1_000;
const loopbacks = ['127.0.0.1', '::1'] as const;

/** A port of this computer's loopback, of IPv4 and, where there is one, of IPv6. Never of any other address. */
export class Listener {
  readonly #servers: Server[];
  readonly port: number;

  private constructor(servers: Server[], port: number) {
    this.#servers = servers;
    this.port = port;
  }

  /** 0: any free one that is none of `never`. Rejects with PORT_TAKEN, PORT_DENIED, PORT_FAILED. */
  static async open(
    port: number,
    onConnection: (socket: Socket) => void,
    never: ReadonlySet<number> = new Set(),
  ): Promise<Listener> {
    for (let attempt = 0; ; attempt++) {
      try {
        const listener = await Listener.#on(port, onConnection);
        if (port !== 0 || !never.has(listener.port)) return listener;
        await listener.close();
        if (attempt >= mostAttempts) throw portTaken(listener.port);
      } catch (error) {
        // Free on one loopback and taken on the other: another one is chosen.
        if (port !== 0 || attempt >= mostAttempts) throw error;
      }
    }
  }

  static async #on(wanted: number, onConnection: (socket: Socket) => void): Promise<Listener> {
    const servers: Server[] = [];
    let port = wanted;
    try {
      for (const host of loopbacks) {
        const server = createServer(
          // Read once there is somewhere to send it to.
          { allowHalfOpen: true, pauseOnConnect: true, noDelay: true },
          onConnection,
        );
        server.maxConnections = mostConnections;
        const bound = await listen(server, host, port);
        if (bound === null) continue;
        servers.push(server);
        port = bound;
      }
      return new Listener(servers, port);
    } catch (error) {
      for (const server of servers) server.close();
      throw error;
    }
  }

  /** No new connections; those that are there are their holder's to end. */
  async close(): Promise<void> {
    await Promise.all(
      this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
    );
  }

  /** As `close`, without waiting for connections that still go on. */
  stop(): void {
    for (const server of this.#servers) server.close();
  }
}

const mostAttempts = 20;

/** The port, or null where this computer has no IPv6. */
function listen(server: Server, host: string, port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const without = error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT';
      if (without && host === '::1') resolve(null);
      else reject(listenError(port, error));
    });
    server.listen({ host, port, exclusive: true, ipv6Only: host === '::1' }, () => {
      server.removeAllListeners('error');
      server.on('error', () => undefined); // accepting failed (no descriptors left): the next one may succeed
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

function listenError(port: number, error: NodeJS.ErrnoException): TrainyardError {
  if (error.code === 'EADDRINUSE') return portTaken(port);
  if (error.code === 'EACCES') return portDenied(port);
  return portFailed(port, error.message);
}
