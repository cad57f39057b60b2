import { expect, it } from 'vitest';
import { modelFromConfig } from '#shared/planner/models/index.ts';

const llama = (
  hidden: number,
  layers: number,
  heads: number,
  kv: number,
  inner: number,
  vocabulary: number,
  more: Record<string, unknown> = {},
) => ({
  model_type: 'llama',
  hidden_size: hidden,
  num_hidden_layers: layers,
  num_attention_heads: heads,
  num_key_value_heads: kv,
  intermediate_size: inner,
  vocab_size: vocabulary,
  max_position_embeddings: 4096,
  ...more,
});

/** Architectures beyond the presets, by what decides of their config.json, and billions of parameters as published. */
const models: [string, number, Record<string, unknown>][] = [
  [
    'falcon-180B',
    178.5,
    {
      model_type: 'falcon',
      hidden_size: 14848,
      num_hidden_layers: 80,
      num_attention_heads: 232,
      num_kv_heads: 8,
      new_decoder_architecture: true,
      multi_query: true,
      vocab_size: 65024,
    },
  ],
  ['Phi-3-medium', 13.96, llama(5120, 40, 40, 10, 17920, 32064, { model_type: 'phi3' })],
  [
    'gemma-3-27b',
    27.4,
    {
      model_type: 'gemma3',
      text_config: {
        model_type: 'gemma3_text',
        hidden_size: 5376,
        intermediate_size: 21504,
        num_attention_heads: 32,
        num_key_value_heads: 16,
        num_hidden_layers: 62,
        head_dim: 128,
        sliding_window: 1024,
      },
      vision_config: {
        hidden_size: 1152,
        intermediate_size: 4304,
        num_hidden_layers: 27,
        image_size: 896,
        patch_size: 14,
      },
    },
  ],
  [
    'GPT-J',
    6.05,
    {
      model_type: 'gptj',
      n_embd: 4096,
      n_layer: 28,
      n_head: 16,
      n_positions: 2048,
      vocab_size: 50400,
      tie_word_embeddings: false,
    },
  ],
  ['command-r-plus', 103.8, llama(12288, 64, 96, 8, 33792, 256000, { model_type: 'cohere' })],
  [
    'chatglm3-6b',
    6.24,
    {
      model_type: 'chatglm',
      hidden_size: 4096,
      ffn_hidden_size: 13696,
      multi_query_group_num: 2,
      num_layers: 28,
      num_attention_heads: 32,
      kv_channels: 128,
      padded_vocab_size: 65024,
      seq_length: 32768,
    },
  ],
  [
    'DBRX',
    132,
    {
      model_type: 'dbrx',
      d_model: 6144,
      n_heads: 48,
      n_layers: 40,
      max_seq_len: 32768,
      vocab_size: 100352,
      attn_config: { kv_n_heads: 8 },
      ffn_config: { ffn_hidden_size: 10752, moe_num_experts: 16, moe_top_k: 4 },
    },
  ],
  [
    'Kimi-K2',
    1026,
    llama(7168, 61, 64, 64, 18432, 163840, {
      model_type: 'kimi_k2',
      kv_lora_rank: 512,
      q_lora_rank: 1536,
      qk_nope_head_dim: 128,
      qk_rope_head_dim: 64,
      v_head_dim: 128,
      n_routed_experts: 384,
      n_shared_experts: 1,
      num_experts_per_tok: 8,
      moe_intermediate_size: 2048,
      first_k_dense_replace: 1,
    }),
  ],
  [
    'GLM-4.5',
    355,
    llama(5120, 92, 96, 8, 12288, 151552, {
      model_type: 'glm4_moe',
      head_dim: 128,
      n_routed_experts: 160,
      n_shared_experts: 1,
      num_experts_per_tok: 8,
      moe_intermediate_size: 1536,
      first_k_dense_replace: 3,
    }),
  ],
  [
    'starcoder2-15b',
    15.96,
    llama(6144, 40, 48, 4, 24576, 49152, { model_type: 'starcoder2', tie_word_embeddings: false }),
  ],
  ['OLMo-2-7B', 7.3, llama(4096, 32, 32, 32, 11008, 100352, { model_type: 'olmo2' })],
  ['stablelm-3b', 2.8, llama(2560, 32, 32, 32, 6912, 50304, { model_type: 'stablelm' })],
  [
    'MPT-30B',
    29.96,
    {
      model_type: 'mpt',
      d_model: 7168,
      n_layers: 48,
      n_heads: 64,
      expansion_ratio: 4,
      vocab_size: 50432,
      max_seq_len: 8192,
      attn_config: { attn_impl: 'torch' },
    },
  ],
  [
    'whisper-large-v3',
    1.55,
    {
      model_type: 'whisper',
      d_model: 1280,
      encoder_layers: 32,
      decoder_layers: 32,
      decoder_attention_heads: 20,
      decoder_ffn_dim: 5120,
      vocab_size: 51866,
      max_target_positions: 448,
    },
  ],
  [
    'flan-t5-xxl',
    11.3,
    {
      model_type: 't5',
      d_model: 4096,
      d_ff: 10240,
      d_kv: 64,
      num_heads: 64,
      num_layers: 24,
      feed_forward_proj: 'gated-gelu',
      vocab_size: 32128,
      tie_word_embeddings: false,
    },
  ],
  [
    'Qwen2-VL-7B',
    8.29,
    {
      ...llama(3584, 28, 28, 4, 18944, 152064, { model_type: 'qwen2_vl' }),
      vision_config: { depth: 32, embed_dim: 1280, hidden_size: 3584, num_heads: 16 },
    },
  ],
  ['granite-3.1-8b', 8.17, llama(4096, 40, 32, 8, 12800, 49155, { model_type: 'granite' })],
  ['SmolLM3-3B', 3.08, llama(2048, 36, 16, 4, 11008, 128256, { model_type: 'smollm3' })],
];

it.each(models)('%s has %d billion parameters, within 2 %', (name, published, config) => {
  const { parameters } = modelFromConfig(config, name);
  expect(Math.abs(parameters / 1e9 / published - 1)).toBeLessThan(0.02);
});
