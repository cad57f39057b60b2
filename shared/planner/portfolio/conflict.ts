import type { Reason } from '#shared/domain/figure.ts';
import type { PortfolioProblem } from '#shared/domain/plan.ts';
import { exactPlan } from './exact.ts';
import { type Instance, item, type Job, readProblem } from './instance.ts';
import { firstPlan } from './optimal.ts';
import type { Relaxation } from './relaxation.ts';
import type { Schedule } from './schedule.ts';
import { say } from './sentences.ts';

/** Something that is asked for, and could be given up. What pools hold cannot. */
export type Demand = { kind: 'run'; job: number } | { kind: 'budget' } | { kind: 'project'; project: string };

/** Whether all of these demands can hold together; null where that could not be found out. */
export type CanHold = (demands: readonly Demand[]) => boolean | null;

/** Of those that are impossible by themselves, so many are named. */
const mostAlone = 5;
/** Of what is in conflict with each other, too. */
const mostParts = 20;

/**
 * Everything that this problem asks for: budgets first, then the runs from those that need most, so that the smallest set that
 * is found is a small one.
 */
export function demandsOf({ problem, jobs }: Instance): Demand[] {
  const runs = jobs.toSorted(
    (a, b) =>
      (b.choices[0]?.micros ?? 0) - (a.choices[0]?.micros ?? 0) || workOf(b) - workOf(a) || a.index - b.index,
  );
  return [
    ...(problem.budgetMicros === null ? [] : [{ kind: 'budget' } as const]),
    ...Object.keys(problem.projectBudgets).map((project) => ({ kind: 'project', project }) as const),
    ...runs.map(({ index }): Demand => ({ kind: 'run', job: index })),
  ];
}

const workOf = ({ choices }: Job) =>
  choices.reduce((least, { gpus, ms }) => Math.min(least, gpus * ms), Number.POSITIVE_INFINITY);

/** Runs that no plan can have in time, whatever the others and the budgets are. */
export const impossibleAlone = ({ instance, columns }: Relaxation): Job[] =>
  instance.jobs.filter(({ index }) => item(columns, index).every(({ choice }) => choice === null));

/**
 * The smallest set within `demands` that cannot hold together, in the sense that without any one of them the rest can
 * (QuickXplain, Junker 2004: of a few in thousands with few questions; the first of the list are given up last). Null where all
 * can hold, or that is not known.
 */
export function smallestConflict(demands: readonly Demand[], canHold: CanHold): Demand[] | null {
  if (canHold(demands) !== false) return null;
  const isImpossible = (set: readonly Demand[]) => canHold(set) === false;
  const explain = (base: readonly Demand[], added: boolean, rest: readonly Demand[]): Demand[] => {
    if (added && isImpossible(base)) return [];
    if (rest.length <= 1) return [...rest];
    const half = rest.length >> 1;
    const first = rest.slice(0, half);
    const second = rest.slice(half);
    const ofSecond = explain([...base, ...first], true, second);
    const ofFirst = explain([...base, ...ofSecond], ofSecond.length > 0, first);
    return [...ofFirst, ...ofSecond];
  };
  return explain([], false, demands);
}

/** The problem of these demands alone. What the runs asked for wait for comes along, in time or not. */
export function problemOf(instance: Instance, demands: readonly Demand[]): PortfolioProblem {
  const { problem, jobs } = instance;
  const asked = new Set(demands.flatMap((demand) => (demand.kind === 'run' ? [demand.job] : [])));
  const all = new Set(asked);
  for (const index of instance.order.toReversed()) {
    if (all.has(index)) for (const before of item(jobs, index).before) all.add(before);
  }
  const projects = new Set(demands.flatMap((demand) => (demand.kind === 'project' ? [demand.project] : [])));
  return {
    ...problem,
    budgetMicros: demands.some(({ kind }) => kind === 'budget') ? problem.budgetMicros : null,
    projectBudgets: Object.fromEntries(
      Object.entries(problem.projectBudgets).filter(([project]) => projects.has(project)),
    ),
    runs: jobs
      .filter(({ index }) => all.has(index))
      .map(({ index, run }) => (asked.has(index) ? run : { ...run, deadlineAt: null })),
  };
}

/** Tells by searching through all schedules whether all can be placed in time; null where there are too many. */
export function holdsExactly(problem: PortfolioProblem): boolean | null {
  const instance = withHeavySlack(readProblem(problem));
  const holds = (slots: Schedule['slots']) =>
    instance.jobs.every((job) => {
      const slot = slots[job.index];
      return slot !== null && slot !== undefined && slot.endAt <= job.dueAt;
    });
  const start = firstPlan(instance, []);
  if (holds(start.slots)) return true;
  const exact = exactPlan(instance, start);
  return exact === null ? null : holds(exact.slots);
}

/** Being late or left out weighs more than all costs together: where there is a plan that holds, it is the best. */
function withHeavySlack(instance: Instance): Instance {
  const slack = 4 * instance.jobs.reduce((sum, { choices }) => sum + (choices.at(-1)?.dollars ?? 0), 1);
  return {
    ...instance,
    jobs: instance.jobs.map((job) => ({ ...job, weight: { slack, leftOut: 2 * slack } })),
  };
}

/**
 * A conflict in words: the sentence first, then what is in conflict, each for itself; of many, the first.
 * @param isSmallest without any one of it the rest can hold.
 */
export function tellConflict(
  { problem, jobs }: Instance,
  conflict: readonly Demand[],
  isSmallest: boolean,
): Reason[] {
  const parts = conflict.slice(0, mostParts).map((demand) => {
    if (demand.kind === 'run') return tellRun(item(jobs, demand.job));
    if (demand.kind === 'budget') return say('CONFLICT_BUDGET', { amountMicros: problem.budgetMicros ?? 0 });
    const { project } = demand;
    return say('CONFLICT_PROJECT_BUDGET', {
      project,
      amountMicros: problem.projectBudgets[project] ?? 0,
    });
  });
  const head = headOf(conflict.length, isSmallest);
  const more = conflict.length - parts.length;
  return [head, ...parts, ...(more === 0 ? [] : [say('CONFLICT_MORE', { more })])];
}

/** One, two and many are said differently. One alone is the smallest there is, however it was found. */
function headOf(parts: number, isSmallest: boolean): Reason {
  if (parts === 1) return say('CONFLICT_SINGLE');
  if (!isSmallest) return say('CONFLICT_AMONG', { parts });
  return parts === 2 ? say('CONFLICT_PAIR') : say('CONFLICT_TOGETHER', { parts });
}

function tellRun({ run }: Job): Reason {
  const name = run.name || run.id;
  if (run.deadlineAt === null) return say('CONFLICT_RUN_OPEN', { run: name });
  return say('CONFLICT_RUN', { run: name, deadlineAt: run.deadlineAt });
}

export function tellAlone(jobs: readonly Job[]): Reason[] {
  return jobs.slice(0, mostAlone).map((job) => {
    const name = job.run.name || job.run.id;
    if (job.choices.length === 0) return say('CONFLICT_ALONE_NO_OPTION', { run: name });
    if (job.orphan) return say('CONFLICT_ALONE_WAITS', { run: name });
    return say('CONFLICT_ALONE', { run: name, deadlineAt: job.run.deadlineAt ?? 0 });
  });
}
