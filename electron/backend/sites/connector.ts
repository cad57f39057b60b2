import type { Clock } from '#backend/clock.ts';
import { cancelled } from '#backend/processes/index.ts';
import type { StoredSite } from '#backend/store/index.ts';
import { backOffMs } from '#shared/domain/back-off.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Connection } from '#shared/domain/site.ts';
import type { Link, SiteKindDriver } from './kinds/link.ts';

export interface ConnectorOptions {
  driver: SiteKindDriver;
  clock: Clock;
  /** Takes a turn among all sites: background attempts of 200 sites must not all start at once. */
  inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Any change of `connection`. */
  onChange(): void;
  onConnected(link: Link): void;
  onDisconnected(): void;
  random?: () => number;
}

interface Attempt {
  background: boolean;
  stop: AbortController;
  promise: Promise<Link>;
}

const longestWaitMs = 300_000;

/**
 * Keeps one site connected: tries, waits with back-off, tries again; stops where only the user can help. There is one
 * attempt at a time; everybody who needs the connection waits for the same one.
 */
export class Connector {
  #site: StoredSite;
  readonly #options: ConnectorOptions;
  #connection: Connection;
  #link: Link | null = null;
  #attempt: Attempt | null = null;
  #retry: AbortController | null = null;
  #failures = 0;
  /** The user has disconnected it: it stays so until somebody needs it. */
  #held = false;
  #closed = false;
  readonly #watchers = new Set<() => void>();

  constructor(site: StoredSite, options: ConnectorOptions) {
    this.#site = site;
    this.#options = options;
    this.#connection = { state: 'disconnected', sinceAt: options.clock.now() };
  }

  get connection(): Connection {
    const roundTripMs = this.#link?.roundTripMs ?? null;
    return roundTripMs === null ? this.#connection : { ...this.#connection, roundTripMs };
  }

  get link(): Link | null {
    return this.#link;
  }

  get site(): StoredSite {
    return this.#site;
  }

