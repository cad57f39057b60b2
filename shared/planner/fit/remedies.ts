import type { Reason } from '../../domain/figure.ts';
import type { FitVerdict, Remedy } from '../../domain/fit.ts';
import type { ModelShape, Setup, TrainingSetup } from '../../domain/workload.ts';
import { say } from '../fit-sentences.ts';
import { largestBatch } from './batch.ts';
import { needOf } from './need.ts';
import { judge } from './verdict.ts';

interface State {
  setup: Setup;
  gpus: number;
}
/** A change, and how it is said; null where it changes nothing. */
type Step = (state: State) => { state: State; reason: Reason } | null;

/** At most so many are offered. */
const most = 8;

interface Question {
  model: ModelShape;
  setup: Setup;
  gpus: number;
  availableBytes: number;
  verdict: FitVerdict;
}

/**
 * What would make it fit, the cheapest first: what costs nothing, then time, then money, then what is trained. Each is computed
 * anew before it is offered. Where no change is enough by itself, the cheapest of them go together.
 */
export function remediesOf(question: Question): Remedy[] {
  const { model, setup, gpus, availableBytes, verdict } = question;
  if (verdict === 'fits') return [];
  const steps =
    setup.kind === 'training' ? trainingSteps(model, availableBytes) : servingSteps(model, availableBytes);
  const found: Remedy[] = [];
  for (const step of steps) {
    const one = remedyOf(model, availableBytes, { setup, gpus }, [step.make]);
    if (one && isBetter(one.verdict, verdict)) found.push(one);
  }
  if (!found.some((one) => one.verdict === 'fits')) {
    const together = cumulative(model, availableBytes, { setup, gpus }, steps);
    if (together && isBetter(together.verdict, verdict)) found.push(together);
  }
  return found.slice(0, most);
}

const isBetter = (now: FitVerdict, before: FitVerdict): boolean =>
  now === 'fits' || (now === 'tight' && before === 'no');

interface Named {
  make: Step;
  /** Changes what comes out of it: never part of what goes together. */
  alone?: boolean;
}

function remedyOf(model: ModelShape, availableBytes: number, from: State, steps: Step[]): Remedy | null {
  let state = from;
  const reasons: Reason[] = [];
  for (const step of steps) {
    const next = step(state);
    if (next === null) continue;
    state = next.state;
    reasons.push(next.reason);
  }
  const [reason, ...also] = reasons;
  if (reason === undefined) return null;
  const need = needOf(model, state.setup, state.gpus);
  return {
    reason,
    also,
    setup: state.setup,
    gpus: state.gpus,
    total: { lowBytes: Math.floor(need.total.low), highBytes: Math.ceil(need.total.high) },
    verdict: judge(need.total, availableBytes),
  };
}

/** Adds step after step until it fits, then leaves out every one that it fits without. */
function cumulative(model: ModelShape, availableBytes: number, from: State, steps: Named[]): Remedy | null {
  let chosen: Step[] = [];
  let best: Remedy | null = null;
  for (const step of steps) {
    if (step.alone) continue;
    const next = remedyOf(model, availableBytes, from, [...chosen, step.make]);
    if (next === null) continue;
    chosen.push(step.make);
    best = next;
    if (next.verdict === 'fits') break;
  }
  if (best === null || best.verdict === 'no') return best;
  for (const step of [...chosen]) {
    const without = chosen.filter((other) => other !== step);
    const next = without.length === 0 ? null : remedyOf(model, availableBytes, from, without);
    if (next !== null && !isBetter(best.verdict, next.verdict)) {
      chosen = without;
      best = next;
    }
  }
  return best;
}

const training =
  (change: (setup: TrainingSetup, gpus: number) => { setup: TrainingSetup; reason: Reason } | null): Step =>
  ({ setup, gpus }) => {
    const made = setup.kind === 'training' ? change(setup, gpus) : null;
    return made === null ? null : { state: { setup: made.setup, gpus }, reason: made.reason };
  };

