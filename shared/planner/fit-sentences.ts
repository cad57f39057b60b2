import type { Reason } from '../domain/figure.ts';
import { reasonOf } from '../domain/sentence.ts';

/** What fit() and the reading of models say, by code, in English; the page has its other languages in renderer/i18n/errors/fit.ts. */
export const fitSentences = {
  FIT_GPUS_NOT_MULTIPLE:
    '{{gpus}} GPUs are no multiple of tensor-parallel × pipeline-parallel = {{group}}: {{idle}} of them would do nothing.',
  FIT_TENSOR_HEADS:
    'Tensor parallelism of {{tensor}} does not divide the {{heads}} attention heads: most frameworks refuse that.',
  FIT_TENSOR_CACHE:
    'Tensor parallelism of {{tensor}} is more than the {{heads}} key-value heads: each GPU keeps a copy of them.',
  FIT_TENSOR_WIDE:
    'Tensor parallelism of {{tensor}} reaches beyond the 8 GPUs of most machines: over a network it is slow.',
  FIT_PIPELINE_LAYERS:
    '{{layers}} layers do not divide into {{pipeline}} pipeline stages: the fullest is counted.',
  FIT_PIPELINE_BUBBLE:
    'With {{micro}} micro-batches a step, {{pipeline}} pipeline stages stand idle {{share}} % of the time.',
  FIT_NO_BF16:
    '{{accelerator}} has no bf16: train in fp16 with loss scaling, or in fp32. Memory is counted as for fp16.',
  FIT_NO_FP8: '{{accelerator}} computes no fp8: it would run as bf16 or fp16.',
  FIT_GLOBAL_BATCH:
    'A global batch of {{batch}} does not divide into {{data}} replicas × a micro-batch of {{micro}}.',
  FIT_LONGER_THAN_CONTEXT:
    'Sequences of {{sequence}} tokens are longer than the {{context}} that the model was made for.',
  FIT_OFFLOAD_NEEDS_ZERO:
    'Keeping the optimiser on the host needs ZeRO or FSDP; it is counted as ZeRO-1 would.',
  FIT_OFFLOAD_NEEDS_ZERO3:
    'Keeping the weights on the host needs ZeRO-3 or FSDP; only the optimiser is counted there.',
  FIT_ZERO_WITH_PIPELINE: 'DeepSpeed does not combine ZeRO-2 or 3 with pipeline parallelism; ZeRO-1 it does.',
  FIT_SEQUENCE_WITHOUT_TENSOR: 'Sequence parallelism does nothing without tensor parallelism.',
  FIT_NOT_TRAINED_QUANTISED:
    'The weights are kept as {{type}}; for training in {{precision}} they are counted as {{precision}}.',

  REMEDY_FLASH: 'Turn flash attention on.',
  REMEDY_MICRO_BATCH: 'Set the micro-batch to {{value}}; the global batch stays, more is accumulated.',
  REMEDY_SEQUENCE_PARALLEL: 'Turn sequence parallelism on.',
  REMEDY_SHARDING: 'Shard with {{value}} instead of {{before}}.',
  REMEDY_SELECTIVE: 'Recompute attention in the backward pass (selective recomputation).',
  REMEDY_RECOMPUTE: 'Recompute all activations in the backward pass: about a third slower.',
  REMEDY_OPTIMISER: 'Use 8-bit Adam instead of {{before}}.',
  REMEDY_TENSOR: 'Split each layer over {{value}} GPUs (tensor parallelism).',
  REMEDY_PIPELINE: 'Split the layers over {{value}} groups of GPUs (pipeline parallelism).',
  REMEDY_GPUS: 'Use {{value}} GPUs instead of {{before}}.',
  REMEDY_OFFLOAD_OPTIMISER: 'Keep the optimiser in the memory of the host ({{host}} GB there): slower.',
  REMEDY_OFFLOAD_ALL:
    'Keep optimiser and weights in the memory of the host ({{host}} GB there): much slower.',
  REMEDY_LORA: 'Train adapters of rank {{rank}} only (LoRA).',
  REMEDY_QLORA: 'Train adapters of rank {{rank}} on weights of 4 bits (QLoRA).',
  REMEDY_CACHE: 'Keep keys and values as {{value}}.',
  REMEDY_WEIGHTS: 'Quantise the weights to {{value}}.',
  REMEDY_BATCH: 'Serve {{value}} sequences at a time.',
  REMEDY_CONTEXT: 'Limit the context to {{value}} tokens.',
} as const satisfies Record<string, string>;

export type FitSentence = keyof typeof fitSentences;

export const say = (code: FitSentence, params: Reason['params'] = {}): Reason =>
  reasonOf(fitSentences, code, params);
