import type { Worker } from 'node:worker_threads';
import type { Clock } from '#backend/clock.ts';
import type { PortfolioSolution } from '#shared/domain/plan.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { solverCancelled, solverFailed, solverTooSlow } from './errors.ts';
import { pack } from './packed.ts';
import { readSolverWasm, startWorker } from './program.ts';
import type { FromWorker, Question, ToWorker, WorkerSetup } from './protocol.ts';

/** Somebody who waits for an answer. */
export interface Ask {
  question: Question;
  answer(solutions: PortfolioSolution[]): void;
  fail(error: Error): void;
  /** After the answer: a better one, or the same with `improving: false` as the last word. */
  improved(solution: PortfolioSolution): void;
  /** Before the answer: of a front so many plans have been made. */
  made(plans: number, of: number): void;
}

export interface SeatOptions {
  clock: Clock;
  memoryBytes: number;
  /** A worker without a question is ended after this. */
  idleMs: number;
  /** There must be a first answer by then. */
  answerMs: number;
  /** A worker that was told to stop and has not is ended after this. */
  stopMs: number;
  start?: (setup: WorkerSetup) => Worker;
}

let lastId = 0;

/** One worker at most, started when there is a question, ended when there has been none for a while, replaced when it fails. */
export class Seat {
  readonly #options: SeatOptions;
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | null = null;
  #ask: { id: number; ask: Ask; last: PortfolioSolution | null; done: () => void } | null = null;
  #timer = new AbortController();

  constructor(options: SeatOptions) {
    this.#options = options;
  }

  get isFree(): boolean {
    return this.#ask === null;
  }

  /** It has answered, and only looks for something better. */
  get isImproving(): boolean {
    return this.#ask !== null && this.#ask.last !== null;
  }

  /** Resolves when the question is done with in every sense, and the seat free; never rejects: `ask.fail` is told. */
  async take(ask: Ask): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    lastId += 1;
    const id = lastId;
    this.#ask = { id, ask, last: null, done: resolve };
    Atomics.store(this.#stop, 0, 0);
    this.#after(this.#options.answerMs, () => {
      this.#fail(solverTooSlow(Math.round(this.#options.answerMs / 1000)));
    });
    try {
      const worker = await this.#ready();
      // Closed meanwhile: the question is no longer there.
      if (this.#ask?.id !== id) return promise;
      const { problem, ...question } = ask.question;
      const packed = pack(problem);
      worker.postMessage({ id, question, packed } satisfies ToWorker, [packed.options.buffer]);
    } catch (error) {
      this.#fail(solverFailed(error instanceof Error ? error.message : String(error)));
    }
    return promise;
  }

  /** Ends what is being answered: its asker gets CANCELLED, or the last it had as the last word. */
  stop(): void {
    if (this.#ask === null) return;
    Atomics.store(this.#stop, 0, 1);
    this.#after(this.#options.stopMs, () => this.#fail(solverCancelled()));
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#fail(solverCancelled());
    await worker?.terminate();
  }

  async #ready(): Promise<Worker> {
    if (this.#worker !== null) return this.#worker;
    const { memoryBytes, start = startWorker } = this.#options;
    const wasm = await readSolverWasm();
    const worker = start({ wasm, stop: this.#stop, memoryBytes });
    this.#worker = worker;
    worker.on('message', (message: FromWorker) => this.#hear(message));
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#fail(solverFailed(error.message));
    });
    worker.on('exit', (code) => {
      if (this.#worker === worker) this.#fail(solverFailed(`its worker ended with ${code}`));
    });
    return worker;
  }

  #hear(message: FromWorker): void {
    const current = this.#ask;
    if (current === null || message.id !== current.id) return;
    switch (message.kind) {
      case 'answer':
        this.#timer.abort();
        current.last = message.solutions[0] ?? null;
        current.ask.answer(message.solutions);
        return;
      case 'made':
        current.ask.made(message.plans, message.of);
        return;
      case 'improved':
        for (const solution of message.solutions) {
          current.last = solution;
          current.ask.improved(solution);
        }
        return;
      case 'failed':
        current.ask.fail(TrainyardError.fromShape(message.error));
        this.#free();
        return;
      case 'done':
        this.#free();
    }
  }

  /** The worker is no use any more, and neither is what it was asked. */
  #fail(error: Error): void {
    const worker = this.#worker;
    this.#worker = null;
    worker?.removeAllListeners();
    // One that is ended may still report an error: nobody is there for it.
    worker?.on('error', () => undefined);
    void worker?.terminate();
    const current = this.#ask;
    if (current !== null) {
      if (current.last === null) current.ask.fail(error);
      else if (current.last.improving) current.ask.improved({ ...current.last, improving: false });
    }
    this.#free();
  }

  #free(): void {
    this.#timer.abort();
    const current = this.#ask;
    this.#ask = null;
    if (this.#worker !== null) {
      const worker = this.#worker;
      this.#after(this.#options.idleMs, () => {
        if (this.#worker === worker && this.#ask === null) this.#fail(solverCancelled());
      });
    }
    current?.done();
  }

  /** One timer at a time: the next replaces it. */
  #after(ms: number, then: () => void): void {
    this.#timer.abort();
    const timer = new AbortController();
    this.#timer = timer;
    this.#options.clock.sleep(ms, timer.signal).then(
      () => {
        if (!timer.signal.aborted) then();
      },
      () => undefined,
    );
  }
}
