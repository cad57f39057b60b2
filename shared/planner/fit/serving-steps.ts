import type { Reason } from '../../domain/figure.ts';
import type { InferenceSetup, ModelShape } from '../../domain/workload.ts';
import { say } from '../fit-sentences.ts';
import { largestBatch } from './batch.ts';
import { needOf } from './need.ts';
import type { Step, Steps } from './remedies.ts';
import { judge } from './verdict.ts';

type Change = { setup: InferenceSetup; gpus?: number; reasons: Reason[] } | null;

const serving =
  (change: (setup: InferenceSetup, gpus: number) => Change): Step =>
  ({ setup, gpus }) => {
    const made = setup.kind === 'inference' ? change(setup, gpus) : null;
    return made === null
      ? null
      : { state: { setup: made.setup, gpus: made.gpus ?? gpus }, reasons: made.reasons };
  };

/** What makes serving need less memory. */
export function servingSteps(model: ModelShape, availableBytes: number): Steps {
  return {
    cheap: [smallerCache, tensorParallel(model, availableBytes), smallerBatch(model, availableBytes)],
    dear: [
      quantise('int8'),
      quantise('int4'),
      shorterContext(model, availableBytes),
      moreGpus(model, availableBytes),
    ],
    together: 4,
  };
}

const isWide = (format: string): boolean => ['fp32', 'fp16', 'bf16'].includes(format);

const smallerCache = serving((setup) =>
  isWide(setup.cache)
    ? { setup: { ...setup, cache: 'fp8' }, reasons: [say('REMEDY_CACHE', { value: 'fp8' })] }
    : null,
);

const quantise = (value: 'int8' | 'int4'): Step =>
  serving((setup) => {
    const isSmaller = value === 'int8' ? isWide(setup.weights) : !['int4', 'nf4'].includes(setup.weights);
    return isSmaller
      ? { setup: { ...setup, weights: value }, reasons: [say('REMEDY_WEIGHTS', { value })] }
      : null;
  });

const smallerBatch = (model: ModelShape, availableBytes: number): Step =>
  serving((setup, gpus) => {
    if (setup.batch === 1) return null;
    const value = Math.max(1, Math.min(setup.batch - 1, largestBatch(model, setup, gpus, availableBytes)));
    return { setup: { ...setup, batch: value }, reasons: [say('REMEDY_BATCH', { value })] };
  });

/** The least tensor parallelism that fits on the GPUs there are; else the most there can be. */
const tensorParallel = (model: ModelShape, availableBytes: number): Step =>
  serving((setup, gpus) => {
    const made = [2, 4, 8]
      .filter(
        (value) =>
          value > setup.tensorParallel && model.heads % value === 0 && value * setup.pipelineParallel <= gpus,
      )
      .map((value) => ({ ...setup, tensorParallel: value }));
    const chosen =
      made.find((next) => judge(needOf(model, next, gpus).total, availableBytes) === 'fits') ?? made.at(-1);
    return chosen === undefined
      ? null
      : { setup: chosen, reasons: [say('REMEDY_TENSOR', { value: chosen.tensorParallel })] };
  });

/** The fewest GPUs over which it can be split to fit: each layer over up to 8, then the layers over machines. */
const moreGpus = (model: ModelShape, availableBytes: number): Step =>
  serving((setup, gpus) => {
    for (const [tensor, pipeline] of [
      [2, 1],
      [4, 1],
      [8, 1],
      [8, 2],
      [8, 4],
      [8, 8],
    ] as const) {
      const count = tensor * pipeline;
      if (count <= gpus || model.heads % tensor !== 0 || pipeline > model.layers) continue;
      const next = { ...setup, tensorParallel: tensor, pipelineParallel: pipeline };
      if (judge(needOf(model, next, count).total, availableBytes) !== 'fits') continue;
      const reasons = [
        say('REMEDY_GPUS', { value: count, before: gpus }),
        say('REMEDY_TENSOR', { value: tensor }),
      ];
      if (pipeline > 1) reasons.push(say('REMEDY_PIPELINE', { value: pipeline }));
      return { setup: next, gpus: count, reasons };
    }
    return null;
  });

/** The longest context, by halving, that fits; at least 1,024 tokens. */
const shorterContext = (model: ModelShape, availableBytes: number): Step =>
  serving((setup, gpus) => {
    for (let value = Math.floor(setup.context / 2); value >= 1024; value = Math.floor(value / 2)) {
      const next = { ...setup, context: value };
      if (judge(needOf(model, next, gpus).total, availableBytes) === 'fits')
        return { setup: next, reasons: [say('REMEDY_CONTEXT', { value })] };
    }
    return null;
  });
