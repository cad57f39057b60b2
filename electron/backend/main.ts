import type { Logger } from 'pino';
import type { ByteSource } from '#backend/bytes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { type AppRouter, createRouter } from './api/index.ts';
import { type Clock, systemClock } from './clock.ts';
import { makeDataDirectory } from './data-directory.ts';
import { EventBus } from './events.ts';
import { openLog } from './log.ts';
import { lockDataDirectory } from './store/index.ts';

export interface BackendOptions {
  dataDirectory: string;
  host: 'desktop' | 'headless';
  version: string;
  clock?: Clock;
  /** Given: the caller's; else the log file in the data directory. */
  log?: Logger;
}

export interface Backend {
  router: AppRouter;
  events: EventBus;
  bytes: ByteSource;
  log: Logger;
  /** Resolves when a client has asked for the end (`app.shutDown`); the host then calls `close`. */
  shutDownAsked: Promise<void>;
  /** The computer woke up: connections are looked at now, not at their next keepalive. */
  resumed(): void;
  /** Ends everything in order; runs go on on their boxes. Safe to call twice. */
  close(): Promise<void>;
}

/** What has been built so far, and how it is taken down again. */
class Stack {
  readonly #closers: { name: string; close: () => void | Promise<void> }[] = [];
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(name: string, close: () => void | Promise<void>): void {
    this.#closers.push({ name, close });
  }

  /** In reverse; one that fails does not keep the others from closing. */
  async close(): Promise<void> {
    for (let part = this.#closers.pop(); part; part = this.#closers.pop()) {
      try {
        await part.close();
      } catch (error) {
        this.#log.error({ err: error, part: part.name }, 'a part of the backend did not close');
      }
    }
  }
}

/** Builds the backend: the only place that knows every capability. Rejects with DATA_IN_USE, DATA_UNUSABLE or the store's errors. */
export async function startBackend(options: BackendOptions): Promise<Backend> {
  const { dataDirectory, clock = systemClock } = options;
  makeDataDirectory(dataDirectory);
  const lock = lockDataDirectory(dataDirectory);
  const log = options.log ?? openLog(dataDirectory);
  const stack = new Stack(log);
  stack.add('lock', () => lock.release());
  try {
    const events = new EventBus();
    void clock;
    const router = createRouter({});
    const asked = Promise.withResolvers<void>();
    log.info({ version: options.version, host: options.host }, 'the backend is up');
    return {
      router,
      events,
      // biome-ignore lint/correctness/useYield: it only refuses
      bytes: async function* () {
        throw new TrainyardError('NOT_AVAILABLE', 'Logs are not available in this build of Trainyard.');
      },
      log,
      shutDownAsked: asked.promise,
      resumed: () => undefined,
      close: () => stack.close(),
    };
  } catch (error) {
    await stack.close();
    throw error;
  }
}
