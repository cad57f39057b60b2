/** What a config.json does not say, because its architecture does. */
export interface Family {
  /** Gated feed-forward; null: by its activation function. */
  gated: boolean | null;
  tied: boolean;
  /** Positions are a matrix of their own, with so many rows more than the context. */
  learnedPositions: number | null;
  /** Vectors of `hidden` a layer that are norms. */
  norms: number;
  /** Linear layers have biases. */
  biases: boolean;
  /** Encoder only, or encoder and decoder. */
  kind: 'decoder' | 'encoder' | 'both';
  /** Every so many layers one sees everything, the others a window. */
  windowPattern?: number;
  /** What Transformers assumes where a text_config names only what differs. */
  defaults?: Record<string, number>;
}

const llama: Family = {
  gated: true,
  tied: false,
  learnedPositions: null,
  norms: 2,
  biases: false,
  kind: 'decoder',
  defaults: {
    hidden_size: 4096,
    intermediate_size: 11008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    vocab_size: 32000,
  },
};
const gpt: Family = {
  gated: false,
  tied: true,
  learnedPositions: 0,
  norms: 4,
  biases: true,
  kind: 'decoder',
};
const rotaryGpt: Family = { ...gpt, learnedPositions: null, tied: false };
const encoder: Family = { ...gpt, kind: 'encoder' };
const gemma: Family = { ...llama, tied: true };

const families: Record<string, Family> = {
  llama,
  mistral: {
    ...llama,
    defaults: { ...llama.defaults, intermediate_size: 14336, num_key_value_heads: 8 },
  },
  mixtral: llama,
  ministral: llama,
  llama4: llama,
  llama4_text: llama,
  qwen2: llama,
  qwen2_moe: llama,
  qwen3: llama,
  qwen3_moe: llama,
  qwen2_vl: llama,
  qwen2_5_vl: llama,
  qwen2_vl_text: llama,
  qwen2_5_vl_text: llama,
  qwen3_vl_text: llama,
  gemma,
  gemma2: { ...gemma, norms: 4, windowPattern: 2 },
  gemma3: { ...gemma, norms: 4, windowPattern: 6 },
  gemma3_text: {
    ...gemma,
    norms: 4,
    windowPattern: 6,
    defaults: {
      hidden_size: 2304,
      intermediate_size: 9216,
      num_hidden_layers: 26,
      num_attention_heads: 8,
      num_key_value_heads: 4,
      head_dim: 256,
      vocab_size: 262208,
      sliding_window: 4096,
      max_position_embeddings: 131072,
    },
  },
  phi: rotaryGpt,
  phi3: { ...llama },
  phimoe: llama,
  'phi-msft': rotaryGpt,
  gpt2: gpt,
  gpt_bigcode: gpt,
  gpt_neo: gpt,
  gpt_neox: rotaryGpt,
  gptj: { ...rotaryGpt, norms: 2 },
  codegen: { ...rotaryGpt, norms: 2 },
  opt: { ...gpt, learnedPositions: 2 },
  bloom: { ...gpt, learnedPositions: null },
  falcon: { ...gpt, learnedPositions: null, biases: false },
  RefinedWeb: { ...gpt, learnedPositions: null, biases: false },
  RefinedWebModel: { ...gpt, learnedPositions: null, biases: false },
  mpt: { ...gpt, learnedPositions: null, biases: false, norms: 2 },
  starcoder2: { ...rotaryGpt, tied: true },
  stablelm: { ...llama, norms: 4 },
  deepseek: llama,
  deepseek_v2: llama,
  deepseek_v3: llama,
  deepseek_v32: llama,
  kimi_k2: llama,
  gpt_oss: { ...llama, biases: true, windowPattern: 2 },
  olmo: { ...llama, norms: 0 },
  olmo2: llama,
  olmoe: llama,
  cohere: { ...llama, tied: true, norms: 1 },
  cohere2: { ...llama, tied: true, norms: 1, windowPattern: 4 },
  granite: { ...llama, tied: true },
  granitemoe: { ...llama, tied: true },
  internlm: llama,
  internlm2: llama,
  internlm3: llama,
  baichuan: llama,
  smollm3: { ...llama, tied: true },
  glm4: { ...llama, norms: 4 },
  glm4_moe: llama,
  chatglm: llama,
  Yi: llama,
  exaone: llama,
  t5: { ...gpt, gated: null, learnedPositions: null, biases: false, norms: 2, kind: 'both' },
  mt5: { ...gpt, tied: false, gated: true, learnedPositions: null, biases: false, norms: 2, kind: 'both' },
  umt5: { ...gpt, tied: false, gated: true, learnedPositions: null, biases: false, norms: 2, kind: 'both' },
  bart: { ...gpt, learnedPositions: 2, kind: 'both' },
  mbart: { ...gpt, learnedPositions: 2, kind: 'both' },
  whisper: { ...gpt, kind: 'both' },
  bert: encoder,
  roberta: encoder,
  'xlm-roberta': encoder,
  'deberta-v2': encoder,
  electra: encoder,
  modernbert: { ...llama, tied: true, kind: 'encoder', windowPattern: 3 },
  vit: { ...encoder, learnedPositions: null },
  deit: { ...encoder, learnedPositions: null },
  dinov2: { ...encoder, learnedPositions: null },
  clip_text_model: encoder,
};

/** What is known of an architecture by its `model_type`; null: nothing. */
export const familyOf = (type: string | null): Family | null =>
  type !== null && Object.hasOwn(families, type) ? (families[type] ?? null) : null;

/** Of an architecture that is not known: what most decoders since Llama have. */
export const usualFamily: Family = { ...llama, gated: null };

export const knownArchitectures: readonly string[] = Object.keys(families);
