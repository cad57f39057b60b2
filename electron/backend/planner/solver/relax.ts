import type { Highs } from 'highs';
import {
  type Choice,
  type Column,
  type Guide,
  type Job,
  priced,
  type Relaxation,
} from '#shared/planner/portfolio/index.ts';
import { Master } from './master.ts';

/** Of each run, so many options are in the first of the problems; what else is worth it joins round by round. */
const firstColumns = 8;
const addedColumns = 4;
const mostRounds = 60;
/** What is left between the master's objective and Lagrange's bound when it is enough, as a share. */
const closeEnough = 1e-7;

/** The relaxation, solved. */
export interface Relaxed {
  /** Dollars; no plan is below. */
  bound: number;
  /** Dollars per GPU hour or per dollar of each limit. */
  prices: Float64Array;
  /** How much of each option is taken; what is not in it is not. */
  taken: Map<Choice, number>;
  /** By job, how much of it is left out. */
  outside: Map<number, number>;
}

/**
 * Solves the linear relaxation by generating its columns: a few options of each run first, then those that the prices of what is
 * scarce make worth it, until none is. The bound is Lagrange's over all columns, so it holds at whatever point this ends.
 */
export function relax(highs: Highs, relaxation: Relaxation, isStopped: () => boolean): Relaxed {
  const jobs = relaxation.columns.length;
  const limits = relaxation.limits.length;
  let prices = new Float64Array(limits);
  let bound = relaxation.bound(prices);
  const taken = new Map<Choice, number>();
  const outside = new Map<number, number>();
  // Nothing is scarce: each takes its cheapest.
  if (limits === 0 || jobs === 0) return { bound, prices, taken: cheapest(relaxation), outside };
  const master = new Master(
    highs,
    relaxation,
    relaxation.columns.map((columns) => columns.slice(0, firstColumns)),
  );
  try {
    for (let round = 0; round < mostRounds && !isStopped(); round += 1) {
      const { modelStatus } = master.model.run({
        [highs.constants.callbackType.simplexInterrupt](event) {
          if (isStopped()) event.interrupt();
        },
      });
      if (modelStatus !== highs.constants.modelStatus.optimal) break;
      const { colValue, rowDual } = master.model.getSolution();
      const found = rowDual.slice(jobs).map((dual) => Math.max(0, -dual));
      const foundBound = relaxation.bound(found);
      if (foundBound > bound || round === 0) {
        bound = Math.max(bound, foundBound);
        prices = found;
      }
      taken.clear();
      outside.clear();
      for (const [index, { job, column }] of master.columns.entries()) {
        const value = colValue[index] ?? 0;
        if (column === null && value > 1e-6) outside.set(job, value);
        if (column?.choice && value > 1e-6) taken.set(column.choice, value);
      }
      const objective = master.model.getObjectiveValue();
      if (objective - foundBound <= closeEnough * Math.max(1, Math.abs(objective))) break;
      if (master.addWorthy(found, rowDual.slice(0, jobs), addedColumns) === 0) break;
    }
    return { bound, prices, taken, outside };
  } finally {
    master.dispose();
  }
}

function cheapest(relaxation: Relaxation): Map<Choice, number> {
  return new Map(
    relaxation.columns.flatMap(([first]) => (first?.choice ? [[first.choice, 1] as const] : [])),
  );
}

/** Two ways to round it: what it takes most of first, and what its prices make cheapest first. */
export function guidesOf(relaxation: Relaxation, { prices, taken, outside }: Relaxed): Guide[] {
  const columns = new Map<Choice, Column>();
  for (const column of relaxation.columns.flat()) if (column.choice) columns.set(column.choice, column);
  const byPrice = (_job: Job, choice: Choice) => {
    const column = columns.get(choice);
    return column === undefined ? choice.dollars : priced(column, prices);
  };
  // Lower than any price, the more the more of it is taken.
  const byShare = (job: Job, choice: Choice) => {
    const share = taken.get(choice) ?? 0;
    return share > 0 ? -share : byPrice(job, choice);
  };
  const isWanted = ({ index }: Job) => (outside.get(index) ?? 0) < mostlyOutside;
  return [
    { rank: byShare, isWanted },
    { rank: byPrice, isWanted: () => true },
  ];
}

/** What is left out to more than this is left out. */
const mostlyOutside = 0.5;
