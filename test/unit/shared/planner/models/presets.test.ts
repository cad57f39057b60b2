import { expect, it } from 'vitest';
import { modelShape } from '#shared/domain/workload.ts';
import { findPreset, presets } from '#shared/planner/models/index.ts';
import { presetConfigs } from '#shared/planner/models/preset-configs.ts';

it('there are many, each a whole shape with nothing guessed', () => {
  expect(presets.length).toBeGreaterThanOrEqual(25);
  for (const preset of presets) {
    expect(modelShape.safeParse(preset).error).toBeUndefined();
    expect([preset.name, preset.notes]).toEqual([preset.name, undefined]);
  }
});

it.each(presetConfigs.map(({ name, published }) => ({ name, published })))(
  '$name has as many parameters as its makers say, within 1.5 %',
  ({ name, published }) => {
    const preset = findPreset(name);
    if (preset === null) throw new Error('not found');
    expect(Math.abs(preset.parameters / 1e9 / published.all - 1)).toBeLessThan(0.015);
    if (published.active === undefined) {
      expect(preset.activeParameters).toBe(preset.parameters);
      return;
    }
    // OpenAI leaves the input embeddings out of what is active.
    const left = name.startsWith('gpt-oss') ? preset.vocabulary * preset.hidden : 0;
    expect(Math.abs((preset.activeParameters - left) / 1e9 / published.active - 1)).toBeLessThan(0.02);
  },
);

it('is found without regard to case and punctuation, its maker before it', () => {
  expect(findPreset('meta-llama/llama-3.1_8b')?.name).toBe('Llama-3.1-8B');
  expect(findPreset('gpt2')?.name).toBe('GPT-2');
  expect(findPreset('ViT-L/16')?.name).toBe('ViT-L/16');
  expect(findPreset('nothing')).toBeNull();
});
