import type { Wire } from '#shared/contract/wire.ts';
import { backOffMs } from '#shared/domain/back-off.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { offline } from './socket-wire.ts';

/** How the connection to the backend stands. `refused` is not tried again by itself: the session is over. */
export type ConnectionStatus =
  | { state: 'connecting' }
  | { state: 'online' }
  | { state: 'offline'; sinceAt: number; nextTryAt: number; error: TrainyardError }
  | { state: 'refused'; error: TrainyardError }
  | { state: 'closed' };

export interface ReconnectOptions {
  /** Opens one wire. Rejects with a TrainyardError; one that is not `retryable` ends the trying. */
  connect(signal: AbortSignal): Promise<Wire>;
  now?: () => number;
  random?: () => number;
  /** Calls back after `ms`; returns what takes it back. */
  later?: (ms: number, call: () => void) => () => void;
  /** How long one try may take. */
  connectTimeoutMs?: number;
}

const timer = (ms: number, call: () => void): (() => void) => {
  const handle = setTimeout(call, ms);
  return () => clearTimeout(handle);
};

/** One wire that is made anew, with back-off, each time it is lost. */
export class Reconnecting {
  readonly #options: ReconnectOptions;
  readonly #statusListeners = new Set<(status: ConnectionStatus) => void>();
  readonly #wireListeners = new Set<(wire: Wire) => void>();
  readonly #abort = new AbortController();
  #status: ConnectionStatus = { state: 'connecting' };
  #wire: Wire | null = null;
  #attempt = 0;
  #offlineSince = 0;
  #cancelRetry: (() => void) | null = null;
  #trying = false;

  constructor(options: ReconnectOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#try();
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** The wire where there is one now. */
  get wire(): Wire | null {
    return this.#wire;
  }

  /** Called with each change; returns the end of it. */
  onStatus(listener: (status: ConnectionStatus) => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  /** Called with each new wire, before anything waits on it. */
  onWire(listener: (wire: Wire) => void): void {
    this.#wireListeners.add(listener);
    if (this.#wire) listener(this.#wire);
  }

  /** Resolves when there is a wire: at once, or when the first try is through; while it is offline rejects at once. */
  async ready(): Promise<void> {
    if (this.#status.state === 'connecting') {
      await new Promise<void>((resolve) => {
        const off = this.onStatus(() => {
          off();
          resolve();
        });
      });
    }
    if (this.#status.state === 'online') return;
    if (this.#status.state === 'offline' || this.#status.state === 'refused') throw this.#status.error;
    throw offline('closed by this side');
  }

  /** Does not wait for the back-off: the user asked, or the computer woke up. */
  retryNow(): void {
    if (this.#status.state === 'online' || this.#status.state === 'closed') return;
    this.#cancelRetry?.();
    void this.#try();
  }

  close(): void {
    if (this.#status.state === 'closed') return;
    this.#cancelRetry?.();
    const wire = this.#wire;
    this.#wire = null;
    this.#setStatus({ state: 'closed' });
    this.#abort.abort(offline('closed by this side'));
    wire?.close();
  }

  async #try(): Promise<void> {
    if (this.#trying) return;
    this.#trying = true;
    this.#cancelRetry = null;
    const attempt = new AbortController();
    const stop = () => attempt.abort(this.#abort.signal.reason);
    this.#abort.signal.addEventListener('abort', stop, { once: true });
    const cancelTimeout = (this.#options.later ?? timer)(this.#options.connectTimeoutMs ?? 15_000, () =>
      attempt.abort(offline('no answer in time')),
    );
    try {
      const wire = await this.#options.connect(attempt.signal);
      this.#trying = false;
      this.#use(wire);
    } catch (thrown) {
      this.#trying = false;
      this.#failed(thrown instanceof TrainyardError ? thrown : offline(String(thrown)));
    } finally {
      cancelTimeout();
      this.#abort.signal.removeEventListener('abort', stop);
    }
  }

  #use(wire: Wire): void {
    if (this.#status.state === 'closed') {
      wire.close();
      return;
    }
    this.#wire = wire;
    this.#attempt = 0;
    this.#offlineSince = 0;
    wire.onClose((why) => {
      if (this.#wire !== wire) return;
      this.#wire = null;
      this.#failed(offline(why));
    });
    // Closed while it was opened: `#failed` has been called already.
    if (this.#wire !== wire) return;
    for (const listener of this.#wireListeners) listener(wire);
    this.#setStatus({ state: 'online' });
  }

  #failed(error: TrainyardError): void {
    if (this.#status.state === 'closed') return;
    if (!error.retryable) {
      this.#setStatus({ state: 'refused', error });
      return;
    }
    const now = (this.#options.now ?? Date.now)();
    this.#offlineSince ||= now;
    const wait = backOffMs(this.#attempt, this.#options.random);
    this.#attempt += 1;
    this.#cancelRetry = (this.#options.later ?? timer)(wait, () => void this.#try());
    this.#setStatus({ state: 'offline', sinceAt: this.#offlineSince, nextTryAt: now + wait, error });
  }

  #setStatus(status: ConnectionStatus): void {
    this.#status = status;
    for (const listener of [...this.#statusListeners]) listener(status);
  }
}
