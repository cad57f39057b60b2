import { describe, expect, it } from 'vitest';
import type { AcceleratorModel } from '#shared/domain/catalog.ts';
import type { ModelShape, TrainingSetup } from '#shared/domain/workload.ts';
import { modelFromConfig } from '#shared/planner/models/index.ts';
import { estimateTime } from '#shared/planner/time.ts';
import { a100, h100, preset, training } from '../fit/given.ts';

const smol = (hidden: number, layers: number, heads: number, kv: number, inner: number): ModelShape =>
  modelFromConfig({
    model_type: 'llama',
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kv,
    intermediate_size: inner,
    vocab_size: 49152,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  });
const pythia = (hidden: number, layers: number, heads: number): ModelShape =>
  modelFromConfig({
    model_type: 'gpt_neox',
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    intermediate_size: 4 * hidden,
    vocab_size: 50304,
    max_position_embeddings: 2048,
  });

interface Case {
  run: string;
  model: ModelShape;
  on: AcceleratorModel;
  tokens: number;
  sequence: number;
  gpuHours: number;
  more?: Partial<TrainingSetup>;
}

/** GPU hours as their makers publish them; docs/planning.md lists where. */
const cases: Case[] = [
  {
    run: 'Llama 1 7B',
    model: preset('Llama-2-7B'),
    on: a100,
    tokens: 1e12,
    sequence: 2048,
    gpuHours: 82_432,
  },
  {
    run: 'Llama 1 13B',
    model: preset('Llama-2-13B'),
    on: a100,
    tokens: 1e12,
    sequence: 2048,
    gpuHours: 135_168,
  },
  {
    run: 'Llama 1 33B',
    model: preset('Llama-30B'),
    on: a100,
    tokens: 1.4e12,
    sequence: 2048,
    gpuHours: 530_432,
  },
  {
    run: 'Llama 1 65B',
    model: preset('Llama-65B'),
    on: a100,
    tokens: 1.4e12,
    sequence: 2048,
    gpuHours: 1_022_362,
  },
  {
    run: 'Llama 2 7B',
    model: preset('Llama-2-7B'),
    on: a100,
    tokens: 2e12,
    sequence: 4096,
    gpuHours: 184_320,
  },
  {
    run: 'Llama 2 13B',
    model: preset('Llama-2-13B'),
    on: a100,
    tokens: 2e12,
    sequence: 4096,
    gpuHours: 368_640,
  },
  {
    run: 'Llama 2 70B',
    model: preset('Llama-2-70B'),
    on: a100,
    tokens: 2e12,
    sequence: 4096,
    gpuHours: 1_720_320,
  },
  {
    run: 'Llama 3 8B',
    model: preset('Llama-3.1-8B'),
    on: h100,
    tokens: 15e12,
    sequence: 8192,
    gpuHours: 1.3e6,
  },
  {
    run: 'Llama 3 70B',
    model: preset('Llama-3.1-70B'),
    on: h100,
    tokens: 15e12,
    sequence: 8192,
    gpuHours: 6.4e6,
  },
  {
    run: 'Llama 3.1 405B',
    model: preset('Llama-3.1-405B'),
    on: h100,
    tokens: 15.6e12,
    sequence: 8192,
    gpuHours: 30.84e6,
  },
  {
    run: 'BLOOM 176B',
    model: preset('BLOOM-176B'),
    on: a100,
    tokens: 366e9,
    sequence: 2048,
    gpuHours: 1_082_990,
    more: { recomputation: 'full' },
  },
  {
    run: 'Pythia 12B',
    model: preset('Pythia-12B'),
    on: a100,
    tokens: 3e11,
    sequence: 2048,
    gpuHours: 72_300,
  },
  {
    run: 'Pythia 6.9B',
    model: preset('Pythia-6.9B'),
    on: a100,
    tokens: 3e11,
    sequence: 2048,
    gpuHours: 33_500,
  },
  {
    run: 'Pythia 2.8B',
    model: pythia(2560, 32, 32),
    on: a100,
    tokens: 3e11,
    sequence: 2048,
    gpuHours: 14_240,
  },
  {
    run: 'Pythia 1.4B',
    model: preset('Pythia-1.4B'),
    on: a100,
    tokens: 3e11,
    sequence: 2048,
    gpuHours: 7_120,
  },
  { run: 'Pythia 1B', model: pythia(2048, 16, 8), on: a100, tokens: 3e11, sequence: 2048, gpuHours: 4_830 },
  {
    run: 'Pythia 410M',
    model: pythia(1024, 24, 16),
    on: a100,
    tokens: 3e11,
    sequence: 2048,
    gpuHours: 2_540,
  },
  { run: 'Pythia 160M', model: pythia(768, 12, 12), on: a100, tokens: 3e11, sequence: 2048, gpuHours: 1_030 },
  { run: 'Pythia 70M', model: pythia(512, 6, 8), on: a100, tokens: 3e11, sequence: 2048, gpuHours: 510 },
  {
    run: 'MPT 7B',
    model: preset('MPT-7B'),
    on: a100,
    tokens: 1e12,
    sequence: 2048,
    gpuHours: 440 * 9.5 * 24,
  },
  {
    run: 'SmolLM2 1.7B',
    model: smol(2048, 24, 32, 32, 8192),
    on: h100,
    tokens: 11e12,
    sequence: 2048,
    gpuHours: 140_000,
  },
  {
    run: 'SmolLM2 360M',
    model: smol(960, 32, 15, 5, 2560),
    on: h100,
    tokens: 4e12,
    sequence: 2048,
    gpuHours: 20_000,
  },
  {
    run: 'SmolLM2 135M',
    model: smol(576, 30, 9, 3, 1536),
    on: h100,
    tokens: 2e12,
    sequence: 2048,
    gpuHours: 5_000,
  },
];

describe('published runs took between the tenth and the ninetieth percentile, within 10 %', () => {
  it.each(cases)('$run: $gpuHours GPU hours', ({ model, on, tokens, sequence, gpuHours, more }) => {
    const setup = training({ sequence, sharding: 'zero1', ...more });
    const time = estimateTime({ model, setup, accelerator: on, gpus: 8, tokens });
    if (time === null) throw new Error('no time');
    const hours = (ms: number) => (ms * 8) / 3_600_000;
    expect(hours(time.ms.p10)).toBeLessThanOrEqual(gpuHours * 1.1);
    expect(hours(time.ms.p90)).toBeGreaterThanOrEqual(gpuHours * 0.9);
    expect(hours(time.ms.p90) / hours(time.ms.p10)).toBeLessThan(5);
  });

  it('and the middle is no more than a third off for most', () => {
    const near = cases.filter(({ model, on, tokens, sequence, gpuHours, more }) => {
      const time = estimateTime({
        model,
        setup: training({ sequence, sharding: 'zero1', ...more }),
        accelerator: on,
        gpus: 8,
        tokens,
      });
      return time !== null && Math.abs(Math.log((time.ms.p50 * 8) / 3_600_000 / gpuHours)) < Math.log(4 / 3);
    });
    expect(near.length).toBeGreaterThan(cases.length / 2);
  });
});
