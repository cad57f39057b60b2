import type { Socket } from 'node:net';
import type { Clock } from '#backend/clock.ts';
import { connectionTimedOut, type ForwardsPorts } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { Listener } from './listener.ts';
import { pass } from './passage.ts';

/** What a forwarded port needs of its machine. */
export interface Way {
  /** At once, or MACHINE_UNREACHABLE and its like; asks nobody. */
  ports(signal: AbortSignal): Promise<ForwardsPorts>;
  /** Resolves when the machine is connected anew; rejects when `signal` aborts. */
  connected(signal: AbortSignal): Promise<void>;
}

/** So long who connects waits for a machine that is out of sight. */
export const patienceMs = 10_000;
/** So long a connection over there may take to be made. */
const connectMs = 20_000;
/** So often a port that is taken is tried again. */
const againMs = 5_000;

export interface LiveForwardOptions {
  way: Way;
  clock: Clock;
  remoteHost: string;
  remotePort: number;
  /** Something that is shown has changed. */
  onChange(): void;
}

/** One forwarded port while the app runs: its listener here, and the connections that go through it. */
export class LiveForward {
  readonly #options: LiveForwardOptions;
  readonly #ending = new AbortController();
  readonly #sockets = new Set<Socket>();
  #listener: Listener | null = null;
  sentBytes = 0;
  receivedBytes = 0;
  /** Why it does not listen. */
  failure: TrainyardError | null = null;
  /** Why the last connection was refused over there. */
  refusal: TrainyardError | null = null;

  constructor(options: LiveForwardOptions) {
    this.#options = options;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Listens on `port`; 0: on a free one that is none of `never`. Returns which. PORT_TAKEN, PORT_DENIED, PORT_FAILED. */
  async listen(port: number, never?: ReadonlySet<number>): Promise<number> {
    const listener = await Listener.open(port, (socket) => void this.#accept(socket), never);
    if (this.#ending.signal.aborted) {
      await listener.close();
      return listener.port;
    }
    this.#listener = listener;
    this.failure = null;
    return listener.port;
  }

  /** As `listen`, and again while that fails, until it is closed. */
  async keepListening(port: number): Promise<void> {
    const { clock, onChange } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        await this.listen(port);
        onChange();
        return;
      } catch (thrown) {
        const isNews = this.failure === null;
        this.failure = TrainyardError.from(thrown);
        if (isNews) onChange();
      }
      await clock.sleep(againMs, signal).catch(() => undefined); // closed meanwhile: the loop ends
    }
  }

  /** Ends its connections and gives the port back. */
  async close(): Promise<void> {
    this.#ending.abort(new TrainyardError('CANCELLED', 'The forwarded port was closed.'));
    this.#listener?.stop();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await this.#listener?.close();
    this.#listener = null;
  }

  async #accept(socket: Socket): Promise<void> {
    const { onChange } = this.#options;
    this.#sockets.add(socket);
    socket.on('error', () => undefined); // its `close` follows
    onChange();
    try {
      const there = await this.#connect(socket);
      if (this.refusal) {
        this.refusal = null;
        onChange();
      }
      await pass(socket, there, {
        sent: (bytes) => {
          this.sentBytes += bytes;
          onChange();
        },
        received: (bytes) => {
          this.receivedBytes += bytes;
          onChange();
        },
      });
    } catch (thrown) {
      const error = TrainyardError.from(thrown);
      if (error.code !== 'CANCELLED') this.refusal = error;
      // A reset, as from a port where nobody listens: not an answer that ended early.
      socket.resetAndDestroy();
    } finally {
      this.#sockets.delete(socket);
      onChange();
    }
  }

  /** A machine that is out of sight is waited for, and so is one whose connection was lost without anybody's knowing yet. */
  async #connect(socket: Socket) {
    const { way, clock, remoteHost, remotePort } = this.#options;
    const left = new AbortController();
    const leave = () => left.abort(new TrainyardError('CANCELLED', 'Who connected has left.'));
    socket.once('close', leave);
    const signal = AbortSignal.any([this.#ending.signal, left.signal]);
    const patience = new AbortController();
    clock.sleep(patienceMs, signal).then(
      () => patience.abort(),
      () => undefined,
    );
    const waiting = AbortSignal.any([signal, patience.signal]);
    try {
      for (;;) {
        const again = way.connected(waiting);
        again.catch(() => undefined);
        try {
          const ports = await way.ports(signal);
          return await inTime(signal, connectionTimedOut(remoteHost, remotePort), (limited) =>
            ports.connectTo(remoteHost, remotePort, limited),
          );
        } catch (thrown) {
          const error = TrainyardError.from(thrown);
          if (signal.aborted || !isAway(error) || patience.signal.aborted) throw error;
          await again.catch(() => undefined);
          if (waiting.aborted) throw error;
        }
      }
    } finally {
      socket.off('close', leave);
      left.abort();
    }
  }
}

/** The machine cannot be seen; not: nobody listens there. */
const isAway = ({ code }: TrainyardError): boolean =>
  code === 'MACHINE_UNREACHABLE' || code === 'SSH_CONNECTION_LOST' || code === 'SITE_CONNECTION_ENDED';

async function inTime<T>(
  signal: AbortSignal,
  error: TrainyardError,
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(error), connectMs);
  try {
    return await work(AbortSignal.any([signal, limit.signal]));
  } finally {
    clearTimeout(timer);
  }
}
