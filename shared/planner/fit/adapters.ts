import type { ModelShape, TrainingSetup } from '../../domain/workload.ts';

/**
 * Parameters of LoRA's adapters over all layers (arXiv 2106.09685): rank × (inputs + outputs) of every matrix that gets one.
 * Of a mixture of experts each expert's matrices are linear layers of their own.
 */
export function adapterParameters(model: ModelShape, lora: TrainingSetup['lora']): number {
  const { hidden, headSize, heads, kvHeads, feedForward, experts, gated, layers } = model;
  const queries = heads * headSize;
  const keys = kvHeads * headSize;
  const attention = 2 * (hidden + queries) + 2 * (hidden + keys);
  const copies = experts === null ? 1 : experts.count + (experts.shared ?? 0);
  const linear = (gated ? 3 : 2) * (hidden + feedForward) * copies;
  return lora.rank * layers * (attention + (lora.targets === 'all-linear' ? linear : 0));
}
