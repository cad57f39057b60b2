import type { Reason } from '../../domain/figure.ts';
import type { ModelShape, TrainingSetup } from '../../domain/workload.ts';
import { say } from '../fit-sentences.ts';
import { largestBatch } from './batch.ts';
import { needOf } from './need.ts';
import type { Step, Steps } from './remedies.ts';
import { shardingNames } from './setup-names.ts';
import { judge } from './verdict.ts';

type Change = { setup: TrainingSetup; reason: Reason } | null;

const training =
  (change: (setup: TrainingSetup, gpus: number) => Change): Step =>
  ({ setup, gpus }) => {
    const made = setup.kind === 'training' ? change(setup, gpus) : null;
    return made === null ? null : { state: { setup: made.setup, gpus }, reasons: [made.reason] };
  };

/** What makes a training need less memory. */
export function trainingSteps(model: ModelShape, availableBytes: number): Steps {
  return {
    cheap: [
      flashAttention,
      sequenceParallel,
      smallerMicroBatch(model, availableBytes),
      sharding('zero1'),
      sharding('zero2'),
      sharding('zero3'),
      selectiveRecomputation,
      fullRecomputation,
    ],
    dear: [
      eightBitOptimiser,
      tensorParallel(model, availableBytes),
      moreGpus(model, availableBytes),
      offload(model, 'optimiser'),
      offload(model, 'all'),
      adapters('lora'),
      adapters('qlora'),
    ],
    together: 5,
  };
}

const flashAttention = training((setup) =>
  setup.flashAttention ? null : { setup: { ...setup, flashAttention: true }, reason: say('REMEDY_FLASH') },
);

const sequenceParallel = training((setup) =>
  setup.sequenceParallel || setup.tensorParallel === 1
    ? null
    : { setup: { ...setup, sequenceParallel: true }, reason: say('REMEDY_SEQUENCE_PARALLEL') },
);

const selectiveRecomputation = training((setup) =>
  setup.flashAttention || setup.recomputation !== 'none'
    ? null
    : { setup: { ...setup, recomputation: 'selective' }, reason: say('REMEDY_SELECTIVE') },
);

const fullRecomputation = training((setup) =>
  setup.recomputation === 'full'
    ? null
    : { setup: { ...setup, recomputation: 'full' }, reason: say('REMEDY_RECOMPUTE') },
);

const eightBitOptimiser = training((setup) =>
  setup.optimiser !== 'adamw'
    ? null
    : { setup: { ...setup, optimiser: 'adamw-8bit' }, reason: say('REMEDY_OPTIMISER', { before: 'AdamW' }) },
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

const sharding = (value: 'zero1' | 'zero2' | 'zero3'): Step =>
  training((setup, gpus) => {
    const replicas = Math.floor(gpus / (setup.tensorParallel * setup.pipelineParallel));
    if (replicas < 2 || stages.indexOf(setup.sharding) >= stages.indexOf(value)) return null;
    if (setup.pipelineParallel > 1 && value !== 'zero1') return null;
    const names = { value: shardingNames[value], before: shardingNames[setup.sharding] };
    return { setup: { ...setup, sharding: value }, reason: say('REMEDY_SHARDING', names) };
  });

/** The least tensor parallelism within a machine that fits; else the most there can be. */
const tensorParallel = (model: ModelShape, availableBytes: number): Step =>
  training((setup, gpus) => {
    const made = [2, 4, 8]
      .filter(
        (value) =>
          value > setup.tensorParallel &&
          model.heads % value === 0 &&
          gpus % (value * setup.pipelineParallel) === 0,
      )
      .map((value) => ({ ...setup, tensorParallel: value, sequenceParallel: true }));
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
    const keeps = setup.pipelineParallel > 1 || setup.sharding === 'fsdp' || setup.sharding === 'zero3';
    const before = shardingNames[setup.sharding];
    for (let more = gpus * 2; more <= Math.max(64, gpus * 16); more *= 2) {
      const replicas = Math.floor(more / (setup.tensorParallel * setup.pipelineParallel));
      const next: TrainingSetup = {
        ...setup,
        sharding: keeps ? setup.sharding : 'zero3',
        globalBatch: Math.max(setup.globalBatch, replicas * setup.microBatch),
      };
      if (judge(needOf(model, next, more).total, availableBytes) !== 'fits') continue;
      const reasons = [say('REMEDY_GPUS', { value: more, before: gpus })];
      if (!keeps) reasons.push(say('REMEDY_SHARDING', { value: shardingNames.zero3, before }));
      return { state: { setup: next, gpus: more }, reasons };
    }
    return null;
  };

const offload = (model: ModelShape, value: 'optimiser' | 'all'): Step =>
  training((setup, gpus) => {
    if (setup.offload === 'all' || setup.offload === value || setup.pipelineParallel > 1) return null;
    const whole = setup.sharding === 'fsdp' ? 'fsdp' : 'zero3';
    const next: TrainingSetup = {
      ...setup,
      offload: value,
      sharding: value === 'all' ? whole : setup.sharding === 'ddp' ? 'zero2' : setup.sharding,
    };
    const host = Math.ceil(needOf(model, next, gpus).host.high / 1e9);
    const code = value === 'all' ? 'REMEDY_OFFLOAD_ALL' : 'REMEDY_OFFLOAD_OPTIMISER';
    return { setup: next, reason: say(code, { host }) };
  });

const adapters = (method: 'lora' | 'qlora'): Step =>
  training((setup) => {
    if (setup.method === method || setup.method === 'qlora') return null;
    const code = method === 'lora' ? 'REMEDY_LORA' : 'REMEDY_QLORA';
    return { setup: { ...setup, method }, reason: say(code, { rank: setup.lora.rank }) };
  });
