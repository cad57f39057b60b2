/** Keeps the backend's process alive: starts it, starts it again with back-off when it ends, and hands ports to it. */

export interface BackendChild<Port> {
  postMessage(message: unknown, ports: Port[]): void;
  onExit(listener: (code: number) => void): void;
  kill(): void;
}

export interface BackendHostOptions<Port> {
  fork: () => BackendChild<Port>;
  /** Told when it has ended by itself and will be started again after `waitMs`. */
  onCrash: (code: number, waitMs: number) => void;
  schedule: (run: () => void, ms: number) => () => void;
  random: () => number;
  now: () => number;
}

const firstWaitMs = 1_000;
const longestWaitMs = 30_000;
/** A backend that has lived this long is taken as sound: the next crash waits the first wait again. */
const soundAfterMs = 60_000;

/** Wait before the n-th start in a row that failed: 1 s, doubled each time up to 30 s, ± 20 % so that nothing falls in step. */
export function backOffMs(failures: number, random: number): number {
  const plain = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.max(0, failures - 1));
  return Math.round(plain * (0.8 + 0.4 * random));
}

export class BackendHost<Port> {
  readonly #options: BackendHostOptions<Port>;
  #child: BackendChild<Port> | null = null;
  #failures = 0;
  #startedAt = 0;
  #cancelWait: (() => void) | null = null;
  #closed = false;

  constructor(options: BackendHostOptions<Port>) {
    this.#options = options;
  }

  start(): void {
    if (this.#child || this.#closed) return;
    this.#cancelWait?.();
    this.#cancelWait = null;
    this.#startedAt = this.#options.now();
    const child = this.#options.fork();
    this.#child = child;
    child.onExit((code) => this.#ended(child, code));
  }

  /** Gives the page's ports to the backend. False while it is not there: the page asks again. */
  connect(ports: Port[]): boolean {
    if (!this.#child) return false;
    this.#child.postMessage({ type: 'connect' }, ports);
    return true;
  }

  /** Tells it something of the computer: that it woke up, that the screen was locked. */
  tell(what: 'resumed' | 'screenLocked'): void {
    this.#child?.postMessage({ type: what }, []);
  }

  /** Asks it to end in order; it gets no successor. */
  close(): void {
    this.#closed = true;
    this.#cancelWait?.();
    this.#child?.postMessage({ type: 'close' }, []);
  }

  /** Ends it at once, where it did not end by itself. */
  kill(): void {
    this.#closed = true;
    this.#child?.kill();
  }

  get running(): boolean {
    return this.#child !== null;
  }

  #ended(child: BackendChild<Port>, code: number): void {
    if (this.#child !== child) return;
    this.#child = null;
    if (this.#closed) return;
    const lived = this.#options.now() - this.#startedAt;
    this.#failures = lived >= soundAfterMs ? 1 : this.#failures + 1;
    const waitMs = backOffMs(this.#failures, this.#options.random());
    this.#options.onCrash(code, waitMs);
    this.#cancelWait = this.#options.schedule(() => this.start(), waitMs);
  }
}
