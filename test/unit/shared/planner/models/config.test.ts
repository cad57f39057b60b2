import { describe, expect, it, onTestFinished } from 'vitest';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { modelShape } from '#shared/domain/workload.ts';
import { knownArchitectures, modelFromConfig } from '#shared/planner/models/index.ts';
import { seededRandom } from '#test/lab/seed.ts';

const llama = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
  max_position_embeddings: 131072,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
};
const codes = (notes: readonly { code: string }[] | undefined) => (notes ?? []).map(({ code }) => code);
const billions = (value: number) => value / 1e9;

describe('a config.json', () => {
  it('becomes a shape, by its text too', () => {
    const model = modelFromConfig(JSON.stringify(llama), 'Llama-3.1-8B');
    expect(model).toMatchObject({
      name: 'Llama-3.1-8B',
      layers: 32,
      hidden: 4096,
      heads: 32,
      kvHeads: 8,
      headSize: 128,
      feedForward: 14336,
      vocabulary: 128256,
      context: 131072,
      tiedEmbeddings: false,
      gated: true,
      experts: null,
      weightType: 'bfloat16',
    });
    expect(billions(model.parameters)).toBeCloseTo(8.03, 2);
    expect(model.notes).toBeUndefined();
  });

  it('of a mixture of experts with latent attention, shared experts and first dense layers', () => {
    const model = modelFromConfig({
      model_type: 'deepseek_v3',
      hidden_size: 7168,
      intermediate_size: 18432,
      moe_intermediate_size: 2048,
      num_hidden_layers: 61,
      num_attention_heads: 128,
      num_key_value_heads: 128,
      vocab_size: 129280,
      max_position_embeddings: 163840,
      n_routed_experts: 256,
      n_shared_experts: 1,
      num_experts_per_tok: 8,
      first_k_dense_replace: 3,
      moe_layer_freq: 1,
      q_lora_rank: 1536,
      kv_lora_rank: 512,
      qk_nope_head_dim: 128,
      qk_rope_head_dim: 64,
      v_head_dim: 128,
      quantization_config: { quant_method: 'fp8' },
    });
    expect(billions(model.parameters)).toBeCloseTo(671, 0);
    expect(model.experts).toEqual({ count: 256, perToken: 8, shared: 1 });
    expect(model.kvElementsPerLayer).toBe(576);
    expect(model.weightType).toBe('fp8');
    expect(codes(model.notes)).toEqual(['MODEL_NOTE_QUANTISED']);
  });

  it('of Gemma 3, whose text_config names only what differs, with its encoder of images', () => {
    const model = modelFromConfig({
      architectures: ['Gemma3ForConditionalGeneration'],
      model_type: 'gemma3',
      text_config: {
        hidden_size: 2560,
        intermediate_size: 10240,
        model_type: 'gemma3_text',
        num_hidden_layers: 34,
        sliding_window: 1024,
      },
      vision_config: {
        hidden_size: 1152,
        image_size: 896,
        intermediate_size: 4304,
        num_attention_heads: 16,
        num_hidden_layers: 27,
        patch_size: 14,
      },
    });
    expect(billions(model.parameters)).toBeCloseTo(4.3, 1);
    expect(model).toMatchObject({ kvHeads: 4, headSize: 256, slidingWindow: 1024, fullAttentionLayers: 5 });
    expect(codes(model.notes)).toEqual(['MODEL_NOTE_VISION']);
  });

  it('of LLaVA, whose text_config says no widths at all, of Llama 4 and of Mistral 3', () => {
    const llava = modelFromConfig({
      model_type: 'llava',
      text_config: { model_type: 'llama', vocab_size: 32064 },
    });
    expect(billions(llava.parameters)).toBeCloseTo(6.74, 1);
    const maverick = modelFromConfig({
      model_type: 'llama4',
      text_config: {
        model_type: 'llama4_text',
        hidden_size: 5120,
        intermediate_size: 8192,
        intermediate_size_mlp: 16384,
        interleave_moe_layer_step: 2,
        num_hidden_layers: 48,
        num_attention_heads: 40,
        num_key_value_heads: 8,
        head_dim: 128,
        num_local_experts: 128,
        num_experts_per_tok: 1,
        vocab_size: 202048,
        max_position_embeddings: 1048576,
      },
    });
    expect(Math.abs(billions(maverick.parameters) / 400 - 1)).toBeLessThan(0.02);
    expect(Math.abs(billions(maverick.activeParameters) / 17 - 1)).toBeLessThan(0.03);
    const mistral = modelFromConfig({
      model_type: 'mistral3',
      text_config: {
        ...llama,
        model_type: 'mistral',
        hidden_size: 5120,
        intermediate_size: 32768,
        num_hidden_layers: 40,
        head_dim: 128,
        vocab_size: 131072,
      },
    });
    expect(billions(mistral.parameters)).toBeCloseTo(23.6, 1);
  });

  it('of Qwen-MoE with a shared expert of another width', () => {
    const model = modelFromConfig({
      model_type: 'qwen2_moe',
      hidden_size: 2048,
      intermediate_size: 5632,
      moe_intermediate_size: 1408,
      shared_expert_intermediate_size: 5632,
      num_experts: 60,
      num_experts_per_tok: 4,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      num_key_value_heads: 16,
      vocab_size: 151936,
      max_position_embeddings: 8192,
      use_sliding_window: false,
      sliding_window: 32768,
    });
    expect(Math.abs(billions(model.parameters) / 14.3 - 1)).toBeLessThan(0.01);
    expect(Math.abs(billions(model.activeParameters) / 2.7 - 1)).toBeLessThan(0.02);
    expect(model.slidingWindow).toBeNull();
    expect(model.experts).toEqual({ count: 60, perToken: 4, shared: 4 });
  });

  it('of an architecture nobody knows is read by the usual keys, and says so', () => {
    const model = modelFromConfig({ ...llama, model_type: 'brand_new', hidden_act: 'silu' });
    expect(billions(model.parameters)).toBeCloseTo(8.03, 2);
    expect(codes(model.notes)).toEqual(['MODEL_NOTE_ARCHITECTURE']);
    expect(modelFromConfig({ ...llama, model_type: 'brand_new', hidden_act: 'gelu' }).gated).toBe(false);
  });

  it('without a context is taken for 4,096, and says so', () => {
    const { max_position_embeddings: _, ...rest } = llama;
    const model = modelFromConfig(rest);
    expect(model.context).toBe(4096);
    expect(codes(model.notes)).toEqual(['MODEL_NOTE_GUESSED']);
  });

  it('knows the architectures that matter', () => {
    for (const type of [
      'llama',
      'mistral',
      'mixtral',
      'qwen2',
      'qwen3_moe',
      'gemma3',
      'phi',
      'gpt2',
      'gpt_neox',
      'opt',
      'bloom',
      'falcon',
      'deepseek_v3',
      'gpt_oss',
      't5',
      'bert',
      'vit',
    ])
      expect(knownArchitectures).toContain(type);
  });
});

