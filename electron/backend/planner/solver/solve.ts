import type { Highs } from 'highs';
import type { Reason } from '#shared/domain/figure.ts';
import type { PortfolioProblem, PortfolioSolution, Strategy } from '#shared/domain/plan.ts';
import {
  byRule,
  type Choice,
  exactPlan,
  firstPlan,
  type Guide,
  gapOf,
  type Instance,
  isBetter,
  mostExactRuns,
  planFrom,
  Relaxation,
  readProblem,
  type Schedule,
  toSolution,
} from '#shared/planner/portfolio/index.ts';
import type { EngineOptions } from './engine.ts';
import { Conflicts } from './infeasible.ts';
import { guidesOf, type Relaxed, relax } from './relax.ts';
import { search } from './search.ts';

/** So small that HiGHS finds the best assignment before the first answer. */
const smallColumns = 2_000;
const smallNodes = 1_000;
const smallMs = 5_000;
/** Nearer than this to the bound nothing better is looked for. */
const goodGap = 1e-4;
/** Why not all can be in time is looked for for so long. */
const explainMs = 4_000;
/** Of what only moves the bound, so often is told at most. */
const tellMs = 1_000;

/** What a problem is made of for every strategy alike. */
export class Grounds {
  readonly highs: Highs;
  readonly options: EngineOptions;
  readonly instance: Instance;
  readonly relaxation: Relaxation;
  readonly relaxed: Relaxed;
  readonly conflicts: Conflicts;

  constructor(highs: Highs, options: EngineOptions, problem: PortfolioProblem) {
    this.highs = highs;
    this.options = options;
    this.instance = readProblem(problem);
    this.relaxation = new Relaxation(this.instance);
    this.relaxed = relax(highs, this.relaxation, options.isStopped);
    this.conflicts = new Conflicts(highs, this.relaxation, options.isStopped, options.explainMs ?? explainMs);
  }
}

/** One problem being solved by one strategy. */
export class Solve {
  readonly #grounds: Grounds;
  readonly #strategy: Strategy;
  readonly #startedAt: number;
  readonly #guides: Guide[];
  #best: Schedule;
  #bound: number;
  #conflict: Reason[] | null = null;

  /** @param startedAt by performance.now(). */
  constructor(grounds: Grounds, strategy: Strategy, startedAt: number) {
    const { instance, relaxation, relaxed } = grounds;
    this.#grounds = grounds;
    this.#strategy = strategy;
    this.#startedAt = startedAt;
    this.#bound = relaxed.bound;
    this.#guides = strategy === 'optimal' ? guidesOf(relaxation, relaxed) : [];
    this.#best = strategy === 'optimal' ? firstPlan(instance, this.#guides) : byRule(instance, strategy);
    if (strategy === 'optimal') this.#beExact();
    if (instance.jobs.length <= mostExactRuns) this.#explain();
  }

  /** Whether there is more to find: a better plan, or why there is none for all. */
  get isOpen(): boolean {
    return this.#strategy === 'optimal' && (!this.#isClose || this.#isUnexplained);
  }

  get #isClose(): boolean {
    const gap = gapOf(this.#best.objective(), this.#bound);
    return gap !== null && gap <= goodGap;
  }

  get #isUnexplained(): boolean {
    const { jobs } = this.#grounds.instance;
    const { slots } = this.#best;
    return (
      this.#conflict === null &&
      jobs.some(({ index, dueAt }) => (slots[index]?.endAt ?? Number.POSITIVE_INFINITY) > dueAt)
    );
  }

  answer(improving: boolean): PortfolioSolution {
    return toSolution(this.#best, {
      strategy: this.#strategy,
      bound: this.#bound,
      improving,
      tookMs: performance.now() - this.#startedAt,
      conflict: this.#conflict ?? [],
    });
  }

  /** Looks for something better for so long; each better plan or bound is told, and in the end the last with `improving: false`. */
  improve(limitMs: number, tell: (solution: PortfolioSolution) => void): void {
    let toldAt = performance.now();
    if (!this.#isClose) {
      this.#search(limitMs, null, (isPlan) => {
        if (!isPlan && performance.now() - toldAt < tellMs) return;
        toldAt = performance.now();
        tell(this.answer(true));
      });
    }
    this.#explain();
    tell(this.answer(false));
  }

  /** Of many runs it takes too long for the first answer. */
  #explain(): void {
    this.#conflict = this.#grounds.conflicts.explain(this.#best);
  }

  /** A few runs are searched through; small problems are left to HiGHS before anything is answered. */
  #beExact(): void {
    const exact = exactPlan(this.#grounds.instance, this.#best);
    if (exact !== null) {
      if (isBetter(exact, this.#best)) this.#best = exact;
      this.#bound = this.#best.objective();
    } else if (!this.#isClose && this.#grounds.relaxation.size <= smallColumns) {
      this.#search(smallMs, smallNodes, () => undefined);
    }
  }

  #search(limitMs: number, mostNodes: number | null, changed: (isPlan: boolean) => void): void {
    const { highs, relaxation, relaxed, options } = this.#grounds;
    const proven = (bound: number) => {
      if (bound <= this.#bound) return;
      this.#bound = bound;
      changed(false);
    };
    const bound = search(highs, relaxation, relaxed, this.#best, {
      limitMs,
      mostNodes,
      isStopped: () => options.isStopped() || highs.memoryBytes > options.memoryBytes || this.#isClose,
      found: (taken, outside) => {
        if (this.#take(taken, outside)) changed(true);
      },
      proven,
    });
    proven(bound);
  }

  /** Makes a schedule of an assignment; whether it is better than the best. */
  #take(taken: ReadonlySet<Choice>, outside: ReadonlySet<number>): boolean {
    const byPrice = this.#guides[1];
    const plan = planFrom(this.#grounds.instance, {
      rank: (job, choice) =>
        taken.has(choice) ? Number.NEGATIVE_INFINITY : (byPrice?.rank(job, choice) ?? choice.dollars),
      isWanted: ({ index }) => !outside.has(index),
    });
    if (!isBetter(plan, this.#best)) return false;
    this.#best = plan;
    return true;
  }
}