function trainingSteps(model: ModelShape, availableBytes: number): Named[] {
  return [
    {
      make: training((setup) =>
        setup.flashAttention
          ? null
          : { setup: { ...setup, flashAttention: true }, reason: say('REMEDY_FLASH') },
      ),
    },
    { make: sequenceParallel },
    { make: smallerMicroBatch(model, availableBytes) },
    ...(['zero1', 'zero2', 'zero3'] as const).map((value) => ({ make: sharding(value) })),
    {
      make: training((setup) =>
        setup.flashAttention || setup.recomputation !== 'none'
          ? null
          : { setup: { ...setup, recomputation: 'selective' }, reason: say('REMEDY_SELECTIVE') },
      ),
    },
    {
      make: training((setup) =>
        setup.recomputation === 'full'
          ? null
          : { setup: { ...setup, recomputation: 'full' }, reason: say('REMEDY_RECOMPUTE') },
      ),
    },
    {
      make: training((setup) =>
        setup.optimiser !== 'adamw'
          ? null
          : {
              setup: { ...setup, optimiser: 'adamw-8bit' },
              reason: say('REMEDY_OPTIMISER', { before: 'AdamW' }),
            },
      ),
    },
    { make: tensorParallel(model, availableBytes) },
    { make: moreGpus(model, availableBytes) },
    { make: offload(model, 'optimiser') },
    { make: offload(model, 'all') },
    { make: adapters('lora'), alone: true },
    { make: adapters('qlora'), alone: true },
  ];
}

const sequenceParallel = training((setup) =>
  setup.sequenceParallel || setup.tensorParallel === 1
    ? null
    : { setup: { ...setup, sequenceParallel: true }, reason: say('REMEDY_SEQUENCE_PARALLEL') },
);

const smallerMicroBatch = (model: ModelShape, availableBytes: number): Step =>
  training((setup, gpus) => {
    if (setup.microBatch === 1) return null;
    // Where not even one fits, one is what goes with other changes.
    const value = Math.max(
      1,
      Math.min(setup.microBatch - 1, largestBatch(model, setup, gpus, availableBytes)),
    );
    return { setup: { ...setup, microBatch: value }, reason: say('REMEDY_MICRO_BATCH', { value }) };
  });

const stages = ['ddp', 'zero1', 'zero2', 'zero3', 'fsdp'];
const shardingNames = {
  ddp: 'DDP',
  zero1: 'ZeRO-1',
  zero2: 'ZeRO-2',
  zero3: 'ZeRO-3',
  fsdp: 'FSDP',
} as const;
const sharding = (value: 'zero1' | 'zero2' | 'zero3'): Step =>
  training((setup, gpus) => {
    const replicas = Math.floor(gpus / (setup.tensorParallel * setup.pipelineParallel));
    if (replicas < 2 || stages.indexOf(setup.sharding) >= stages.indexOf(value)) return null;
    if (setup.pipelineParallel > 1 && value !== 'zero1') return null;
    return {
      setup: { ...setup, sharding: value },
      reason: say('REMEDY_SHARDING', { value: shardingNames[value], before: shardingNames[setup.sharding] }),
    };
  });

/** The least tensor parallelism within a machine that fits; else the most there can be. */
const tensorParallel = (model: ModelShape, availableBytes: number): Step =>
  training((setup, gpus) => {
    const possible = [2, 4, 8].filter(
      (value) =>
        value > setup.tensorParallel &&
        model.heads % value === 0 &&
        gpus % (value * setup.pipelineParallel) === 0,
    );
    const made = possible.map((value) => ({ ...setup, tensorParallel: value, sequenceParallel: true }));
    const chosen =
      made.find((next) => judge(needOf(model, next, gpus).total, availableBytes) === 'fits') ?? made.at(-1);
    return chosen === undefined
      ? null
      : { setup: chosen, reason: say('REMEDY_TENSOR', { value: chosen.tensorParallel }) };
  });

/** The fewest GPUs, by doubling, on which it fits sharded whole. */
const moreGpus =
  (model: ModelShape, availableBytes: number): Step =>
  ({ setup, gpus }) => {
    if (setup.kind !== 'training') return null;
    const sharded: TrainingSetup =
      setup.pipelineParallel > 1 || setup.sharding === 'fsdp' ? setup : { ...setup, sharding: 'zero3' };
    for (let more = gpus * 2; more <= Math.max(64, gpus * 16); more *= 2) {
      const batch = Math.max(
        setup.globalBatch,
        Math.floor(more / (setup.tensorParallel * setup.pipelineParallel)) * setup.microBatch,
      );
      const next = { ...sharded, globalBatch: batch };
      if (judge(needOf(model, next, more).total, availableBytes) === 'fits')
        return {
          state: { setup: next, gpus: more },
          reason: say('REMEDY_GPUS', { value: more, before: gpus }),
        };
    }
    return null;
  };

