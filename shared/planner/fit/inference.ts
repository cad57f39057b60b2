import type { InferenceSetup, ModelShape } from '../../domain/workload.ts';
import { activeFeedForward } from './activations.ts';
import { add, computed, exactly, given, type Range, times } from './figures.ts';
import { type Split, type Stage, stageParameters } from './split.ts';
import type { Part } from './states.ts';

type Format = InferenceSetup['weights'];

/** Bytes of one weight with the scales of its group: none, one a channel, one (16 bits, and a zero point) per 128 or 64. */
export const formatBytes: Record<Format, Range> = {
  fp32: exactly(4),
  fp16: exactly(2),
  bf16: exactly(2),
  fp8: { low: 1, high: 1.02 },
  int8: { low: 1, high: 1.05 },
  int4: { low: 0.5, high: 0.59 },
  nf4: { low: (4 + 0.127) / 8, high: 4.5 / 8 },
};
const cacheBytes: Record<Format, number> = {
  fp32: 4,
  fp16: 2,
  bf16: 2,
  fp8: 1,
  int8: 1,
  int4: 0.5,
  nf4: 0.5,
};

/** Weights of one GPU: the layers as asked for, the embeddings in 16 bits where less is asked for. */
export function servedWeights(model: ModelShape, setup: InferenceSetup, stage: Stage): Part {
  const embeddings = setup.weights === 'fp32' ? 4 : 2;
  const bytes = add(
    times(formatBytes[setup.weights], stage.layers * stage.layerParameters),
    exactly(embeddings * stage.embeddingParameters),
  );
  return {
    bytes,
    figure: () =>
      computed('weights', bytes, 'bytes', 'w·P_layers + 2·P_embeddings', [
        given('parametersHere', stageParameters(stage), 'parameters', model.source),
        computed('weightBytes', formatBytes[setup.weights], 'bytes', '', []),
        given('embeddingParameters', stage.embeddingParameters, 'parameters', model.source),
      ]),
  };
}

/** Elements of keys and values that one token leaves in one layer of one GPU. Latent attention (MLA) is not split over GPUs. */
export const cacheElements = (model: ModelShape, tensor: number): number =>
  model.kvElementsPerLayer ?? 2 * Math.max(1, model.kvHeads / tensor) * model.headSize;

/** Positions that are kept, summed over a stage's layers: all of them, or a window's. */
export function cachedPositions(model: ModelShape, layers: number, context: number): number {
  const { slidingWindow, fullAttentionLayers, layers: all } = model;
  if (slidingWindow === null) return layers * context;
  const full = Math.min(1, (fullAttentionLayers ?? 0) / all);
  return layers * (full * context + (1 - full) * Math.min(context, slidingWindow));
}

/** Keys and values: 2·L·n_kv·d_head·bytes·tokens·batch. High: pages of 16 tokens that are not full. */
export function servedCache(model: ModelShape, setup: InferenceSetup, split: Split, stage: Stage): Part {
  const positions = cachedPositions(model, stage.layers, setup.context);
  const least = positions * cacheElements(model, split.tensor) * cacheBytes[setup.cache] * setup.batch;
  const bytes: Range = { low: least, high: least * 1.04 };
  return {
    bytes,
    figure: () =>
      computed(
        'cache',
        bytes,
        'bytes',
        model.kvElementsPerLayer === null ? '2·L·n_kv·d_head·e·s·b/t' : 'L·d_latent·e·s·b',
        [
          given('stageLayers', stage.layers, 'count', model.source),
          given('cacheElements', cacheElements(model, split.tensor), 'count', model.source),
          given('cacheBytes', cacheBytes[setup.cache], 'bytes', null),
          given('contextTokens', setup.context, 'tokens', 'you'),
          given('batch', setup.batch, 'count', 'you'),
        ],
        'arXiv:2309.06180 (vLLM), §3',
      ),
  };
}

/** Most tokens that a prompt is read in at once. */
const prefillTokens = 8192;

/** What a forward pass holds: low, one token of each sequence; high, a chunk of prompts. */
export function servedActivations(model: ModelShape, setup: InferenceSetup, split: Split): Part {
  const t = split.tensor;
  const each = 2 * (6 * model.hidden + (2 * model.heads * model.headSize + 3 * activeFeedForward(model)) / t);
  const bytes: Range = {
    low: setup.batch * each,
    high: Math.min(prefillTokens + setup.batch, setup.batch * setup.context) * each,
  };
  return {
    bytes: { low: Math.min(bytes.low, bytes.high), high: bytes.high },
    figure: () =>
      computed('activations', bytes, 'bytes', '2·T·(6h + (2·a·d + 3f)/t)', [
        given('hidden', model.hidden, 'count', model.source),
        given('feedForwardWidth', activeFeedForward(model), 'count', model.source),
        given('batch', setup.batch, 'count', 'you'),
        given('prefillTokens', prefillTokens, 'tokens', null),
      ]),
  };
}

/** Logits of one token of each sequence, in 32 bits; high: with those in 16 bits and a sorted copy. */
export function servedLogits(model: ModelShape, setup: InferenceSetup, split: Split, stage: Stage): Part {
  const elements = (setup.batch * model.vocabulary) / split.tensor;
  const bytes: Range = stage.head ? { low: 4 * elements, high: 14 * elements } : exactly(0);
  return {
    bytes,
    figure: () =>
      computed('logits', bytes, 'bytes', stage.head ? '(4…14)·b·V/t' : '0', [
        given('batch', setup.batch, 'count', 'you'),
        given('vocabulary', model.vocabulary, 'count', model.source),
      ]),
  };
}