  /** Connects without asking the user anything and goes on trying, if the site is to be kept connected. */
  start(): void {
    if (this.#site.autoConnect && !this.#held) this.#begin(true).catch(ignore);
  }

  /** The computer woke up or the network is back: what could not be reached is tried now, what seems open is made sure of. */
  tryNow(): void {
    if (this.#link) void this.#link.check();
    if (this.#connection.state !== 'unreachable') return;
    this.#failures = 0;
    this.start();
  }

  /** The open link, else a new one. `background` asks the user nothing. Aborting ends this caller's waiting only. */
  async open({
    background,
    signal,
  }: {
    background: boolean;
    signal?: AbortSignal | undefined;
  }): Promise<Link> {
    if (this.#link) return this.#link;
    if (signal?.aborted) throw cancelled(signal);
    if (!background) this.#held = false;
    return orAborted(this.#begin(background), signal);
  }

  /** Resolves when the state is something else than `connecting`. */
  async settled(signal?: AbortSignal): Promise<void> {
    while (this.#connection.state === 'connecting') {
      const change = Promise.withResolvers<void>();
      this.#watchers.add(change.resolve);
      try {
        await orAborted(change.promise, signal);
      } finally {
        this.#watchers.delete(change.resolve);
      }
    }
  }

  /** Closes the connection and stays away from it until it is asked for again. */
  async disconnect(): Promise<void> {
    this.#held = true;
    await this.#drop();
    this.#set({ state: 'disconnected' });
  }

  /** The site was changed. With `elsewhere` its address too: what is open leads to the wrong machine. */
  async update(site: StoredSite, elsewhere: boolean): Promise<void> {
    this.#site = site;
    if (!elsewhere) {
      if (!site.autoConnect) this.#endRetry();
      else if (this.#connection.state === 'disconnected') this.start();
      return;
    }
    await this.#drop();
    this.#set({ state: 'disconnected' });
    this.start();
  }

  /** A prompt for this site was opened or closed. */
  waiting(isWaiting: boolean): void {
    const { state } = this.#connection;
    if (isWaiting && state === 'connecting') this.#set({ state: 'waiting-for-user' });
    if (!isWaiting && state === 'waiting-for-user') this.#set({ state: 'connecting' });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#drop();
  }

  #begin(background: boolean): Promise<Link> {
    if (this.#link) return Promise.resolve(this.#link);
    if (this.#closed) return Promise.reject(new TrainyardError('CANCELLED', 'Trainyard is closing.'));
    const going = this.#attempt;
    // An attempt that may ask the user takes the place of one that may not; those who waited for that wait for this.
    if (going && (background || !going.background)) return going.promise;
    this.#endRetry();
    const stop = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<Link>();
    promise.catch(ignore); // whoever waits hears of it; when nobody does, the state tells it
    const attempt: Attempt = { background, stop, promise };
    this.#attempt = attempt;
    this.#set({ state: 'connecting', error: this.#connection.error });
    this.#try(attempt).then(resolve, reject);
    going?.stop.abort();
    return attempt.promise;
  }

  async #try(attempt: Attempt): Promise<Link> {
    const { background, stop } = attempt;
    const { driver, inTurn } = this.#options;
    try {
      const open = () => driver.open(this.#site, { signal: stop.signal, background });
      const link = background ? await inTurn(open, stop.signal) : await open();
      if (this.#attempt !== attempt) throw cancelled(stop.signal);
      this.#attempt = null;
      this.#adopt(link);
      return link;
    } catch (thrown) {
      const next = this.#attempt;
      if (next && next !== attempt) return next.promise;
      const error = TrainyardError.from(thrown);
      if (next === attempt) {
        this.#attempt = null;
        this.#failed(error);
      }
      throw error;
    }
  }

  #adopt(link: Link): void {
    this.#link = link;
    this.#failures = 0;
    link.onEnd((error) => {
      if (this.#link !== link) return;
      this.#link = null;
      this.#failed(error ?? closedElsewhere(this.#site.name));
      this.#options.onDisconnected();
    });
    this.#set({ state: 'connected', transport: link.transport });
    this.#options.onConnected(link);
  }

  #failed(error: TrainyardError): void {
    if (error.code === 'CANCELLED') {
      this.#set({ state: 'disconnected' });
    } else if (this.#options.driver.needsUser(error)) {
      this.#set({ state: 'blocked', error: error.toShape() });
    } else if (this.#site.autoConnect && !this.#held && !this.#closed) {
      this.#retryLater(error);
    } else {
      this.#set({ state: 'unreachable', error: error.toShape() });
    }
  }

  #retryLater(error: TrainyardError): void {
    const { clock, random = Math.random } = this.#options;
    const short = backOffMs(this.#failures, random);
    // Beyond half a minute the wait goes on doubling: two hundred boxes that are switched off must cost nothing.
    const waitMs = Math.min(longestWaitMs, short * 2 ** Math.max(0, this.#failures - 6));
    this.#failures++;
    const retry = new AbortController();
    this.#retry = retry;
    this.#set({ state: 'unreachable', error: error.toShape(), nextTryAt: clock.now() + waitMs });
    clock.sleep(waitMs, retry.signal).then(() => {
      if (this.#retry === retry) this.start();
    }, ignore);
  }

  #endRetry(): void {
    this.#retry?.abort();
    this.#retry = null;
  }

  /** Ends whatever there is: waiting, trying, the link. */
  async #drop(): Promise<void> {
    this.#endRetry();
    const attempt = this.#attempt;
    this.#attempt = null;
    attempt?.stop.abort();
    const link = this.#link;
    this.#link = null;
    if (link) {
      this.#options.onDisconnected();
      await link.close();
    }
  }

  #set(next: { state: Connection['state'] } & { [K in keyof Connection]?: Connection[K] | undefined }): void {
    const { state, error, nextTryAt, transport } = next;
    const since = state === this.#connection.state ? this.#connection.sinceAt : this.#options.clock.now();
    this.#connection = {
      state,
      sinceAt: since,
      ...(error && { error }),
      ...(nextTryAt !== undefined && { nextTryAt }),
      ...(transport && { transport }),
    };
    for (const tell of [...this.#watchers]) tell();
    this.#options.onChange();
  }
}

const ignore = () => undefined;

const closedElsewhere = (name: string): TrainyardError =>
  new TrainyardError('SITE_CONNECTION_ENDED', `The connection to ${name} ended.`, {
    params: { name },
    retryable: true,
  });

/** What `promise` gives, unless `signal` aborts first; the work behind it goes on for the others who wait. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  const stop = Promise.withResolvers<never>();
  const onAbort = () => stop.reject(cancelled(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return Promise.race([promise, stop.promise]).finally(() => signal.removeEventListener('abort', onAbort));
}