describe('what is wrong is refused by name', () => {
  const codeOf = (json: unknown): [string, unknown] => {
    try {
      modelFromConfig(json, 'my.json');
    } catch (error) {
      if (error instanceof TrainyardError) return [error.code, error.params.key];
      throw error;
    }
    return ['none', undefined];
  };
  it.each([
    ['{"hidden_size": ', 'MODEL_NOT_JSON', undefined],
    ['[1]', 'MODEL_NOT_OBJECT', undefined],
    ['null', 'MODEL_NOT_OBJECT', undefined],
    [{}, 'MODEL_KEY_MISSING', 'hidden_size'],
    [{ ...llama, num_hidden_layers: undefined }, 'MODEL_KEY_MISSING', 'num_hidden_layers'],
    [{ ...llama, vocab_size: undefined }, 'MODEL_KEY_MISSING', 'vocab_size'],
    [{ ...llama, hidden_size: '4096' }, 'MODEL_KEY_INVALID', 'hidden_size'],
    [{ ...llama, hidden_size: -1 }, 'MODEL_KEY_INVALID', 'hidden_size'],
    [{ ...llama, num_hidden_layers: 1.5 }, 'MODEL_KEY_INVALID', 'num_hidden_layers'],
    [{ ...llama, intermediate_size: 1e300 }, 'MODEL_KEY_INVALID', 'intermediate_size'],
    [{ ...llama, num_key_value_heads: 7 }, 'MODEL_HEADS_INVALID', undefined],
    [{ ...llama, kv_lora_rank: 512 }, 'MODEL_KEY_MISSING', 'qk_rope_head_dim'],
    [
      { ...llama, hidden_size: 1e8, intermediate_size: 1e8, num_hidden_layers: 1e8 },
      'MODEL_TOO_LARGE',
      undefined,
    ],
  ])('%j → %s', (json, code, key) => {
    expect(codeOf(json)).toEqual([code, key]);
  });

  it('50,000 that are not like any: a whole shape or a TrainyardError, never anything else', () => {
    const random = seededRandom(7);
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
    const keys = [...Object.keys(llama), ...odd];
    const types = [...knownArchitectures, 'unknown', '__proto__', 'constructor'];
    let whole = 0;
    // Traces of 50,000 refusals would take longer than everything else.
    onTestFinished(restoreTraces(Error.stackTraceLimit));
    Error.stackTraceLimit = 0;
    for (let run = 0; run < 50_000; run += 1) {
      const config: Record<string, unknown> = random() < 0.5 ? { ...llama } : {};
      config.model_type = pick(types);
      for (let more = random() * 6; more > 1; more -= 1)
        config[pick(keys)] = random() < 0.8 ? 1 + Math.floor(random() * 64) : pick(strange);
      try {
        const model = modelFromConfig(config);
        whole += 1;
        if (!(model.parameters > 0 && model.activeParameters <= model.parameters * (1 + 1e-9)))
          throw new Error(`no model of ${JSON.stringify(config)}`);
        if (whole % 50 === 0) modelShape.parse(model);
      } catch (error) {
        if (!(error instanceof TrainyardError) || !error.code.startsWith('MODEL_')) throw error;
      }
    }
    expect(whole).toBeGreaterThan(1000);
  });
});

const odd = [
  'text_config',
  'vision_config',
  'num_experts',
  'kv_lora_rank',
  'qk_rope_head_dim',
  'qk_nope_head_dim',
  'v_head_dim',
  'sliding_window',
  'layer_types',
  'n_shared_experts',
  'image_size',
  'patch_size',
  'multi_query',
  'quantization_config',
  'mlp_only_layers',
  'head_dim',
  'first_k_dense_replace',
  'moe_layer_freq',
  'feed_forward_proj',
];
const strange = [
  0,
  -1,
  1e9,
  1e300,
  Number.NaN,
  0.5,
  '',
  'silu',
  true,
  false,
  null,
  [],
  { hidden_size: 64, num_hidden_layers: 2 },
];

const restoreTraces = (limit: number) => () => {
  Error.stackTraceLimit = limit;
};
