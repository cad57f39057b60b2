import type { Highs } from 'highs';
import type { PortfolioSolution } from '#shared/domain/plan.ts';
import { frontOf, readProblem, toSolution } from '#shared/planner/portfolio/index.ts';
import { loadHighs } from './load-highs.ts';
import type { Question } from './protocol.ts';
import { Grounds, Solve } from './solve.ts';

export interface EngineOptions {
  /** HiGHS as WebAssembly. */
  wasm: Uint8Array<ArrayBuffer>;
  /** A search that takes more is given up, with what it has found. */
  memoryBytes: number;
  /** How long the smallest conflict is looked for. */
  explainMs?: number;
  /** Asked often: whether the question that is being answered is to end. */
  isStopped(): boolean;
}

export type Tell = (kind: 'answer' | 'improved', solutions: PortfolioSolution[]) => void;

/** Answers questions, one after the other, in the thread it is called in. */
export class Engine {
  readonly #options: EngineOptions;
  #highs: Highs | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** Throws what a problem is refused with (readProblem); anything else that it throws leaves the engine unfit for more. */
  async answer(
    question: Question,
    tell: Tell,
    made: (plans: number, of: number) => void = () => undefined,
  ): Promise<void> {
    const startedAt = performance.now();
    const { problem } = question;
    if (question.kind === 'front') {
      const { isStopped } = this.#options;
      const front = frontOf(readProblem(problem), question.points, { made, isStopped });
      tell('answer', front.map(asSolution(startedAt)));
      return;
    }
    this.#highs ??= await loadHighs(this.#options.wasm);
    const grounds = new Grounds(this.#highs, this.#options, problem);
    if (question.kind === 'compare') {
      tell(
        'answer',
        question.strategies.map((strategy) => new Solve(grounds, strategy, startedAt).answer(false)),
      );
      return;
    }
    const solve = new Solve(grounds, question.strategy, startedAt);
    const goesOn = question.improveMs > 0 && solve.isOpen;
    tell('answer', [solve.answer(goesOn)]);
    if (goesOn) solve.improve(question.improveMs, (solution) => tell('improved', [solution]));
  }
}

const asSolution = (startedAt: number) => (plan: Parameters<typeof toSolution>[0]) =>
  toSolution(plan, {
    strategy: 'optimal',
    bound: null,
    improving: false,
    tookMs: performance.now() - startedAt,
    conflict: [],
  });
