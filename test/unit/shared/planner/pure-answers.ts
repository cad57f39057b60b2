import type { Offer } from '#shared/domain/catalog.ts';
import { type PortfolioProblem, strategies } from '#shared/domain/plan.ts';
import type { TrainingSetup } from '#shared/domain/workload.ts';
import { fit as judge } from '#shared/planner/fit/index.ts';
import { findPreset } from '#shared/planner/models/index.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';
import { place, workEngine } from '#shared/planner/place/index.ts';
import { byRule, firstPlan, readProblem, toSolution } from '#shared/planner/portfolio/index.ts';
import { smallProblem } from '#test/fakes/portfolio.ts';
import {
  accelerators,
  at,
  hour,
  someDemand,
  someInputs,
  someLimits,
  someMachine,
  someOffer,
  someQuestion,
} from './place/some-world.ts';

/** How inputs are written: as they are, or the same with the keys of every object in another order. */
export type Write = <T>(value: T) => T;

/** The keys of every object in another order, by a seed; lists stay in theirs. */
export function shuffled(seed: number): Write {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  const write = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(write);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, each]) => ({ key, value: write(each), rank: next() }));
    return Object.fromEntries(entries.sort((a, b) => a.rank - b.rank).map((each) => [each.key, each.value]));
  };
  return write as Write;
}

const model = findPreset('Llama-3.1-8B');
const setup: TrainingSetup = {
  kind: 'training',
  method: 'full',
  lora: { rank: 16, targets: 'all-linear' },
  precision: 'bf16',
  optimiser: 'adamw',
  sharding: 'fsdp',
  offload: 'none',
  recomputation: 'full',
  flashAttention: true,
  sequence: 4096,
  microBatch: 1,
  globalBatch: 64,
  tensorParallel: 1,
  pipelineParallel: 1,
  sequenceParallel: false,
};

const offers: Offer[] = ['H100', 'A100-80GB', 'A100', 'L4'].flatMap((accelerator, kind) =>
  ['aws', 'gcp', 'lambda'].flatMap((provider, index) =>
    [1, 8].map((acceleratorCount) =>
      someOffer({
        provider,
        accelerator,
        acceleratorCount,
        instanceType: `${accelerator}-${acceleratorCount}`,
        onDemandMicrosPerHour: (4 - kind) * acceleratorCount * 1_000_000 + index * 12_345,
        spotMicrosPerHour: (4 - kind) * acceleratorCount * 333_333,
        spotBand: index,
      }),
    ),
  ),
);

function placed(write: Write) {
  const question = someQuestion({
    objective: 'balanced',
    demand: someDemand({ model, setup, tokens: 2e9, duration: null, useSpot: 'allowed', resultBytes: 5e12 }),
    limits: someLimits({
      deadlineAt: at + 90 * hour,
      budgetMicros: 3_000_000_000,
      offerLabels: { aws: 'internal', gcp: 'internal', lambda: 'public' },
    }),
  });
  const machines = [someMachine(), someMachine({ id: 'ibis', name: 'ibis', microsPerHour: 3_000_000 })];
  const inputs = { ...write(someInputs([], machines)), offers: OfferTable.of(write(offers)) };
  return place(write(question), inputs, workEngine(inputs.accelerators));
}

function planned(write: Write) {
  return [1, 2, 3].flatMap((seed) => {
    const problem: PortfolioProblem = {
      ...smallProblem(seed, { runs: 12, pools: 4 }),
      projectBudgets: { a: 9_000_000, b: 5_000_000, c: 1_000_000 },
    };
    return strategies.map((strategy) => {
      const instance = readProblem(write(problem));
      const schedule = strategy === 'optimal' ? firstPlan(instance, []) : byRule(instance, strategy);
      return toSolution(schedule, { strategy, bound: null, improving: false, tookMs: 0, conflict: [] });
    });
  });
}

function fitted(write: Write) {
  const [accelerator] = accelerators;
  if (model === null || accelerator === undefined) throw new Error('the catalogue has none');
  return judge(write({ model, setup, accelerator, gpus: 8 }));
}

/** What planning answers to the same questions, whole. */
export const answers = (write: Write = (value) => value) => ({
  place: placed(write),
  many: planned(write),
  fit: fitted(write),
});

if (process.argv[1] === import.meta.filename) process.stdout.write(JSON.stringify(answers()));
