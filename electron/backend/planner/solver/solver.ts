import type { Clock } from '#backend/clock.ts';
import type { PortfolioProblem, PortfolioSolution, Strategy } from '#shared/domain/plan.ts';
import { solverCancelled } from './errors.ts';
import type { Question } from './protocol.ts';
import { type Ask, Seat, type SeatOptions } from './seat.ts';

export interface SolverOptions {
  clock: Clock;
  /** Questions that are answered at once: one is improved in the background while another is answered. */
  workers?: number;
  memoryBytes?: number;
  idleMs?: number;
  answerMs?: number;
  stopMs?: number;
  start?: SeatOptions['start'];
}

export interface SolveOptions {
  /** How long a better plan is looked for after the first answer; 0: not at all. */
  improveMs: number;
  /** Each better plan, and in the end the last one with `improving: false`. */
  improved(solution: PortfolioSolution): void;
  signal: AbortSignal;
}

interface Waiting {
  ask: Ask;
  /** Once it has one. */
  seat: Seat | null;
  over(): void;
}

/**
 * Answers questions about portfolios in worker threads, so that nothing else waits for them. A question is answered as soon as
 * there is a worker: who only improves what was answered gives way. Everything ends with `close`.
 */
export class Solver {
  readonly #seats: Seat[];
  readonly #waiting: Waiting[] = [];
  #isClosed = false;

  constructor({ clock, workers = 2, start, ...limits }: SolverOptions) {
    const options: SeatOptions = {
      clock,
      memoryBytes: limits.memoryBytes ?? 1024 * 1024 * 1024,
      idleMs: limits.idleMs ?? 60_000,
      answerMs: limits.answerMs ?? 120_000,
      stopMs: limits.stopMs ?? 3_000,
      ...(start === undefined ? {} : { start }),
    };
    this.#seats = Array.from({ length: workers }, () => new Seat(options));
  }

  /** The first answer. Rejects with SOLVER_FAILED, SOLVER_TOO_SLOW, CANCELLED, and what the problem itself is refused with (PLAN_CYCLE …). */
  async solve(
    problem: PortfolioProblem,
    strategy: Strategy,
    options: SolveOptions,
  ): Promise<PortfolioSolution> {
    const { improveMs, improved, signal } = options;
    const question: Question = { kind: 'solve', problem, strategy, improveMs };
    const [solution] = await this.#ask(question, signal, { improved });
    if (solution === undefined) throw new RangeError('the solver answered with nothing');
    return solution;
  }

  /** The same problem by several strategies, in their order. Rejects as `solve`. */
  compare(
    problem: PortfolioProblem,
    strategies: readonly Strategy[],
    signal: AbortSignal,
  ): Promise<PortfolioSolution[]> {
    return this.#ask({ kind: 'compare', problem, strategies }, signal);
  }

  /** Plans none of which is both cheaper and done sooner than another, the soonest first. `made`: how far it is. Rejects as `solve`. */
  front(
    problem: PortfolioProblem,
    points: number,
    signal: AbortSignal,
    made: Ask['made'] = () => undefined,
  ): Promise<PortfolioSolution[]> {
    return this.#ask({ kind: 'front', problem, points }, signal, { made });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { ask, over } of this.#waiting.splice(0)) {
      over();
      ask.fail(solverCancelled());
    }
    await Promise.all(this.#seats.map((seat) => seat.close()));
  }

  #ask(
    question: Question,
    signal: AbortSignal,
    { improved = () => undefined, made = () => undefined }: Partial<Pick<Ask, 'improved' | 'made'>> = {},
  ): Promise<PortfolioSolution[]> {
    return new Promise((resolve, reject) => {
      if (signal.aborted || this.#isClosed) {
        reject(solverCancelled());
        return;
      }
      const waiting: Waiting = {
        ask: { question, improved, made, answer: resolve, fail: reject },
        seat: null,
        over: () => signal.removeEventListener('abort', stop),
      };
      const stop = () => {
        const place = this.#waiting.indexOf(waiting);
        if (place >= 0) this.#waiting.splice(place, 1);
        reject(solverCancelled());
        waiting.seat?.stop();
      };
      signal.addEventListener('abort', stop, { once: true });
      this.#waiting.push(waiting);
      this.#seatThem();
    });
  }

  #seatThem(): void {
    for (const seat of this.#seats) {
      if (!seat.isFree) continue;
      const waiting = this.#waiting.shift();
      if (waiting === undefined) return;
      waiting.seat = seat;
      void seat.take(waiting.ask).then(() => {
        waiting.seat = null;
        waiting.over();
        this.#seatThem();
      });
    }
    if (this.#waiting.length > 0) this.#seats.find((seat) => seat.isImproving)?.stop();
  }
}
