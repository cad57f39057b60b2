import { type Instance, readProblem } from './instance.ts';
import { firstPlan } from './optimal.ts';
import { Schedule } from './schedule.ts';
import { byRule } from './strategies.ts';

/** By whom the making of a front is followed, plan by plan, and ended. */
export interface Watched {
  /** So many plans of so many have been made. */
  made(plans: number, of: number): void;
  /** Asked between two plans: what there is will do. */
  isStopped(): boolean;
}
const nobody: Watched = { made: () => undefined, isStopped: () => false };

/**
 * The Pareto front of objective against the end of the last run, by ε-constraint: plans are made that end by ε, for so many ε
 * between what the fastest and the cheapest plan take. None of those answered both counts no less and ends no sooner than another.
 */
export function frontOf(instance: Instance, points: number, watched: Watched = nobody): Schedule[] {
  const cheap = firstPlan(instance, []);
  const fast = byRule(instance, 'fastest');
  const found = [cheap, fast];
  watched.made(found.length, points);
  const least = makespanOf(fast);
  const most = makespanOf(cheap);
  for (let point = 1; point < points - 1 && most > least && !watched.isStopped(); point += 1) {
    // Steps that grow: near the fastest, a little more time saves most.
    const span = least + (most - least) * (point / (points - 1)) ** 2;
    found.push(endingBy(instance, instance.at + span));
    watched.made(found.length, points);
  }
  found.sort((a, b) => makespanOf(a) - makespanOf(b) || a.objective() - b.objective());
  let best = Number.POSITIVE_INFINITY;
  return found.filter((schedule) => {
    const objective = schedule.objective();
    if (objective >= best - leastWin) return false;
    best = objective;
    return true;
  });
}

const leastWin = 1e-6;

/** Planned with every deadline at `until` at the latest, and counted by the deadlines that hold. */
function endingBy(instance: Instance, until: number): Schedule {
  const { problem } = instance;
  const hurried = readProblem({
    ...problem,
    runs: problem.runs.map((run) => ({ ...run, deadlineAt: Math.min(run.deadlineAt ?? until, until) })),
  });
  const schedule = new Schedule(instance);
  schedule.copyFrom(firstPlan(hurried, []).slots);
  return schedule;
}

const makespanOf = ({ instance, slots }: Schedule): number =>
  Math.max(0, ...slots.map((slot) => (slot === null ? 0 : slot.endAt - instance.at)));
