import type { AcceleratorModel, PeakType } from '../../domain/catalog.ts';
import type { Reason } from '../../domain/figure.ts';
import { TrainyardError } from '../../domain/trainyard-error.ts';
import type { InferenceSetup, ModelShape, Setup, TrainingSetup } from '../../domain/workload.ts';
import { type FitSentence, say } from '../fit-sentences.ts';

/** Refuses what no arithmetic can be done for. Throws FIT_GPUS_TOO_FEW, FIT_PIPELINE_TOO_DEEP. */
export function refuseImpossible(model: ModelShape, setup: Setup, gpus: number): void {
  const group = setup.tensorParallel * setup.pipelineParallel;
  if (!Number.isInteger(gpus) || gpus < group)
    throw new TrainyardError(
      'FIT_GPUS_TOO_FEW',
      `Tensor-parallel × pipeline-parallel is ${group}, and there are ${gpus} GPUs. Take more GPUs, or split less.`,
      { params: { gpus, group } },
    );
  if (setup.pipelineParallel > model.layers)
    throw new TrainyardError(
      'FIT_PIPELINE_TOO_DEEP',
      `${setup.pipelineParallel} pipeline stages are more than the ${model.layers} layers of ${model.name}.`,
      { params: { pipeline: setup.pipelineParallel, layers: model.layers, name: model.name } },
    );
}

/** What does not go together, in words; what was guessed of the model comes first. */
export function warningsOf(
  model: ModelShape,
  setup: Setup,
  accelerator: AcceleratorModel,
  gpus: number,
): Reason[] {
  const warnings: Reason[] = [...(model.notes ?? [])];
  const warn = (applies: boolean, code: FitSentence, params: Reason['params'] = {}) => {
    if (applies) warnings.push(say(code, params));
  };
  const { tensorParallel: tensor, pipelineParallel: pipeline } = setup;
  const group = tensor * pipeline;
  warn(gpus % group !== 0, 'FIT_GPUS_NOT_MULTIPLE', { gpus, group, idle: gpus % group });
  warn(model.heads % tensor !== 0, 'FIT_TENSOR_HEADS', { tensor, heads: model.heads });
  warn(tensor > 8, 'FIT_TENSOR_WIDE', { tensor });
  warn(model.layers % pipeline !== 0, 'FIT_PIPELINE_LAYERS', { layers: model.layers, pipeline });
  if (setup.kind === 'training') trainingWarnings(model, setup, accelerator, gpus, warn);
  else inferenceWarnings(model, setup, accelerator, warn);
  return warnings;
}

type Warn = (applies: boolean, code: FitSentence, params?: Reason['params']) => void;
const has = ({ peaks }: AcceleratorModel, type: PeakType): boolean =>
  peaks.some((peak) => peak.type === type);

function trainingWarnings(
  model: ModelShape,
  setup: TrainingSetup,
  accelerator: AcceleratorModel,
  gpus: number,
  warn: Warn,
): void {
  const { tensorParallel: tensor, pipelineParallel: pipeline, sharding, offload } = setup;
  const data = Math.max(1, Math.floor(gpus / (tensor * pipeline)));
  const { name } = accelerator;
  const knows = accelerator.peaks.length > 0;
  warn(knows && setup.precision === 'bf16' && !has(accelerator, 'bf16'), 'FIT_NO_BF16', {
    accelerator: name,
  });
  warn(knows && setup.precision === 'fp8' && !has(accelerator, 'fp8'), 'FIT_NO_FP8', { accelerator: name });
  warn(setup.globalBatch % (data * setup.microBatch) !== 0, 'FIT_GLOBAL_BATCH', {
    batch: setup.globalBatch,
    data,
    micro: setup.microBatch,
  });
  warn(setup.sequence > model.context, 'FIT_LONGER_THAN_CONTEXT', {
    sequence: setup.sequence,
    context: model.context,
  });
  warn(offload !== 'none' && sharding === 'ddp', 'FIT_OFFLOAD_NEEDS_ZERO');
  warn(offload === 'all' && sharding !== 'zero3' && sharding !== 'fsdp', 'FIT_OFFLOAD_NEEDS_ZERO3');
  warn(pipeline > 1 && (sharding === 'zero2' || sharding === 'zero3'), 'FIT_ZERO_WITH_PIPELINE');
  warn(setup.sequenceParallel && tensor === 1, 'FIT_SEQUENCE_WITHOUT_TENSOR');
  const micro = microBatches(setup, data);
  warn(pipeline > 1 && micro < 4 * pipeline, 'FIT_PIPELINE_BUBBLE', {
    micro,
    pipeline,
    share: Math.round((100 * (pipeline - 1)) / (micro + pipeline - 1)),
  });
  const kept = model.weightType ?? '';
  warn(
    setup.method === 'full' && /fp8|float8|int8|int4|mxfp4|nf4|gptq|awq/i.test(kept),
    'FIT_NOT_TRAINED_QUANTISED',
    {
      type: kept,
      precision: setup.precision,
    },
  );
}

function inferenceWarnings(
  model: ModelShape,
  setup: InferenceSetup,
  accelerator: AcceleratorModel,
  warn: Warn,
): void {
  const tensor = setup.tensorParallel;
  warn(setup.context > model.context, 'FIT_LONGER_THAN_CONTEXT', {
    sequence: setup.context,
    context: model.context,
  });
  warn(tensor > model.kvHeads && model.kvElementsPerLayer === null, 'FIT_TENSOR_CACHE', {
    tensor,
    heads: model.kvHeads,
  });
  warn(accelerator.peaks.length > 0 && setup.weights === 'fp8' && !has(accelerator, 'fp8'), 'FIT_NO_FP8', {
    accelerator: accelerator.name,
  });
}

/** Micro-batches that one replica works through in a step. */
export const microBatches = ({ globalBatch, microBatch }: TrainingSetup, data: number): number =>
  Math.max(1, Math.ceil(globalBatch / (data * microBatch)));
