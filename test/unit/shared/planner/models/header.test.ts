import { describe, expect, it, onTestFinished } from 'vitest';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { modelShape } from '#shared/domain/workload.ts';
import { modelFromSafetensorsHeader, modelFromText } from '#shared/planner/models/index.ts';
import { seededRandom } from '#test/lab/seed.ts';

const tensor = (...shape: number[]) => ({ dtype: 'BF16', shape, data_offsets: [0, 0] });

/** Llama-3.1-8B as its files have it. */
function llamaHeader(layers = 32): Record<string, unknown> {
  const header: Record<string, unknown> = {
    __metadata__: { format: 'pt' },
    'model.embed_tokens.weight': tensor(128256, 4096),
    'model.norm.weight': tensor(4096),
    'lm_head.weight': tensor(128256, 4096),
  };
  for (let layer = 0; layer < layers; layer += 1) {
    const at = `model.layers.${layer}`;
    Object.assign(header, {
      [`${at}.input_layernorm.weight`]: tensor(4096),
      [`${at}.post_attention_layernorm.weight`]: tensor(4096),
      [`${at}.self_attn.q_proj.weight`]: tensor(4096, 4096),
      [`${at}.self_attn.k_proj.weight`]: tensor(1024, 4096),
      [`${at}.self_attn.v_proj.weight`]: tensor(1024, 4096),
      [`${at}.self_attn.o_proj.weight`]: tensor(4096, 4096),
      [`${at}.self_attn.rotary_emb.inv_freq`]: tensor(64),
      [`${at}.mlp.gate_proj.weight`]: tensor(14336, 4096),
      [`${at}.mlp.up_proj.weight`]: tensor(14336, 4096),
      [`${at}.mlp.down_proj.weight`]: tensor(4096, 14336),
    });
  }
  return header;
}

