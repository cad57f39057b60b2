import type { MemoryNeed, MemoryPart } from '../../domain/fit.ts';
import type { ModelShape, Setup } from '../../domain/workload.ts';
import { trainingActivations, trainingLogits } from './activations.ts';
import { add, computed, exactly, type Range, times } from './figures.ts';
import { servedActivations, servedCache, servedLogits, servedWeights } from './inference.ts';
import { overhead } from './overhead.ts';
import { type Split, type Stage, splitModel, stageParameters } from './split.ts';
import { type Part, trainingStates } from './states.ts';

interface Need {
  parts: { part: MemoryPart; of: Part }[];
  total: Range;
  /** Over all machines. */
  host: Range;
}

/** Memory of one GPU of the fullest stage. */
export function needOf(model: ModelShape, setup: Setup, gpus: number): Need {
  const split = splitModel(model, setup, gpus);
  const needs = split.stages.map((stage) => needOfStage(model, setup, split, stage, gpus));
  return needs.reduce((fullest, next) => (next.total.high > fullest.total.high ? next : fullest));
}

function needOfStage(model: ModelShape, setup: Setup, split: Split, stage: Stage, gpus: number): Need {
  const { parts, moving, host } =
    setup.kind === 'training'
      ? trainingParts(model, setup, split, stage)
      : inferenceParts(model, setup, split, stage);
  parts.push({ part: 'overhead', of: overhead(setup, split, gpus, stageParameters(stage), moving) });
  return { parts, total: add(...parts.map(({ of }) => of.bytes)), host };
}

type Parts = { parts: Need['parts']; moving: Range; host: Range };

function trainingParts(
  model: ModelShape,
  setup: Extract<Setup, { kind: 'training' }>,
  split: Split,
  stage: Stage,
): Parts {
  const states = trainingStates(model, setup, split, stage);
  const activations = trainingActivations(model, setup, split, stage);
  const logits = trainingLogits(model, setup, split, stage);
  const onHost = times(states.host, split.data * split.tensor * split.pipeline);
  return {
    parts: [
      { part: 'weights', of: states.weights },
      { part: 'gradients', of: states.gradients },
      { part: 'optimiser', of: states.optimiser },
      { part: 'activations', of: activations },
      { part: 'logits', of: logits },
    ],
    moving: add(activations.bytes, logits.bytes),
    // DeepSpeed counts half as much again for its pinned buffers.
    host: { low: onHost.low, high: onHost.high * 1.5 },
  };
}

function inferenceParts(
  model: ModelShape,
  setup: Extract<Setup, { kind: 'inference' }>,
  split: Split,
  stage: Stage,
): Parts {
  const activations = servedActivations(model, setup, split);
  const logits = servedLogits(model, setup, split, stage);
  return {
    parts: [
      { part: 'weights', of: servedWeights(model, setup, stage) },
      { part: 'cache', of: servedCache(model, setup, split, stage) },
      { part: 'activations', of: activations },
      { part: 'logits', of: logits },
    ],
    moving: add(activations.bytes, logits.bytes),
    host: exactly(0),
  };
}

const whole = ({ low, high }: Range) => ({ lowBytes: Math.floor(low), highBytes: Math.ceil(high) });

/** The same with every number opened to its formula. */
export function memoryNeedOf(model: ModelShape, setup: Setup, gpus: number): MemoryNeed {
  const need = needOf(model, setup, gpus);
  const parts = need.parts.map(({ part, of }) => ({ part, ...whole(of.bytes), figure: of.figure() }));
  const total = {
    lowBytes: parts.reduce((sum, { lowBytes }) => sum + lowBytes, 0),
    highBytes: parts.reduce((sum, { highBytes }) => sum + highBytes, 0),
  };
  return {
    parts,
    total,
    host: whole(need.host),
    figure: computed(
      'memoryPerGpu',
      { low: total.lowBytes, high: total.highBytes },
      'bytes',
      parts.map(({ part }) => part).join(' + '),
      parts.map(({ figure }) => figure),
    ),
  };
}
