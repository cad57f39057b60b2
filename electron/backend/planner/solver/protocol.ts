import type { PortfolioProblem, PortfolioSolution, Strategy } from '#shared/domain/plan.ts';
import type { ErrorShape } from '#shared/domain/trainyard-error.ts';
import type { PackedProblem } from './packed.ts';

/** What the worker is asked. One at a time: the next is sent when the last one is done. */
export type Question =
  | { kind: 'solve'; problem: PortfolioProblem; strategy: Strategy; improveMs: number }
  | { kind: 'compare'; problem: PortfolioProblem; strategies: readonly Strategy[] }
  | { kind: 'front'; problem: PortfolioProblem; points: number };

/** The problem travels packed, beside the rest of the question. */
export type ToWorker = { id: number; question: WithoutProblem<Question>; packed: PackedProblem };

/** Of each kind of question. */
type WithoutProblem<Q> = Q extends Question ? Omit<Q, 'problem'> : never;

/** Of a front, how many plans have been made; `answer`; of a solve that goes on, any number of `improved`; `done` or `failed` last. */
export type FromWorker =
  | { id: number; kind: 'answer' | 'improved'; solutions: PortfolioSolution[] }
  | { id: number; kind: 'made'; plans: number; of: number }
  | { id: number; kind: 'done' }
  | { id: number; kind: 'failed'; error: ErrorShape };

/** What a worker is started with. */
export interface WorkerSetup {
  /** HiGHS as WebAssembly: read by who starts the worker, since an archive's files cannot be read in one. */
  wasm: Uint8Array<ArrayBuffer>;
  /** Element 0 is set to 1 by who wants the question that is being answered to end. */
  stop: Int32Array;
  /** The solver gives up a search that takes more memory than this. */
  memoryBytes: number;
}
