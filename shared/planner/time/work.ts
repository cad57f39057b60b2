import type { Figure } from '../../domain/figure.ts';
import type { ModelShape, TrainingSetup } from '../../domain/workload.ts';
import { computed, given } from '../fit/figures.ts';

const palm = 'arXiv:2204.02311 (PaLM), appendix B';

interface Work {
  /** Operations that training one token takes. */
  perToken: number;
  figure: (tokens: number) => Figure;
}

/**
 * Operations of training: 6 for every parameter that a token uses, 12·L·d·s for attention. Adapters need no gradients of the
 * weights themselves: 4 instead of 6. Full recomputation does the forward pass again: 8 (arXiv 2205.05198).
 */
export function trainingWork(model: ModelShape, setup: TrainingSetup): Work {
  const attention = model.layers * model.heads * model.headSize * seen(model, setup.sequence);
  const forward = 2 * model.activeParameters + 4 * attention;
  const backward = (setup.method === 'full' ? 4 : 2) * model.activeParameters + 8 * attention;
  const again = setup.recomputation === 'full' ? forward : 0;
  const perToken = forward + backward + again;
  const factor = (setup.method === 'full' ? 6 : 4) + (again > 0 ? 2 : 0);
  const scores = again > 0 ? 16 : 12;
  return {
    perToken,
    figure: (tokens) =>
      computed(
        'work',
        perToken * tokens,
        'flops',
        `${factor}·N·D + ${scores}·L·d·s·D`,
        [
          given('activeParameters', model.activeParameters, 'parameters', model.source),
          given('tokensTrained', tokens, 'tokens', 'you'),
          given('layers', model.layers, 'count', model.source),
          given('attentionWidth', model.heads * model.headSize, 'count', model.source),
          given('sequence', setup.sequence, 'tokens', 'you'),
        ],
        palm,
      ),
  };
}

/** Positions that a token of a sequence attends to, a mean over layers; not halved for causality, as PaLM counts. */
function seen({ slidingWindow, fullAttentionLayers, layers }: ModelShape, sequence: number): number {
  if (slidingWindow === null) return sequence;
  const full = Math.min(1, (fullAttentionLayers ?? 0) / layers);
  return full * sequence + (1 - full) * Math.min(sequence, slidingWindow);
}