const offload = (model: ModelShape, value: 'optimiser' | 'all'): Step =>
  training((setup, gpus) => {
    if (setup.offload === 'all' || setup.offload === value || setup.pipelineParallel > 1) return null;
    const sharded =
      value === 'all'
        ? setup.sharding === 'fsdp'
          ? 'fsdp'
          : 'zero3'
        : setup.sharding === 'ddp'
          ? 'zero2'
          : setup.sharding;
    const next: TrainingSetup = { ...setup, offload: value, sharding: sharded };
    const host = Math.ceil(needOf(model, next, gpus).host.high / 1e9);
    const code = value === 'all' ? 'REMEDY_OFFLOAD_ALL' : 'REMEDY_OFFLOAD_OPTIMISER';
    return { setup: next, reason: say(code, { host }) };
  });

const adapters = (method: 'lora' | 'qlora'): Step =>
  training((setup) => {
    if (setup.method === method || setup.method === 'qlora') return null;
    // Of adapters there is little to shard or to keep elsewhere; activations are what is left.
    const next: TrainingSetup = { ...setup, method };
    const code = method === 'lora' ? 'REMEDY_LORA' : 'REMEDY_QLORA';
    return { setup: next, reason: say(code, { rank: setup.lora.rank }) };
  });

function servingSteps(model: ModelShape, availableBytes: number): Named[] {
  const serving =
    (
      change: (
        setup: Extract<Setup, { kind: 'inference' }>,
        gpus: number,
      ) => { state: State; reason: Reason } | null,
    ): Step =>
    ({ setup, gpus }) =>
      setup.kind === 'inference' ? change(setup, gpus) : null;
  const wide = (format: string): boolean => ['fp32', 'fp16', 'bf16'].includes(format);
  const weights = (value: 'fp8' | 'int8' | 'int4'): Step =>
    serving((setup, gpus) =>
      setup.weights === value ||
      ['int4', 'nf4'].includes(setup.weights) ||
      (value !== 'int4' && !wide(setup.weights))
        ? null
        : { state: { setup: { ...setup, weights: value }, gpus }, reason: say('REMEDY_WEIGHTS', { value }) },
    );
  return [
    {
      make: serving((setup, gpus) =>
        wide(setup.cache)
          ? {
              state: { setup: { ...setup, cache: 'fp8' }, gpus },
              reason: say('REMEDY_CACHE', { value: 'fp8' }),
            }
          : null,
      ),
    },
    {
      make: serving((setup, gpus) => {
        if (setup.batch === 1) return null;
        const value = Math.max(
          1,
          Math.min(setup.batch - 1, largestBatch(model, setup, gpus, availableBytes)),
        );
        return { state: { setup: { ...setup, batch: value }, gpus }, reason: say('REMEDY_BATCH', { value }) };
      }),
    },
    { make: serving((setup, gpus) => widerServing(model, availableBytes, setup, gpus, false)) },
    { make: weights('int8') },
    { make: weights('int4') },
    { make: serving((setup, gpus) => shorterContext(model, availableBytes, setup, gpus)) },
    { make: serving((setup, gpus) => widerServing(model, availableBytes, setup, gpus, true)) },
  ];
}

type Serving = Extract<Setup, { kind: 'inference' }>;

/** The least tensor parallelism that fits on the GPUs there are; with `more`, on as many as it takes, up to 8. */
function widerServing(
  model: ModelShape,
  availableBytes: number,
  setup: Serving,
  gpus: number,
  more: boolean,
): { state: State; reason: Reason } | null {
  for (const value of [2, 4, 8]) {
    const needed = value * setup.pipelineParallel;
    if (value <= setup.tensorParallel || model.heads % value !== 0 || needed > gpus !== more) continue;
    const next = { ...setup, tensorParallel: value };
    const count = Math.max(gpus, needed);
    if (judge(needOf(model, next, count).total, availableBytes) !== 'fits') continue;
    const reason = more
      ? say('REMEDY_GPUS', { value: count, before: gpus })
      : say('REMEDY_TENSOR', { value });
    return { state: { setup: next, gpus: count }, reason };
  }
  return null;
}

/** The longest context, by halving, that fits; at least 1,024 tokens. */
function shorterContext(
  model: ModelShape,
  availableBytes: number,
  setup: Serving,
  gpus: number,
): { state: State; reason: Reason } | null {
  for (let value = Math.floor(setup.context / 2); value >= 1024; value = Math.floor(value / 2)) {
    const next = { ...setup, context: value };
    if (judge(needOf(model, next, gpus).total, availableBytes) === 'fits')
      return { state: { setup: next, gpus }, reason: say('REMEDY_CONTEXT', { value }) };
  }
  return null;
}
