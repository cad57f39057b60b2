/** A transformer by its widths: what the number of its parameters follows from. */
export interface Layout {
  hidden: number;
  layers: number;
  /** Of an encoder with a decoder: those of the decoder, which attend to the encoder, too. */
  decoderLayers: number;
  kind: 'decoder' | 'encoder' | 'both';
  heads: number;
  kvHeads: number;
  headSize: number;
  feedForward: number;
  gated: boolean;
  vocabulary: number;
  /** Width of the embeddings where they are projected (OPT-350M). */
  embeddingWidth: number;
  context: number;
  tied: boolean;
  /** Parameters of positions, token types or patches. */
  positions: number;
  norms: number;
  biases: boolean;
  experts: {
    count: number;
    perToken: number;
    /** Inner width of one expert, and of what all tokens pass besides. */
    width: number;
    shared: number;
    denseLayers: number;
    denseWidth: number;
  } | null;
  /** Multi-head latent attention (arXiv 2405.04434). */
  latent: { kvRank: number; queryRank: number | null; rope: number; nope: number; value: number } | null;
  window: number | null;
  fullLayers: number;
}

/** All parameters, and those that one token uses. */
export function countParameters(layout: Layout): { parameters: number; active: number } {
  const { hidden, layers, vocabulary, embeddingWidth, tied, positions, experts } = layout;
  const cross = layout.kind === 'both' ? layout.decoderLayers * attentionParameters(layout) : 0;
  const norms = (layout.norms * layers + (layout.norms === 0 ? 0 : 1)) * hidden;
  const projected = embeddingWidth === hidden ? 0 : 2 * embeddingWidth * hidden;
  const pooled = layout.kind === 'encoder' ? hidden * hidden : 0;
  const shared =
    layers * attentionParameters(layout) +
    cross +
    norms +
    positions +
    projected +
    pooled +
    vocabulary * embeddingWidth * (tied ? 1 : 2);
  if (experts === null) {
    const parameters = shared + layers * feedForwardParameters(layout, layout.feedForward);
    return { parameters, active: parameters };
  }
  const sparse = layers - experts.denseLayers;
  const dense = experts.denseLayers * feedForwardParameters(layout, experts.denseWidth);
  const one = feedForwardParameters(layout, experts.width);
  const besides =
    sparse *
    ((experts.shared === 0 ? 0 : feedForwardParameters(layout, experts.shared)) + hidden * experts.count);
  return {
    parameters: shared + dense + besides + sparse * experts.count * one,
    active: shared + dense + besides + sparse * experts.perToken * one,
  };
}

function attentionParameters({ hidden, heads, kvHeads, headSize, latent, biases }: Layout): number {
  if (latent !== null) {
    const query = heads * (latent.nope + latent.rope);
    const queries = latent.queryRank === null ? hidden * query : latent.queryRank * (hidden + query);
    const keys =
      hidden * (latent.kvRank + latent.rope) + latent.kvRank * heads * (latent.nope + latent.value);
    return queries + keys + heads * latent.value * hidden;
  }
  const query = heads * headSize;
  const key = kvHeads * headSize;
  return hidden * (2 * query + 2 * key) + (biases ? query + 2 * key + hidden : 0);
}

const feedForwardParameters = ({ hidden, gated, biases }: Layout, width: number): number =>
  (gated ? 3 : 2) * hidden * width + (biases ? (gated ? 2 : 1) * width + hidden : 0);
