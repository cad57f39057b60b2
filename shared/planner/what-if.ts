import type { Micros } from '../domain/money.ts';
import type { PlanLimits, Pool, PortfolioProblem, PortfolioRun, RunDemand } from '../domain/plan.ts';
import type { Scenario } from '../domain/what-if.ts';
import { ownHourlyRate } from './own-costs.ts';

/** The scenario that changes nothing: the plan as it stands. */
export const asItStands: Scenario = {
  id: 'base',
  name: '-',
  spotOff: false,
  pricePercent: 0,
  withoutMachines: [],
  deadlineShiftMs: 0,
  budgetPercent: 0,
  workPercent: 0,
  bought: [],
};

/** Whether it changes anything at all. */
export const changesNothing = (scenario: Scenario): boolean =>
  !scenario.spotOff &&
  scenario.pricePercent === 0 &&
  scenario.withoutMachines.length === 0 &&
  scenario.deadlineShiftMs === 0 &&
  scenario.budgetPercent === 0 &&
  scenario.workPercent === 0 &&
  scenario.bought.length === 0;

const factorOf = (percent: number): number => 1 + percent / 100;

/** A rented price under it, rounded up to a whole micro-dollar; what is free stays free. */
export const priceUnder = (micros: Micros, { pricePercent }: Scenario): Micros =>
  scaled(micros, pricePercent);

/** Exact where nothing changes. Amounts are never below 0 and never above what is exact as a number. */
const scaled = (micros: Micros, percent: number): Micros =>
  percent === 0
    ? micros
    : Math.min(Math.max(0, Math.ceil(micros * factorOf(percent) - 1e-6)), Number.MAX_SAFE_INTEGER);

/** The machines that are there under it. */
export const machinesUnder = <M extends { id: string }>(machines: readonly M[], scenario: Scenario): M[] =>
  machines.filter(({ id }) => !scenario.withoutMachines.includes(id));

/** What one run needs under it: more or less work, and no spot machines where they are off. */
export function demandUnder(demand: RunDemand, { spotOff, workPercent }: Scenario): RunDemand {
  const work = factorOf(workPercent);
  return {
    ...demand,
    useSpot: spotOff ? 'never' : demand.useSpot,
    tokens: demand.tokens === null ? null : demand.tokens * work,
    duration: demand.duration === null ? null : { ...demand.duration, ms: demand.duration.ms * work },
  };
}

/** Deadline and budget under it. */
export function limitsUnder(limits: PlanLimits, { deadlineShiftMs, budgetPercent }: Scenario): PlanLimits {
  return {
    ...limits,
    deadlineAt: limits.deadlineAt === null ? null : limits.deadlineAt + deadlineShiftMs,
    budgetMicros: limits.budgetMicros === null ? null : scaled(limits.budgetMicros, budgetPercent),
  };
}

/** An accelerator's draw in watts by its name, where the catalogue knows it: what a bought machine's power is computed from. */
export type PowerOf = (accelerator: string) => number | null;

/** A plan over many runs under it. Options of pools that are gone go with them; bought machines become pools of their own. */
export function problemUnder(
  problem: PortfolioProblem,
  scenario: Scenario,
  powerOf: PowerOf = () => null,
): PortfolioProblem {
  if (changesNothing(scenario)) return problem;
  const pools = problem.pools.filter((pool) => isThere(pool, scenario));
  const byId = new Map(pools.map((pool) => [pool.id, pool]));
  const bought = boughtPools(scenario);
  const accelerators = new Map(problem.pools.map(({ id, place }) => [id, place.accelerator]));
  const { budgetPercent, deadlineShiftMs } = scenario;
  return {
    ...problem,
    pools: [...pools, ...bought.map(({ pool }) => pool)],
    budgetMicros: problem.budgetMicros === null ? null : scaled(problem.budgetMicros, budgetPercent),
    projectBudgets: Object.fromEntries(
      Object.entries(problem.projectBudgets).map(([project, amount]) => [
        project,
        scaled(amount, budgetPercent),
      ]),
    ),
    runs: problem.runs.map((run) => ({
      ...run,
      deadlineAt: run.deadlineAt === null ? null : run.deadlineAt + deadlineShiftMs,
      options: [
        ...run.options.flatMap((option) => optionUnder(option, byId.get(option.poolId), scenario)),
        ...bought.flatMap((machine) => boughtOption(run, machine, accelerators, scenario, powerOf)),
      ],
    })),
  };
}

type Option = PortfolioRun['options'][number];

const isThere = ({ place }: Pool, { spotOff, withoutMachines }: Scenario): boolean =>
  !(spotOff && place.kind === 'spot') && !(place.kind === 'machine' && withoutMachines.includes(place.id));

/** None where its pool is gone. */
function optionUnder(option: Option, pool: Pool | undefined, scenario: Scenario): Option[] {
  if (!pool) return [];
  const work = factorOf(scenario.workPercent);
  const worked = scaled(option.costMicros, scenario.workPercent);
  return [
    {
      ...option,
      durationMs: option.durationMs * work,
      carbonGrams: option.carbonGrams * work,
      costMicros: pool.place.kind === 'machine' ? worked : priceUnder(worked, scenario),
    },
  ];
}

interface BoughtPool {
  pool: Pool;
  machine: Scenario['bought'][number];
}

const boughtPools = ({ bought }: Scenario): BoughtPool[] =>
  bought.map((machine, index) => ({
    machine,
    pool: {
      id: `bought-${index + 1}`,
      place: {
        kind: 'machine',
        id: `bought-${index + 1}`,
        title: machine.title,
        provider: null,
        region: null,
        country: null,
        accelerator: machine.accelerator,
        gpus: machine.gpus,
        nodes: 1,
      },
      gpus: machine.gpus,
      busy: [],
    },
  }));

/**
 * A run may go to a bought machine where it could go to the same accelerator elsewhere: it takes as long as on the fastest
 * of those that ask for no more GPUs than it has, and costs its GPUs' share of the machine's hours.
 */
function boughtOption(
  run: PortfolioRun,
  { pool, machine }: BoughtPool,
  accelerators: ReadonlyMap<string, string | null>,
  scenario: Scenario,
  powerOf: PowerOf,
): Option[] {
  const like = run.options
    .filter(({ poolId, gpus }) => accelerators.get(poolId) === machine.accelerator && gpus <= machine.gpus)
    .reduce<Option | null>(
      (best, option) => (best === null || option.durationMs < best.durationMs ? option : best),
      null,
    );
  if (like === null) return [];
  const durationMs = like.durationMs * factorOf(scenario.workPercent);
  const { microsPerHour } = ownHourlyRate(machine.costs, machine.gpus, powerOf(machine.accelerator));
  const share = like.gpus / machine.gpus;
  return [
    {
      ...like,
      poolId: pool.id,
      durationMs,
      costMicros: Math.ceil((microsPerHour * share * durationMs) / 3_600_000),
    },
  ];
}
