import type { Pool, PortfolioProblem, PortfolioRun } from '#shared/domain/plan.ts';

const hour = 3_600_000;
export const portfolioAt = Date.UTC(2026, 10, 27, 9);

/** Numbers in [0, 1) from a seed: the same ones every time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const poolOf = (id: string, gpus: number, busy: Pool['busy'] = []): Pool => ({
  id,
  gpus,
  busy,
  place: {
    kind: 'on-demand',
    id,
    title: id,
    provider: 'here',
    region: 'r',
    country: 'DE',
    accelerator: 'H100',
    gpus,
    nodes: 1,
  },
});

export const runOf = (id: string, run: Partial<PortfolioRun> = {}): PortfolioRun => ({
  id,
  name: id,
  priority: 0,
  deadlineAt: null,
  earliestAt: null,
  after: [],
  project: null,
  options: [],
  ...run,
});

/** `hours` and `dollars` of a whole run on a pool. */
export const optionOf = (poolId: string, gpus: number, hours: number, dollars: number, carbonGrams = 0) => ({
  poolId,
  gpus,
  durationMs: hours * hour,
  costMicros: Math.round(dollars * 1_000_000),
  carbonGrams,
});

export const problemOf = (
  runs: PortfolioRun[],
  pools: Pool[],
  rest: Partial<PortfolioProblem> = {},
): PortfolioProblem => ({
  at: portfolioAt,
  runs,
  pools,
  budgetMicros: null,
  projectBudgets: {},
  weights: { cost: 1, time: 1, carbon: 1 },
  ...rest,
});

/**
 * A department's month: offers of different speed and price with room for a few runs each, runs of 1 to 32 GPUs that fit about half of
 * them (memory, residency), deadlines of two to fourteen days. `tight` scales what the offers can hold; with `everywhere` each
 * run fits every offer, as many columns as there can be.
 */
export function largeProblem(
  seed: number,
  runCount: number,
  poolCount: number,
  tight = 1,
  everywhere = false,
): PortfolioProblem {
  const random = seeded(seed);
  const between = (low: number, high: number) => low + random() * (high - low);
  const offers = Array.from({ length: poolCount }, () => ({
    speed: between(0.4, 2.5),
    price: 0,
    memory: random(),
    region: Math.floor(between(0, 6)),
    at: Math.ceil(between(1, 4)),
  }));
  for (const offer of offers) offer.price = offer.speed ** 0.8 * between(1.2, 3.2);
  const capacity = Math.max(1, (tight * 3 * runCount) / poolCount);
  const pools = offers.map(({ at }, index) =>
    poolOf(`pool-${index}`, 8 * Math.max(1, Math.ceil(at * 0.5 * capacity))),
  );
  const runs = Array.from({ length: runCount }, (_, index): PortfolioRun => {
    const gpus = 2 ** Math.floor(between(0, 5));
    const work = between(4, 60);
    const memory = between(0, 0.7);
    const regions = Math.floor(between(2, 7));
    const options = offers.flatMap((offer, place) => {
      if (!everywhere && (offer.memory < memory || offer.region >= regions)) return [];
      const hours = (work / offer.speed) * between(0.9, 1.1);
      return [optionOf(`pool-${place}`, gpus, hours, hours * gpus * offer.price, hours * gpus * 300)];
    });
    const deadline = portfolioAt + Math.round(between(48, 336)) * hour;
    return runOf(`run-${index}`, {
      priority: Math.floor(between(-5, 6)),
      deadlineAt: deadline,
      project: `project-${index % 5}`,
      options,
    });
  });
  return problemOf(runs, pools);
}

/** With two quotas that some of its pools share, and runs that take one or two machines at once: each by a seed. */
export function withQuotas(problem: PortfolioProblem, seed: number): PortfolioProblem {
  const random = seeded(seed + 77_777);
  const whole = (low: number, high: number) => Math.floor(low + random() * (high - low + 1));
  const quotas = ['vcpus', 'gpus'].map((id) => ({ id, title: id, most: whole(0, 5) }));
  return {
    ...problem,
    pools: problem.pools.map((pool) => ({
      ...pool,
      quotas: quotas.flatMap((quota) => (random() < 0.6 ? [{ ...quota, perMachine: whole(1, 3) }] : [])),
    })),
    runs: problem.runs.map((run) => ({
      ...run,
      options: run.options.map((option) => (random() < 0.3 ? { ...option, nodes: 2 } : option)),
    })),
  };
}

export interface SmallShape {
  runs: number;
  pools: number;
}

/** A few runs with everything that a problem may have, and little room: each by a seed. */
export function smallProblem(
  seed: number,
  { runs: runCount, pools: poolCount }: SmallShape,
): PortfolioProblem {
  const random = seeded(seed);
  const whole = (low: number, high: number) => Math.floor(low + random() * (high - low + 1));
  const chance = (share: number) => random() < share;
  const pools = Array.from({ length: poolCount }, (_, index) =>
    poolOf(
      `p${index}`,
      whole(1, 4),
      chance(0.4) ? [{ gpus: whole(1, 2), untilAt: portfolioAt + whole(-1, 6) * hour }] : [],
    ),
  );
  const runs = Array.from({ length: runCount }, (_, index) =>
    runOf(`r${index}`, {
      priority: whole(-20, 20),
      deadlineAt: chance(0.7) ? portfolioAt + whole(1, 14) * hour : null,
      earliestAt: chance(0.2) ? portfolioAt + whole(0, 4) * hour : null,
      after: index > 0 && chance(0.3) ? [`r${whole(0, index - 1)}`] : [],
      project: chance(0.5) ? `x${whole(0, 1)}` : null,
      options: pools.flatMap(({ id }) =>
        chance(0.75) ? [optionOf(id, whole(1, 3), whole(1, 6), whole(0, 40), whole(0, 900))] : [],
      ),
    }),
  );
  return problemOf(runs, pools, {
    budgetMicros: chance(0.5) ? whole(0, 40 * runCount) * 1_000_000 : null,
    projectBudgets: chance(0.4) ? { x0: whole(0, 50) * 1_000_000 } : {},
  });
}
