import type { PortfolioProblem } from '#shared/domain/plan.ts';

/** Numbers of one option: its pool's place among `poolIds`, GPUs, ms, micro-dollars, grams, machines. */
const numbers = 6;

/** A problem with its options as one array of numbers: tens of thousands of small objects are slow to copy to a thread. */
export interface PackedProblem {
  /** Without the options of its runs. */
  problem: PortfolioProblem;
  poolIds: string[];
  /** How many options each run has. */
  counts: number[];
  options: Float64Array<ArrayBuffer>;
}

/** The array is to be handed over, not copied: `transfer` of postMessage. */
export function pack(problem: PortfolioProblem): PackedProblem {
  const places = new Map<string, number>();
  const counts = problem.runs.map((run) => run.options.length);
  const options = new Float64Array(numbers * counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  for (const run of problem.runs) {
    for (const { poolId, gpus, durationMs, costMicros, carbonGrams, nodes } of run.options) {
      let place = places.get(poolId);
      if (place === undefined) {
        place = places.size;
        places.set(poolId, place);
      }
      options[at] = place;
      options[at + 1] = gpus;
      options[at + 2] = durationMs;
      options[at + 3] = costMicros;
      options[at + 4] = carbonGrams;
      options[at + 5] = nodes ?? 0;
      at += numbers;
    }
  }
  const runs = problem.runs.map((run) => ({ ...run, options: [] }));
  return { problem: { ...problem, runs }, poolIds: [...places.keys()], counts, options };
}

/** The problem as it was. */
export function unpack({ problem, poolIds, counts, options }: PackedProblem): PortfolioProblem {
  let at = 0;
  const next = () => {
    const value = options[at] ?? Number.NaN;
    at += 1;
    return value;
  };
  const runs = problem.runs.map((run, index) => ({
    ...run,
    options: Array.from({ length: counts[index] ?? 0 }, () => {
      const option = {
        poolId: poolIds[next()] ?? '',
        gpus: next(),
        durationMs: next(),
        costMicros: next(),
        carbonGrams: next(),
      };
      const nodes = next();
      return nodes > 0 ? { ...option, nodes } : option;
    }),
  }));
  return { ...problem, runs };
}
