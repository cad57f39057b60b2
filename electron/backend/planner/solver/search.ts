import type { Highs } from 'highs';
import {
  type Choice,
  type Column,
  priced,
  type Relaxation,
  type Schedule,
} from '#shared/planner/portfolio/index.ts';
import { Master } from './master.ts';
import type { Relaxed } from './relax.ts';

/** More columns than this make one step of HiGHS too long to be interrupted in time; what is left out is accounted for in the bound. */
const mostColumns = 30_000;
/** Proven to within this share: as good as exact. */
const exactGap = 1e-6;
/** HiGHS's tolerances, as a share of the objective: a bound is taken to be lower by so much. */
const tolerance = 1e-7;

export interface SearchOptions {
  limitMs: number;
  /** Nodes of the tree; null: as many as the time allows. With a number, the same input ends at the same place. */
  mostNodes: number | null;
  isStopped(): boolean;
  /** A better assignment: the options that it takes, and the jobs that it leaves out. */
  found(taken: ReadonlySet<Choice>, outside: ReadonlySet<number>): void;
  /** A better bound, dollars. */
  proven(bound: number): void;
}

/**
 * HiGHS's branch and cut from the plan that there is. Only columns that could be part of a better plan are in it: where taking
 * one would lift Lagrange's bound above what the plan counts, no better plan takes it. Answers the best bound that is proven.
 */
export function search(
  highs: Highs,
  relaxation: Relaxation,
  relaxed: Relaxed,
  incumbent: Schedule,
  options: SearchOptions,
): number {
  const { chosen, without } = worthwhile(relaxation, relaxed, incumbent);
  const master = new Master(highs, relaxation, chosen);
  // What is not in it counts at least `without`.
  const valid = (bound: number) =>
    Math.max(relaxed.bound, Math.min(bound - tolerance * Math.abs(bound), without));
  try {
    const { model, columns } = master;
    makeWhole(highs, master);
    model.options.set({ time_limit: options.limitMs / 1000, mip_rel_gap: exactGap, mip_abs_gap: 1e-6 });
    if (options.mostNodes !== null) model.options.set('mip_max_nodes', options.mostNodes);
    model.setSolution({ colValue: startOf(master, relaxation, incumbent) });
    const { callbackType } = highs.constants;
    let best = relaxed.bound;
    const prove = (bound: number | undefined) => {
      if (bound === undefined || !Number.isFinite(bound) || valid(bound) <= best) return;
      best = valid(bound);
      options.proven(best);
    };
    model.run({
      [callbackType.mipInterrupt](event) {
        prove(event.data.mip_dual_bound);
        if (options.isStopped()) event.interrupt();
      },
      [callbackType.mipImprovingSolution](event) {
        const values = event.data.mip_solution;
        if (values === undefined) return undefined;
        const chosen = columns.filter((_, index) => (values[index] ?? 0) > 0.5);
        options.found(
          new Set(chosen.flatMap(({ column }) => column?.choice ?? [])),
          new Set(chosen.flatMap(({ job, column }) => (column === null ? [job] : []))),
        );
        return undefined;
      },
    });
    const status = model.getModelStatus();
    const { modelStatus } = highs.constants;
    // Interrupted before the first bound there is none.
    if (status === modelStatus.optimal) prove(model.getObjectiveValue());
    else prove(Number(model.info.get('mip_dual_bound')));
    return best;
  } finally {
    master.dispose();
  }
}

function worthwhile(
  relaxation: Relaxation,
  { bound, prices }: Relaxed,
  incumbent: Schedule,
): { chosen: Column[][]; without: number } {
  const room = incumbent.objective() - bound;
  const all: { column: Column; lift: number }[] = [];
  let without = Number.POSITIVE_INFINITY;
  for (const [job, columns] of relaxation.columns.entries()) {
    const least = relaxation.least(job, prices);
    const now = incumbent.slots[job] ?? null;
    for (const column of columns) {
      const isNow = now !== null && (column.choice === null || column.choice === now.choice);
      const lift = isNow ? -1 : priced(column, prices) - least;
      if (lift <= room) all.push({ column, lift });
      else without = Math.min(without, bound + lift);
    }
  }
  all.sort((a, b) => a.lift - b.lift);
  const chosen = relaxation.columns.map((): Column[] => []);
  for (const { column } of all.slice(0, mostColumns)) chosen[column.job]?.push(column);
  const first = all[mostColumns];
  if (first !== undefined) without = Math.min(without, bound + first.lift);
  return { chosen, without };
}

/** The plan as HiGHS's start. */
function startOf({ columns }: Master, { instance }: Relaxation, { slots }: Schedule): Float64Array {
  return Float64Array.from(columns, ({ job, column }) => {
    const slot = slots[job] ?? null;
    if (slot === null) return column === null ? 1 : 0;
    const isLate = slot.endAt > (instance.jobs[job]?.dueAt ?? 0);
    return column !== null && column.choice === (isLate ? null : slot.choice) ? 1 : 0;
  });
}

/** A search for whether anything can hold takes no longer. */
const wholeMs = 2_000;

/** The least that whole assignments count, from all columns; null where it was not found in time. */
export function wholeBound(highs: Highs, relaxation: Relaxation, isStopped: () => boolean): number | null {
  const master = new Master(highs, relaxation, relaxation.columns);
  try {
    makeWhole(highs, master);
    master.model.options.set('time_limit', wholeMs / 1000);
    master.model.run({
      [highs.constants.callbackType.mipInterrupt](event) {
        if (isStopped()) event.interrupt();
      },
    });
    const isOptimal = master.model.getModelStatus() === highs.constants.modelStatus.optimal;
    return isOptimal ? master.model.getObjectiveValue() : null;
  } finally {
    master.dispose();
  }
}

function makeWhole(highs: Highs, { model, columns }: Master): void {
  model.changeColsIntegrality(
    { kind: 'range', from: 0, to: columns.length - 1 },
    new Int32Array(columns.length).fill(highs.constants.variableType.integer),
  );
}
