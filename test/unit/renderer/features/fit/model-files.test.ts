import { describe, expect, it } from 'vitest';
import { modelFromFile } from '#renderer/features/fit/model-files.ts';

/** A safetensors file with this header; `length`: what its first eight bytes say, if not the truth. */
function safetensors(header: unknown, length?: bigint): File {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const first = new Uint8Array(8);
  new DataView(first.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  return new File([first, json, new Uint8Array(64)], 'model.safetensors');
}
const tensor = (...shape: number[]) => ({ dtype: 'BF16', shape, data_offsets: [0, 0] });
const small = {
  'model.embed_tokens.weight': tensor(1000, 64),
  'lm_head.weight': tensor(1000, 64),
  'model.layers.0.self_attn.q_proj.weight': tensor(64, 64),
  'model.layers.0.self_attn.k_proj.weight': tensor(64, 64),
  'model.layers.0.mlp.gate_proj.weight': tensor(256, 64),
  'model.layers.0.mlp.up_proj.weight': tensor(256, 64),
  'model.layers.0.mlp.down_proj.weight': tensor(64, 256),
};

describe('a model from a file that was chosen', () => {
  it('is read from the header of a safetensors file alone', async () => {
    const file = safetensors(small);
    let read = 0;
    const slice = file.slice.bind(file);
    file.slice = (from = 0, to = file.size, type) => {
      read += to - from;
      return slice(from, to, type);
    };
    const model = await modelFromFile(file);
    expect(model.layers).toBe(1);
    expect(model.hidden).toBe(64);
    expect(read).toBeLessThan(file.size);
  });

  it('is read from a config.json', async () => {
    const config = {
      model_type: 'llama',
      hidden_size: 4096,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      intermediate_size: 11008,
      vocab_size: 32000,
      max_position_embeddings: 4096,
    };
    const model = await modelFromFile(new File([JSON.stringify(config)], 'config.json'));
    expect(model.parameters / 1e9).toBeCloseTo(6.74, 1);
  });

  it.each([
    ['shorter than its length says', () => safetensors(small, 1_000_000n)],
    ['longer than any header', () => safetensors(small, 2n ** 60n)],
    ['empty', () => new File([], 'model.safetensors')],
    [
      'no text',
      () => new File([new Uint8Array([4, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0xff, 0xfe])], 'a.safetensors'),
    ],
  ])('is refused by a sentence where its header is %s', async (_, make) => {
    await expect(modelFromFile(make())).rejects.toMatchObject({ code: 'MODEL_HEADER_BROKEN' });
  });

  it('is refused where it is no JSON', async () => {
    await expect(modelFromFile(new File(['hello'], 'config.json'))).rejects.toMatchObject({
      code: 'MODEL_NOT_JSON',
    });
  });
});
