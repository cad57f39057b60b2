import { backOffMs } from '#shared/domain/back-off.ts';

export interface SupervisedProcess {
  /** Asks it to end in order. */
  askToEnd(): void;
  /** Ends it at once. */
  kill(): void;
  onExit(listener: (code: number | null) => void): void;
}

export interface SupervisorOptions {
  start(): SupervisedProcess;
  /** It ended by itself and starts again after `waitMs`. */
  onCrash(code: number | null, waitMs: number): void;
  /** Calls back after `ms`; returns what takes it back. */
  later(ms: number, call: () => void): () => void;
  now(): number;
  random?: () => number;
}

/** One that has lived this long is sound: the next crash waits the first wait again. */
const soundAfterMs = 60_000;
const endGraceMs = 10_000;
/** What the process exits with when it wants to be started anew at once: its database is another one now. */
export const restartExitCode = 79;
/** What the process exits with when trying again is of no use: it has said why. */
export const fatalExitCode = 78;

/** Keeps the server's process alive, with back-off; ends when it has ended in order (code 0), for good (78), or was asked to. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #ended = Promise.withResolvers<number>();
  #process: SupervisedProcess | null = null;
  #crashes = 0;
  #startedAt = 0;
  #ending = false;
  #cancelTimer: (() => void) | null = null;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Resolves to the exit code that the supervisor should end with. */
  run(): Promise<number> {
    this.#start();
    return this.#ended.promise;
  }

  /** Asks the process to end; after 10 s it is ended. */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#cancelTimer?.();
    const running = this.#process;
    if (!running) {
      this.#ended.resolve(0);
      return;
    }
    running.askToEnd();
    this.#cancelTimer = this.#options.later(endGraceMs, () => running.kill());
  }

  #start(): void {
    this.#startedAt = this.#options.now();
    const started = this.#options.start();
    this.#process = started;
    started.onExit((code) => this.#exited(code));
  }

  #exited(code: number | null): void {
    this.#process = null;
    if (this.#ending || code === 0 || code === fatalExitCode) {
      this.#cancelTimer?.();
      this.#ended.resolve(code === fatalExitCode ? 1 : 0);
      return;
    }
    if (code === restartExitCode) {
      this.#start();
      return;
    }
    if (this.#options.now() - this.#startedAt >= soundAfterMs) this.#crashes = 0;
    const waitMs = backOffMs(this.#crashes, this.#options.random);
    this.#crashes += 1;
    this.#options.onCrash(code, waitMs);
    this.#cancelTimer = this.#options.later(waitMs, () => this.#start());
  }
}
