import type { ModelShape, TrainingSetup } from '../../domain/workload.ts';
import { computed, exactly, given, type Range } from './figures.ts';
import type { Split, Stage } from './split.ts';
import type { Part } from './states.ts';

const korthikanti = 'arXiv:2205.05198 (Korthikanti et al.), §4';

/** Width of the feed-forward that one token passes through: of all experts that it uses. */
export const activeFeedForward = ({ feedForward, experts }: ModelShape): number =>
  feedForward * (experts === null ? 1 : experts.perToken + (experts.shared ?? 0));

interface PerToken {
  /** Bytes that every GPU of a tensor-parallel group holds unless the sequence is split, too: norms, dropout's masks. */
  whole: Range;
  /** Inputs of the first matrices: with the sequence split some frameworks keep them gathered. */
  inputs: Range;
  /** Bytes that the group shares. */
  split: Range;
  /** Of the attention's scores, without flash attention: these are s times as many. */
  scores: Range;
}

/**
 * Bytes that one token of one layer leaves for the backward pass: 34h in a layer of GPT's kind, of which 10h are not split by
 * tensor parallelism, and 5as of the scores. Widths are counted one by one, so that grouped queries, gates and experts are what
 * they are, and the copies that are sent to experts. Low: without dropout, gate and product fused. High: as the formula, and half as much again where no fused
 * kernels can be taken for granted (norms in 32 bits, rotated copies).
 */
function perToken(model: ModelShape, setup: TrainingSetup): PerToken {
  const { hidden, heads, kvHeads, headSize, gated, experts } = model;
  const element = setup.precision === 'fp32' || setup.precision === 'tf32' ? 4 : 2;
  const inner = activeFeedForward(model);
  const attention = element * (2 * heads * headSize + 2 * kvHeads * headSize);
  const feedForward = element * inner * (gated ? 4 : 2);
  const fusedForward = element * inner * (gated ? 3 : 2);
  const norms = element * 2 * hidden;
  const inputs = element * 2 * hidden;
  const masks = 2 * hidden;
  // What a token sends to its experts, and what comes back before it is added up.
  const sent = element * hidden * (experts?.perToken ?? 0);
  const lean = setup.precision === 'fp8' ? 0.75 : setup.method === 'full' ? 1 : 0.7;
  const loose = setup.tensorParallel > 1 ? 1.15 : 1.5;
  return {
    whole: { low: norms * lean, high: (norms + masks) * loose },
    inputs: { low: inputs * lean, high: inputs * loose },
    split: {
      low: (attention + fusedForward + sent) * lean,
      high: (attention + feedForward + 2 * sent) * loose,
    },
    scores: { low: element * heads, high: (2 * element + 1) * heads },
  };
}

/** Activations of one GPU of a stage, for all the micro-batches that it holds. */
export function trainingActivations(
  model: ModelShape,
  setup: TrainingSetup,
  split: Split,
  stage: Stage,
): Part {
  const { sequence, microBatch, recomputation, flashAttention } = setup;
  const t = split.tensor;
  const shared = setup.sequenceParallel ? t : 1;
  const tokens = sequence * microBatch;
  const each = perToken(model, setup);
  const side = (end: keyof Range): { layer: number; scores: number } => ({
    layer:
      tokens *
      (each.whole[end] / shared + each.inputs[end] / (end === 'low' ? shared : 1) + each.split[end] / t),
    scores: flashAttention ? (4 * tokens * model.heads) / t : (tokens * sequence * each.scores[end]) / t,
  });
  const element = setup.precision === 'fp32' || setup.precision === 'tf32' ? 4 : 2;
  const kept = (end: keyof Range): number => {
    const { layer, scores } = side(end);
    const layers = stage.layers * stage.inFlight;
    if (recomputation === 'full')
      return (layers * element * tokens * model.hidden) / (end === 'low' ? t : shared) + layer + scores;
    // What is recomputed of the attention is there for one layer at a time.
    if (recomputation === 'selective') return layers * layer + (end === 'high' ? scores : 0);
    return layers * (layer + scores);
  };
  const bytes: Range = { low: kept('low'), high: kept('high') };
  return {
    bytes,
    figure: () =>
      computed(
        'activations',
        bytes,
        'bytes',
        formulaOf(setup, t),
        [
          given('sequence', sequence, 'tokens', 'you'),
          given('microBatch', microBatch, 'count', 'you'),
          given('hidden', model.hidden, 'count', model.source),
          given('heads', model.heads, 'count', model.source),
          given('feedForwardWidth', activeFeedForward(model), 'count', model.source),
          given('stageLayers', stage.layers, 'count', null),
          given('inFlight', stage.inFlight, 'count', null),
          given('tensorParallel', t, 'count', 'you'),
        ],
        korthikanti,
      ),
  };
}

function formulaOf({ recomputation, flashAttention, sequenceParallel }: TrainingSetup, t: number): string {
  if (recomputation === 'full') return 'L·2sbh + sbh·(34 + 5as/h)';
  const scores = recomputation === 'selective' || flashAttention ? '' : t > 1 ? ' + 5as/(ht)' : ' + 5as/h';
  if (t === 1) return `L·sbh·(34${scores})`;
  if (sequenceParallel) return `L·sbh/t·(34${scores === '' ? '' : ' + 5as/h'})`;
  return `L·sbh·(10 + 24/t${scores})`;
}

/**
 * What the loss keeps of the logits: 6·s·b·V bytes, in 16 bits and in 32 for the loss. Low: the 32-bit ones only, as Megatron
 * keeps them; high: their gradient, too.
 */
export function trainingLogits(model: ModelShape, setup: TrainingSetup, split: Split, stage: Stage): Part {
  const elements = (setup.sequence * setup.microBatch * model.vocabulary) / split.tensor;
  const bytes: Range = stage.head ? { low: 4 * elements, high: 10 * elements } : exactly(0);
  return {
    bytes,
    figure: () =>
      computed(
        'logits',
        bytes,
        'bytes',
        stage.head ? '(4…10)·s·b·V/t' : '0',
        [
          given('sequence', setup.sequence, 'tokens', 'you'),
          given('microBatch', setup.microBatch, 'count', 'you'),
          given('vocabulary', model.vocabulary, 'count', model.source),
          given('tensorParallel', split.tensor, 'count', 'you'),
        ],
        korthikanti,
      ),
  };
}
