import type { PortfolioProblem, PortfolioSolution, Strategy } from '#shared/domain/plan.ts';
import {
  byRule,
  firstPlan,
  type Instance,
  readProblem,
  type Schedule,
  toSolution,
} from '#shared/planner/portfolio/index.ts';
import type { Question } from './protocol.ts';

export interface EngineOptions {
  wasm: Uint8Array;
  memoryBytes: number;
  /** Asked often: whether the question that is being answered is to end. */
  isStopped(): boolean;
}

export type Tell = (kind: 'answer' | 'improved', solutions: PortfolioSolution[]) => void;

/** Answers questions, one after the other, in the thread it is called in. */
export class Engine {
  readonly #options: EngineOptions;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  async answer(question: Question, tell: Tell): Promise<void> {
    void this.#options;
    switch (question.kind) {
      case 'solve':
        tell('answer', [this.#solve(question.problem, question.strategy)]);
        return;
      case 'compare':
        tell(
          'answer',
          question.strategies.map((strategy) => this.#solve(question.problem, strategy)),
        );
        return;
      case 'front':
        tell('answer', []);
    }
  }

  #solve(problem: PortfolioProblem, strategy: Strategy): PortfolioSolution {
    const startedAt = performance.now();
    const schedule = planBy(readProblem(problem), strategy);
    return toSolution(schedule, {
      strategy,
      bound: null,
      improving: false,
      tookMs: performance.now() - startedAt,
      conflict: [],
    });
  }
}

const planBy = (instance: Instance, strategy: Strategy): Schedule =>
  strategy === 'optimal' ? firstPlan(instance, null) : byRule(instance, strategy);
