import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pool, PortfolioProblem, RunDemand } from '#shared/domain/plan.ts';
import type { Scenario } from '#shared/domain/what-if.ts';
import {
  asItStands,
  demandUnder,
  limitsUnder,
  machinesUnder,
  priceUnder,
  problemUnder,
} from '#shared/planner/what-if.ts';

const hour = 3_600_000;
const dollar = 1_000_000;
const under = (changes: Partial<Scenario>): Scenario => ({ ...asItStands, ...changes });

const pool = (id: string, kind: Pool['place']['kind'], accelerator: string): Pool => ({
  id,
  place: {
    kind,
    id,
    title: id,
    provider: kind === 'machine' ? null : 'aws',
    region: null,
    country: null,
    accelerator,
    gpus: 8,
    nodes: 1,
  },
  gpus: 8,
  busy: [],
});
const option = (poolId: string, hours: number, dollars: number) => ({
  poolId,
  gpus: 4,
  durationMs: hours * hour,
  costMicros: dollars * dollar,
  carbonGrams: 100,
});
const problem: PortfolioProblem = {
  at: 0,
  pools: [pool('own', 'machine', 'A100'), pool('rent', 'on-demand', 'H100'), pool('spot', 'spot', 'H100')],
  runs: [
    {
      id: 'a',
      name: 'a',
      priority: 0,
      deadlineAt: 48 * hour,
      earliestAt: null,
      after: [],
      project: 'p',
      options: [option('own', 10, 5), option('rent', 5, 60), option('spot', 6, 25)],
    },
  ],
  budgetMicros: 100 * dollar,
  projectBudgets: { p: 50 * dollar },
  weights: { cost: 1, time: 0, carbon: 0 },
};
const costs = {
  capexMicros: 35_040 * dollar,
  residualMicros: 0,
  overhead: 0,
  years: 4,
  powerKW: null,
  pue: 1,
  microsPerKWh: dollar,
  otherMicrosPerHour: 0,
  utilisation: 1,
};
const optionsOf = (changed: PortfolioProblem) => changed.runs[0]?.options ?? [];

describe('a plan over many runs', () => {
  it('stands as it is where nothing changes', () => {
    expect(problemUnder(problem, asItStands)).toBe(problem);
  });

  it('loses its spot pools, and what could go there', () => {
    const changed = problemUnder(problem, under({ spotOff: true }));
    expect(changed.pools.map(({ id }) => id)).toEqual(['own', 'rent']);
    expect(optionsOf(changed).map(({ poolId }) => poolId)).toEqual(['own', 'rent']);
  });

  it('loses a machine that is down', () => {
    const changed = problemUnder(problem, under({ withoutMachines: ['own'] }));
    expect(changed.pools.map(({ id }) => id)).toEqual(['rent', 'spot']);
    expect(optionsOf(changed)).toHaveLength(2);
  });

  it('pays more for what is rented, and no more for what is owned', () => {
    const changed = problemUnder(problem, under({ pricePercent: 20 }));
    expect(optionsOf(changed).map(({ costMicros }) => costMicros / dollar)).toEqual([5, 72, 30]);
  });

  it('takes longer, costs more and warms more by its work', () => {
    const changed = problemUnder(problem, under({ workPercent: 50 }));
    expect(optionsOf(changed)[1]).toMatchObject({
      durationMs: 7.5 * hour,
      costMicros: 90 * dollar,
      carbonGrams: 150,
    });
  });

  it('has its deadlines shifted and its budgets changed', () => {
    const changed = problemUnder(problem, under({ deadlineShiftMs: -24 * hour, budgetPercent: -50 }));
    expect(changed.runs[0]?.deadlineAt).toBe(24 * hour);
    expect(changed.budgetMicros).toBe(50 * dollar);
    expect(changed.projectBudgets).toEqual({ p: 25 * dollar });
  });

  it('gets the machines that are bought, for runs that could use their kind', () => {
    const machine = (accelerator: string) => ({ title: `8×${accelerator}`, accelerator, gpus: 8, costs });
    const changed = problemUnder(problem, under({ bought: [machine('H100'), machine('H200')] }), () => 700);
    expect(changed.pools.map(({ id }) => id)).toEqual(['own', 'rent', 'spot', 'bought-1', 'bought-2']);
    // 1 $/h of wear and 5.6 $/h of power; four of eight GPUs for five hours: 16.5 $.
    expect(optionsOf(changed).slice(3)).toEqual([
      { poolId: 'bought-1', gpus: 4, durationMs: 5 * hour, costMicros: 16.5 * dollar, carbonGrams: 100 },
    ]);
  });
});

const demand: RunDemand = {
  name: 'run',
  accelerators: [],
  gpuCounts: [8],
  cpus: null,
  memoryGiB: null,
  diskGiB: null,
  model: null,
  setup: null,
  tokens: 1e9,
  duration: { accelerator: 'H100', gpus: 8, ms: hour },
  measured: [],
  data: { bytes: 0, provider: null, region: null },
  resultBytes: 0,
  checkpointBytes: 0,
  checkpointEveryMs: hour,
  setupMs: 0,
  useSpot: 'only',
  label: null,
  countries: [],
};

describe('a plan of one run', () => {
  it('asks for no spot machine and more work', () => {
    expect(demandUnder(demand, under({ spotOff: true, workPercent: 10 }))).toMatchObject({
      useSpot: 'never',
      tokens: 1.1e9,
      duration: { ms: 1.1 * hour },
    });
    expect(
      demandUnder({ ...demand, tokens: null, duration: null }, under({ workPercent: 10 })),
    ).toMatchObject({
      useSpot: 'only',
      tokens: null,
      duration: null,
    });
  });

  it('keeps limits that are none', () => {
    const limits = {
      deadlineAt: null,
      budgetMicros: null,
      maxCarbonGrams: null,
      providers: [],
      excludedProviders: [],
      offerLabels: {},
    };
    const harder = under({ deadlineShiftMs: -hour, budgetPercent: -10 });
    expect(limitsUnder(limits, harder)).toEqual(limits);
    expect(limitsUnder({ ...limits, deadlineAt: 5 * hour, budgetMicros: 100 }, harder)).toMatchObject({
      deadlineAt: 4 * hour,
      budgetMicros: 90,
    });
  });

  it('finds no machine that is down', () => {
    expect(machinesUnder([{ id: 'a' }, { id: 'b' }], under({ withoutMachines: ['a'] }))).toEqual([
      { id: 'b' },
    ]);
  });
});

it('prices stay whole, rise with the per cent and never fall below 0', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10 ** 12 }),
      fc.double({ min: -99, max: 999, noNaN: true }),
      (micros, pricePercent) => {
        const price = priceUnder(micros, under({ pricePercent }));
        expect(Number.isSafeInteger(price) && price >= 0).toBe(true);
        expect(priceUnder(micros, under({ pricePercent: pricePercent + 1 }))).toBeGreaterThanOrEqual(price);
      },
    ),
    { seed: 6 },
  );
  expect(priceUnder(2_500_000, under({ pricePercent: 20 }))).toBe(3_000_000);
});
