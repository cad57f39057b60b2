import { z } from 'zod';
import { reason } from './figure.ts';

const count = z.number().int().positive();

/** A transformer as the formulas need it. Read from a Hugging Face config.json, a checkpoint's header, a preset, or typed. */
export const modelShape = z.object({
  name: z.string().max(200),
  /** All parameters; of a mixture of experts, all experts'. */
  parameters: z.number().positive(),
  /** Those that one token uses: fewer for a mixture of experts. */
  activeParameters: z.number().positive(),
  layers: count,
  hidden: count,
  heads: count,
  /** Key-value heads: fewer than heads with grouped-query attention. */
  kvHeads: count,
  headSize: count,
  /** Inner width of the feed-forward; of a mixture of experts, of one expert. */
  feedForward: count,
  vocabulary: count,
  /** Longest context it was made for, tokens. */
  context: count,
  /** Input and output embeddings are one matrix. */
  tiedEmbeddings: z.boolean(),
  /** Gated feed-forward (three matrices instead of two). */
  gated: z.boolean(),
  experts: z
    .object({
      count,
      perToken: count,
      /** Experts that every token passes through besides those chosen for it, of the same width. */
      shared: z.number().min(0).optional(),
    })
    .nullable(),
  /** What a token's keys and values take per layer where it is less than usual (MLA), in elements. */
  kvElementsPerLayer: z.number().positive().nullable(),
  /** Attention looks back this far at most. */
  slidingWindow: count.nullable(),
  /** With a sliding window: so many layers look back all the way nevertheless. */
  fullAttentionLayers: z.number().int().min(0).optional(),
  /** Number format the weights are kept in. */
  weightType: z.string().nullable(),
  /** "config.json of …", "preset", "typed", "header of …". */
  source: z.string(),
  /** What was guessed when it was read, in words. */
  notes: z.array(reason).optional(),
});
export type ModelShape = z.infer<typeof modelShape>;

export const precisions = ['fp32', 'tf32', 'bf16', 'fp16', 'fp8'] as const;
export const optimisers = ['adamw', 'adamw-8bit', 'adafactor', 'sgd', 'sgd-momentum', 'lion'] as const;
export const shardings = ['ddp', 'zero1', 'zero2', 'zero3', 'fsdp'] as const;
export const recomputations = ['none', 'selective', 'full'] as const;
export const quantisations = ['fp32', 'fp16', 'bf16', 'fp8', 'int8', 'int4', 'nf4'] as const;

export const trainingSetup = z.object({
  kind: z.literal('training'),
  method: z.enum(['full', 'lora', 'qlora']),
  /** Of LoRA and QLoRA. */
  lora: z
    .object({ rank: count, targets: z.enum(['attention', 'all-linear']) })
    .default({ rank: 16, targets: 'all-linear' }),
  precision: z.enum(precisions),
  optimiser: z.enum(optimisers),
  sharding: z.enum(shardings),
  /** Optimiser (and with zero3/fsdp parameters) kept in the host's memory. */
  offload: z.enum(['none', 'optimiser', 'all']),
  recomputation: z.enum(recomputations),
  /** Attention never writes its s×s scores. */
  flashAttention: z.boolean(),
  sequence: count,
  microBatch: count,
  /** Sequences per step over all GPUs; the rest is accumulated. */
  globalBatch: count,
  tensorParallel: count,
  pipelineParallel: count,
  sequenceParallel: z.boolean(),
});
export type TrainingSetup = z.infer<typeof trainingSetup>;

export const inferenceSetup = z.object({
  kind: z.literal('inference'),
  weights: z.enum(quantisations),
  cache: z.enum(quantisations),
  context: count,
  batch: count,
  tensorParallel: count,
  pipelineParallel: count,
});
export type InferenceSetup = z.infer<typeof inferenceSetup>;
export const setup = z.discriminatedUnion('kind', [trainingSetup, inferenceSetup]);
export type Setup = z.infer<typeof setup>;

/** How much is to be computed. */
export const amount = z.object({
  /** Tokens seen in training. */
  tokens: z.number().positive(),
});

/** A throughput that was seen, and on what: it replaces the prior. */
export const measuredThroughput = z.object({
  accelerator: z.string(),
  gpus: count,
  tokensPerSecond: z.number().positive(),
  runId: z.string().nullable(),
  at: z.number(),
});
export type MeasuredThroughput = z.infer<typeof measuredThroughput>;