describe('the header of a safetensors file', () => {
  it('tells a Llama as its config.json does, but the context', () => {
    const model = modelFromSafetensorsHeader(llamaHeader(), 'model.safetensors');
    expect(model).toMatchObject({
      parameters: 8_030_261_248,
      layers: 32,
      hidden: 4096,
      heads: 32,
      kvHeads: 8,
      headSize: 128,
      feedForward: 14336,
      vocabulary: 128256,
      tiedEmbeddings: false,
      gated: true,
      weightType: 'bfloat16',
    });
    expect(modelShape.safeParse(model).success).toBe(true);
    expect(model.notes?.map(({ params }) => params.key)).toEqual(['head_dim', 'max_position_embeddings']);
  });

  it('tells GPT-2 with its fused attention, buffers left out', () => {
    const header: Record<string, unknown> = {
      'wte.weight': tensor(50257, 768),
      'wpe.weight': tensor(1024, 768),
      'ln_f.weight': tensor(768),
      'ln_f.bias': tensor(768),
    };
    for (let layer = 0; layer < 12; layer += 1)
      Object.assign(header, {
        [`h.${layer}.attn.bias`]: tensor(1, 1, 1024, 1024),
        [`h.${layer}.attn.c_attn.weight`]: tensor(768, 2304),
        [`h.${layer}.attn.c_proj.weight`]: tensor(768, 768),
        [`h.${layer}.mlp.c_fc.weight`]: tensor(768, 3072),
        [`h.${layer}.mlp.c_proj.weight`]: tensor(3072, 768),
      });
    const model = modelFromSafetensorsHeader(header);
    expect(Math.abs(model.parameters / 124.4e6 - 1)).toBeLessThan(0.01);
    expect(model).toMatchObject({
      layers: 12,
      hidden: 768,
      heads: 12,
      kvHeads: 12,
      headSize: 64,
      feedForward: 3072,
      tiedEmbeddings: true,
      gated: false,
    });
  });

  it('counts experts, and what a token uses of them', () => {
    const header: Record<string, unknown> = {
      'model.embed_tokens.weight': tensor(32000, 4096),
      'lm_head.weight': tensor(32000, 4096),
    };
    for (let expert = 0; expert < 8; expert += 1)
      for (const w of ['w1', 'w2', 'w3'])
        header[`model.layers.0.block_sparse_moe.experts.${expert}.${w}.weight`] =
          w === 'w2' ? tensor(4096, 14336) : tensor(14336, 4096);
    const model = modelFromSafetensorsHeader(header);
    expect(model.experts).toEqual({ count: 8, perToken: 2 });
    expect(model.parameters - model.activeParameters).toBe(6 * 3 * 4096 * 14336);
    expect(model.gated).toBe(true);
  });

  it('of an index has names and the size of all: two bytes a parameter, widths guessed and said', () => {
    const weight_map = Object.fromEntries(
      Object.keys(llamaHeader()).map((name) => [name, 'model-00001-of-00004.safetensors']),
    );
    const model = modelFromText(
      JSON.stringify({ metadata: { total_size: 16_060_522_496 }, weight_map }),
      'index',
    );
    expect(model).toMatchObject({
      parameters: 8_030_261_248,
      layers: 32,
      gated: true,
      tiedEmbeddings: false,
    });
    expect(model.notes?.map(({ params }) => params.key)).toContain('hidden_size');
    const told = modelFromSafetensorsHeader({
      metadata: { total_size: 1, total_parameters: 5e9 },
      weight_map,
    });
    expect(told.parameters).toBe(5e9);
  });

  it.each([
    ['{', 'MODEL_NOT_JSON'],
    [{}, 'MODEL_NO_TENSORS'],
    [{ a: { dtype: 'F32', shape: [2, -1] } }, 'MODEL_TENSOR_INVALID'],
    [{ a: { dtype: 'F32' } }, 'MODEL_TENSOR_INVALID'],
    [{ a: { dtype: 'F32', shape: [1e9, 1e9] } }, 'MODEL_TOO_LARGE'],
    [{ weight_map: {} }, 'MODEL_NO_TENSORS'],
    [{ weight_map: { a: 'b' }, metadata: { total_size: 'many' } }, 'MODEL_NO_TENSORS'],
  ])('%j is refused with %s', (json, code) => {
    expect(() => modelFromSafetensorsHeader(json)).toThrow(expect.objectContaining({ code }));
  });

  it('50,000 that are not like any: a whole shape or a TrainyardError, never anything else', () => {
    const random = seededRandom(11);
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
    const side = (): unknown =>
      random() < 0.9 ? 1 + Math.floor(random() * 128) : pick([0, -1, 1e12, 0.5, null, '8']);
    let whole = 0;
    // Traces of 50,000 refusals would take longer than everything else.
    onTestFinished(restoreTraces(Error.stackTraceLimit));
    Error.stackTraceLimit = 0;
    for (let run = 0; run < 50_000; run += 1) {
      const header: Record<string, unknown> = {};
      for (let more = random() * 6; more > 0; more -= 1)
        header[pick(names)] =
          random() < 0.9
            ? {
                dtype: pick(['BF16', 'F32', 'constructor']),
                shape: Array.from({ length: Math.floor(random() * 4) }, side),
              }
            : pick<unknown>([null, 1, 'a', []]);
      try {
        const model = modelFromSafetensorsHeader(header);
        whole += 1;
        if (whole % 50 === 0) modelShape.parse(model);
        if (!(model.parameters > 0 && model.activeParameters > 0 && model.heads > 0))
          throw new Error('no model');
      } catch (error) {
        if (!(error instanceof TrainyardError) || !error.code.startsWith('MODEL_')) throw error;
      }
    }
    expect(whole).toBeGreaterThan(1000);
  });
});

const names = [
  'model.embed_tokens.weight',
  'model.layers.3.self_attn.q_proj.weight',
  'model.layers.0.self_attn.k_proj.weight',
  'h.1.attn.c_attn.weight',
  'model.layers.1.mlp.experts.5.up_proj.weight',
  'lm_head.weight',
  'x',
  '__proto__',
  'layers.99999999.w',
  'weight_map',
];

const restoreTraces = (limit: number) => () => {
  Error.stackTraceLimit = limit;
};
