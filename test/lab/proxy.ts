import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A TCP proxy on a free loopback port that does to a connection what networks do. Settings hold for open and new connections. */
export interface FaultProxy {
  port: number;
  /** Added to each direction, ms. */
  latency(ms: number): void;
  /** Bytes per second per direction, which all connections share; 0 is unlimited. */
  bandwidth(bytesPerSecond: number): void;
  /** Resets every open connection, and every new one until `restore`. */
  cut(): void;
  /** Passes nothing on any more and says nothing: what a lost Wi-Fi looks like. New connections open and stay silent. */
  halfOpen(): void;
  /** No one listens any more (connection refused); open connections go on. */
  refuse(): Promise<void>;
  /** All faults end; half-open connections go on with what was held back. */
  restore(): Promise<void>;
  connections(): number;
  stop(): Promise<void>;
}

export async function startProxy({ to }: { to: { host?: string; port: number } }): Promise<FaultProxy> {
  const state = { latencyMs: 0, bytesPerSecond: 0, mode: 'pass' as 'pass' | 'cut' | 'silent' };
  const [up, down]: [Direction, Direction] = [{ freeAt: 0 }, { freeAt: 0 }];
  const open = new Set<Socket>();
  const waiting = new Set<() => void>();
  const passing = () =>
    state.mode === 'silent' ? new Promise<void>((resolve) => waiting.add(resolve)) : Promise.resolve();
  const release = () => {
    for (const resume of waiting) resume();
    waiting.clear();
  };

  const accept = (client: Socket) => {
    if (state.mode === 'cut') {
      client.on('error', ignore);
      client.resetAndDestroy();
      return;
    }
    const server = connect({ host: to.host ?? '127.0.0.1', port: to.port, noDelay: true });
    client.setNoDelay(true);
    for (const socket of [client, server]) {
      open.add(socket);
      socket.on('error', ignore); // the other side is told by the close
      socket.on('close', () => open.delete(socket));
    }
    client.pipe(slow(state, up, passing)).pipe(server);
    server.pipe(slow(state, down, passing)).pipe(client);
    client.on('close', () => void passing().then(() => server.destroy()));
    server.on('close', () => void passing().then(() => client.destroy()));
  };
  let server = await listen(accept, 0);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  const reset = () => {
    for (const socket of open) socket.resetAndDestroy();
    open.clear();
    release();
  };
  return {
    port,
    latency: (ms) => {
      state.latencyMs = ms;
    },
    bandwidth: (bytesPerSecond) => {
      state.bytesPerSecond = bytesPerSecond;
    },
    cut: () => {
      state.mode = 'cut';
      reset();
    },
    halfOpen: () => {
      state.mode = 'silent';
    },
    refuse: () => closeServer(server),
    restore: async () => {
      state.mode = 'pass';
      state.latencyMs = 0;
      state.bytesPerSecond = 0;
      release();
      if (!server.listening) server = await listen(accept, port);
    },
    connections: () => open.size / 2,
    stop: async () => {
      reset();
      await closeServer(server);
    },
  };
}

const ignore = () => undefined;

/** From when on the line can take the next piece. */
type Direction = { freeAt: number };

/** Timers know whole milliseconds: what is due earlier is due now. */
async function reached(at: number): Promise<void> {
  const waitMs = at - performance.now();
  if (waitMs >= 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
}

function listen(accept: (socket: Socket) => void, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, accept);
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** Stops accepting without waiting for open connections, which have a life of their own. */
function closeServer(server: Server): Promise<void> {
  if (server.listening) server.close();
  return Promise.resolve();
}

/**
 * Delays each piece by the latency counted from its arrival (pieces overlap on the line, as on a real one) and by its
 * length over the bandwidth (pieces do not).
 */
function slow(
  state: { latencyMs: number; bytesPerSecond: number },
  direction: Direction,
  passing: () => Promise<void>,
): Transform {
  let last: Promise<void> = Promise.resolve();
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      const now = performance.now();
      const sendingMs = state.bytesPerSecond > 0 ? (piece.length / state.bytesPerSecond) * 1000 : 0;
      direction.freeAt = Math.max(now, direction.freeAt) + sendingMs;
      const { freeAt } = direction;
      const dueAt = freeAt + state.latencyMs;
      const before = last;
      last = (async () => {
        await before;
        await reached(dueAt);
        await passing();
        this.push(piece);
      })();
      // A full line holds up who sends, until its piece is on its way; that it also has to arrive holds up nobody.
      if (sendingMs > 0)
        void reached(freeAt)
          .then(passing)
          .then(() => done());
      else if (state.latencyMs === 0) void last.then(() => done());
      else done();
    },
    flush(done) {
      void last.then(() => done());
    },
  });
}
