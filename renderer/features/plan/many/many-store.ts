import { create } from 'zustand';
import { newId } from '#shared/domain/new-id.ts';
import type {
  PlanLimits,
  PlanSummary,
  Pool,
  PortfolioProblem,
  PortfolioRun,
  PortfolioSolution,
  RunDemand,
  Strategy,
} from '#shared/domain/plan.ts';
import type { PortfolioContent } from '#shared/planner/plan-file.ts';
import { noLimits, type SavedAs } from '../one/one-store.ts';

/** One run among many, as it was put together here. */
export interface ManyRun {
  id: string;
  name: string;
  /** What is launched; null of runs that were only described. */
  yaml: string | null;
  demand: RunDemand;
  priority: number;
  deadlineAt: number | null;
  earliestAt: number | null;
  after: readonly string[];
  project: string | null;
}

/** Where runs could go, as the planner has judged it. */
export interface Judged {
  at: number;
  /** What they follow from, and of when its prices are. */
  inputsHash: string | null;
  prices: PlanSummary['prices'];
  runs: readonly PortfolioRun[];
  pools: readonly Pool[];
}

/** Plans for the same runs, side by side. */
export interface Choices {
  /** One of each strategy. */
  strategies: readonly PortfolioSolution[];
  /** Those that trade what they count for time, the soonest first. */
  front: readonly PortfolioSolution[];
  /** What is being computed, and since when, epoch ms; null: nothing any more. */
  doing: {
    what: 'strategies' | 'front';
    since: number;
    /** What it is asked by, and how many plans of how many there are; null: not told yet. */
    solveId: string;
    made: { plans: number; of: number } | null;
  } | null;
  error: unknown;
}

interface ManyState {
  runs: readonly ManyRun[];
  limits: PlanLimits;
  projectBudgets: Readonly<Record<string, number>>;
  weights: PortfolioProblem['weights'];
  strategy: Strategy;
  /** Rises with every change of what is to be run and within what: places are judged again. */
  demandVersion: number;
  /** Rises with every change of any kind: it is planned again. */
  version: number;
  judged: Judged | null;
  solution: PortfolioSolution | null;
  /** By this id better answers come, and it is cancelled. */
  solveId: string | null;
  error: unknown;
  working: boolean;
  /** Other plans for the same runs; null: nobody has asked for them. */
  choices: Choices | null;
  /** Which of them is on the page, by its key; null: the answer to what is asked. */
  picked: string | null;
  saved: SavedAs | null;
}

const empty: ManyState = {
  runs: [],
  limits: noLimits,
  projectBudgets: {},
  weights: { cost: 1, time: 1, carbon: 0 },
  strategy: 'optimal',
  demandVersion: 0,
  version: 0,
  judged: null,
  solution: null,
  solveId: null,
  error: null,
  working: false,
  choices: null,
  picked: null,
  saved: null,
};

/** A plan over many runs, kept while the app is open. */
export const useMany = create<ManyState>()(() => empty);

type Change = Partial<Pick<ManyState, 'runs' | 'limits' | 'projectBudgets' | 'weights' | 'strategy'>>;

/** Another question. `judge`: places have to be judged again, not only put in another order. */
export function change(patch: Change, judge: boolean): void {
  useMany.setState((before) => ({
    ...patch,
    version: before.version + 1,
    demandVersion: before.demandVersion + (judge ? 1 : 0),
    saved: null,
    choices: null,
    picked: null,
  }));
}

export function addRuns(added: readonly ManyRun[]): void {
  const { runs } = useMany.getState();
  change({ runs: [...runs, ...added] }, true);
}

/** A new run among many, from what is known of it. */
export const manyRun = (demand: RunDemand, yaml: string | null, rest: Partial<ManyRun> = {}): ManyRun => ({
  id: newId(),
  name: demand.name,
  yaml,
  demand,
  priority: 0,
  deadlineAt: null,
  earliestAt: null,
  after: [],
  project: null,
  ...rest,
});

export function changeRun(id: string, patch: Partial<Omit<ManyRun, 'id' | 'demand' | 'yaml'>>): void {
  const { runs } = useMany.getState();
  change({ runs: runs.map((run) => (run.id === id ? { ...run, ...patch } : run)) }, false);
}

/** What waited for them waits no longer. */
export function removeRuns(ids: ReadonlySet<string>): void {
  const { runs } = useMany.getState();
  const left = runs
    .filter(({ id }) => !ids.has(id))
    .map((run) => ({ ...run, after: run.after.filter((id) => !ids.has(id)) }));
  change({ runs: left }, true);
}

export const clearMany = (): void =>
  useMany.setState(({ version, demandVersion }) => ({
    ...empty,
    version: version + 1,
    demandVersion: demandVersion + 1,
  }));

/** What the solver is asked; null until places have been judged. */
export function problemOf({
  runs,
  judged,
  limits,
  projectBudgets,
  weights,
}: ManyState): PortfolioProblem | null {
  if (!judged || judged.runs.length !== runs.length) return null;
  return {
    at: judged.at,
    runs: runs.map((run, index) => ({
      id: run.id,
      name: run.name,
      priority: run.priority,
      deadlineAt: run.deadlineAt,
      earliestAt: run.earliestAt,
      after: [...run.after],
      project: run.project,
      options: judged.runs[index]?.options ?? [],
    })),
    pools: [...judged.pools],
    budgetMicros: limits.budgetMicros,
    projectBudgets: { ...projectBudgets },
    weights,
  };
}

/** The plan as it is saved; null before there is an answer. */
export function manyContent(state: ManyState): PortfolioContent | null {
  const problem = problemOf(state);
  if (!problem || !state.solution) return null;
  return {
    kind: 'portfolio',
    sources: state.runs.map(({ id, yaml, demand }) => ({ id, yaml, demand })),
    limits: state.limits,
    question: { problem, strategy: state.strategy, scenario: null },
    answer: { ...state.solution, improving: false },
    inputsHash: state.judged?.inputsHash ?? null,
    prices: state.judged?.prices ?? null,
  };
}

/** A saved plan, shown as it was answered. */
export function showSavedMany(content: PortfolioContent, saved: SavedAs): void {
  const { sources, limits, question, answer, inputsHash, prices } = content;
  const { problem, strategy } = question;
  const byId = new Map(sources.map((source) => [source.id, source]));
  useMany.setState(({ version, demandVersion }) => ({
    ...empty,
    runs: problem.runs.flatMap((run) => {
      const source = byId.get(run.id);
      if (!source) return [];
      const { options: _, ...rest } = run;
      return [{ ...rest, yaml: source.yaml, demand: source.demand }];
    }),
    limits: { ...limits, budgetMicros: problem.budgetMicros },
    projectBudgets: problem.projectBudgets,
    weights: problem.weights,
    strategy,
    judged: { at: problem.at, runs: problem.runs, pools: problem.pools, inputsHash, prices },
    solution: answer,
    version: version + 1,
    demandVersion: demandVersion + 1,
    saved,
  }));
}
