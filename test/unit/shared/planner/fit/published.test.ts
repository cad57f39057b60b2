import { describe, expect, it } from 'vitest';
import type { MemoryPart } from '#shared/domain/fit.ts';
import type { ModelShape, Setup, TrainingSetup } from '#shared/domain/workload.ts';
import { adapterParameters, bodyParameters, fit as judge } from '#shared/planner/fit/index.ts';
import { modelFromConfig } from '#shared/planner/models/index.ts';
import { a100, accelerator, preset, serving, training } from './given.ts';

const GB = 1e9;
const GiB = 1024 ** 3;

/** Sums of parts of one GPU's memory. */
function parts(
  model: ModelShape,
  setup: Setup,
  gpus: number,
  ...of: MemoryPart[]
): { low: number; high: number } {
  const { need } = judge({ model, setup, accelerator: a100, gpus });
  const chosen = need.parts.filter(({ part }) => of.includes(part));
  return {
    low: chosen.reduce((sum, { lowBytes }) => sum + lowBytes, 0),
    high: chosen.reduce((sum, { highBytes }) => sum + highBytes, 0),
  };
}
const states = (model: ModelShape, setup: Setup, gpus: number) =>
  parts(model, setup, gpus, 'weights', 'gradients', 'optimiser');

/** Within 10 %, or the range contains it: what planning.md promises. */
function holds(range: { low: number; high: number }, published: number): void {
  expect(range.low).toBeLessThanOrEqual(published * 1.1);
  expect(range.high).toBeGreaterThanOrEqual(published * 0.9);
}

/** Nothing but its size is known of it. */
const ofSize = (parameters: number, layers: number, hidden: number): ModelShape => ({
  ...preset('GPT-3-175B'),
  name: 'typed',
  parameters,
  activeParameters: parameters,
  layers,
  hidden,
  feedForward: 4 * hidden,
});

describe('ZeRO, arXiv 1910.02054, table 1: 7.5B parameters', () => {
  const model = ofSize(7.5e9, 78, 2816);
  it.each([
    ['ddp', 64, 120],
    ['zero1', 4, 52.5],
    ['zero1', 16, 35.6],
    ['zero1', 64, 31.4],
    ['zero2', 4, 41.3],
    ['zero2', 16, 21.6],
    ['zero2', 64, 16.6],
    ['zero3', 4, 30],
    ['zero3', 16, 7.5],
    ['zero3', 64, 1.88],
  ] as const)('%s over %i GPUs needs %d GB', (sharding, gpus, gigabytes) => {
    holds(states(model, training({ sharding }), gpus), gigabytes * GB);
  });

  it.each([
    ['128B', 128e9, 'zero1', 1024, 513],
    ['128B', 128e9, 'zero2', 1024, 257],
    ['128B', 128e9, 'zero3', 256, 8],
    ['1T', 1e12, 'zero3', 1024, 15.6],
  ] as const)('%s: %d, %s over %i', (_, parameters, sharding, gpus, gigabytes) => {
    const model = ofSize(parameters, 128, 8192);
    // The paper leaves out the layer that is gathered while it is worked on.
    const gathered = sharding === 'zero3' ? (2 * bodyParameters(model)) / model.layers : 0;
    const range = states(model, training({ sharding }), gpus);
    holds({ low: range.low - gathered, high: range.high }, gigabytes * GB);
  });
});

describe("DeepSpeed's own estimate of ZeRO-3: 2783M parameters, 65M in the largest layer", () => {
  // T0_3B: embeddings of 65M parameters are the largest layer.
  const model: ModelShape = {
    ...preset('T5-3B'),
    parameters: 2783e6,
    activeParameters: 2783e6,
    vocabulary: 63_477,
    hidden: 1024,
    layers: 48,
    tiedEmbeddings: true,
  };
  it.each([
    [1, 'none', 46.91],
    [2, 'none', 23.58],
    [1, 'optimiser', 5.43],
    [2, 'optimiser', 2.84],
    [1, 'all', 0.25],
  ] as const)('%i GPUs, offload %s: %d GiB', (gpus, offload, gigabytes) => {
    const range = states(model, training({ sharding: 'zero3', offload }), gpus);
    holds(range, gigabytes * GiB);
    // It counts as pessimistically as we do at the high end.
    expect(Math.abs(range.high / (gigabytes * GiB) - 1)).toBeLessThan(0.1);
  });

  it.each([
    ['optimiser', 62.23],
    ['all', 70],
  ] as const)('on the host with offload %s: %d GiB', (offload, gigabytes) => {
    const { need } = judge({
      model,
      setup: training({ sharding: 'zero3', offload }),
      accelerator: a100,
      gpus: 1,
    });
    holds({ low: need.host.lowBytes, high: need.host.highBytes }, gigabytes * GiB);
  });
});

describe('Megatron, arXiv 2205.05198: activations', () => {
  /** Table 3: heads, hidden, layers, tensor- and pipeline-parallel, micro-batch; sequences of 2048, vocabulary 51,200. */
  const shapes = {
    '22B': { heads: 64, hidden: 6144, layers: 48, t: 8, p: 1, b: 4 },
    '175B': { heads: 96, hidden: 12288, layers: 96, t: 8, p: 8, b: 1 },
    '530B': { heads: 128, hidden: 20480, layers: 105, t: 8, p: 35, b: 1 },
    '1T': { heads: 160, hidden: 25600, layers: 128, t: 8, p: 64, b: 1 },
  } as const;
  const modelOf = (name: keyof typeof shapes): ModelShape =>
    modelFromConfig({
      model_type: 'gpt2',
      n_embd: shapes[name].hidden,
      n_layer: shapes[name].layers,
      n_head: shapes[name].heads,
      n_positions: 2048,
      vocab_size: 51_200,
    });
  const setupOf = (name: keyof typeof shapes, more: Partial<TrainingSetup>) =>
    training({
      tensorParallel: shapes[name].t,
      pipelineParallel: shapes[name].p,
      microBatch: shapes[name].b,
      flashAttention: false,
      globalBatch: 2240,
      ...more,
    });
  const names = Object.keys(shapes) as (keyof typeof shapes)[];

  it.each(names)('%s: tables 2 and 3, with what the formulas give per layer', (name) => {
    const { heads, hidden, layers, t, p, b } = shapes[name];
    const sbh = 2048 * b * hidden;
    const scores = (5 * heads * 2048) / hidden;
    // The first stage holds as much as all the layers of one micro-batch, whatever p is.
    const held = (p === 1 ? layers : Math.ceil(layers / p) * p) * sbh;
    const activations = (more: Partial<TrainingSetup>) =>
      parts(modelOf(name), setupOf(name, more), t * p, 'activations');
    holds(activations({}), held * (10 + 24 / t + scores / t));
    holds(activations({ sequenceParallel: true }), (held / t) * (34 + scores));
    holds(activations({ sequenceParallel: true, recomputation: 'selective' }), (held / t) * 34);
    holds(activations({ recomputation: 'full' }), held * 2);
  });

  it('selective recomputation saves 70 % of GPT-3’s and 65 % of MT-NLG’s activations', () => {
    for (const [name, saved] of [
      ['175B', 0.7],
      ['530B', 0.65],
    ] as const) {
      const of = (recomputation: TrainingSetup['recomputation']) =>
        parts(
          modelOf(name),
          setupOf(name, { sequenceParallel: true, recomputation }),
          shapes[name].t * shapes[name].p,
          'activations',
        );
      const [none, selective] = [of('none'), of('selective')];
      const share = { low: 1 - selective.high / none.high, high: 1 - selective.low / none.high };
      holds(share, saved);
    }
  });

  it.each(names)(
    '%s: figure 1, on A100s of 80 GB the baseline does not fit for sure, their work does',
    (name) => {
      const { t, p } = shapes[name];
      const verdict = (more: Partial<TrainingSetup>) =>
        judge({ model: modelOf(name), setup: setupOf(name, more), accelerator: a100, gpus: t * p }).verdict;
      expect(verdict({})).not.toBe('fits');
      expect(verdict({ sequenceParallel: true, recomputation: 'selective' })).not.toBe('no');
    },
  );
});

describe('nanotron on H100, measured by Hugging Face (nanotron/old_bench, bench_cluster): a Llama of 1.2B, 4096 tokens', () => {
  // Its shape by the FLOPs that its logs tell: 9.0·10⁹ a token without the input embeddings.
  const model = modelFromConfig({
    model_type: 'llama',
    hidden_size: 2048,
    num_hidden_layers: 24,
    num_attention_heads: 32,
    intermediate_size: 4096,
    vocab_size: 50272,
    max_position_embeddings: 4096,
  });
  it.each([
    [2, 2, 2, 1, 8570],
    [2, 1, 4, 4, 39_056],
    [2, 4, 1, 8, 25_808],
    [1, 1, 8, 4, 44_034],
    [1, 8, 8, 16, 34_839],
  ])(
    '%i replicas × tensor %i × pipeline %i, micro-batch %i: %i MiB at the most',
    (data, tensor, pipeline, microBatch, peak) => {
      const setup = training({
        sharding: 'zero1',
        sequence: 4096,
        microBatch,
        globalBatch: 1024,
        tensorParallel: tensor,
        pipelineParallel: pipeline,
        sequenceParallel: tensor > 1,
      });
      const { need } = judge({ model, setup, accelerator: a100, gpus: data * tensor * pipeline });
      holds({ low: need.total.lowBytes, high: need.total.highBytes }, peak * 1024 ** 2);
    },
  );
});

describe('adapters', () => {
  it('QLoRA, arXiv 2305.14314: 65B is tuned on one GPU of 48 GB, 33B on one of 24 GB', () => {
    const setup = training({
      method: 'qlora',
      sequence: 512,
      recomputation: 'full',
      lora: { rank: 64, targets: 'all-linear' },
      optimiser: 'adamw-8bit',
      globalBatch: 16,
    });
    for (const [name, gigabytes] of [
      ['Llama-65B', 48],
      ['Llama-30B', 24],
    ] as const) {
      const report = judge({
        model: preset(name),
        setup,
        accelerator: accelerator('one', gigabytes),
        gpus: 1,
      });
      expect(report.verdict).not.toBe('no');
      expect(report.need.total.lowBytes).toBeGreaterThan(gigabytes * 0.7 * GiB);
    }
  });

  it('QLoRA: 4-bit weights with double quantisation save 0.373 bits a parameter, about 3 GB of 65B', () => {
    const { low, high } = parts(preset('Llama-65B'), training({ method: 'qlora' }), 1, 'weights');
    const saved = bodyParameters(preset('Llama-65B')) * ((0.5 - 0.127) / 8);
    const embeddings = 2 * 32000 * 8192 * 2;
    holds({ low: high - low - embeddings, high: high - low }, saved);
    holds({ low: saved, high: saved }, 3e9);
  });

  it('LoRA, arXiv 2106.09685 table 5: GPT-3 at rank 2 on all four matrices of attention trains 18M parameters', () => {
    const trained = adapterParameters(preset('GPT-3-175B'), { rank: 2, targets: 'attention' });
    holds({ low: trained, high: trained }, 18e6);
  });
});

describe('keys and values', () => {
  const cacheOf = (name: string, context: number, batch = 1) =>
    parts(preset(name), serving({ context, batch }), 8, 'cache');
  it('vLLM, arXiv 2309.06180: 800 KB a token of OPT-13B, 1.6 GB for 2048', () => {
    holds(cacheOf('OPT-13B', 1), 800 * 1024);
    holds(cacheOf('OPT-13B', 2048), 1.6e9);
  });
  it('DeepSeek-V3, arXiv 2505.09343 table 1: 70.272 KB a token, against 327.680 of Qwen-2.5 72B and 516.096 of Llama-3.1 405B', () => {
    holds(cacheOf('DeepSeek-V3', 1), 70_272);
    holds(cacheOf('Qwen2.5-72B', 1), 327_680);
    holds(cacheOf('Llama-3.1-405B', 1), 516_096);
  });
  it('GQA, Llama-2-70B: an eighth of what all heads would take', () => {
    holds(cacheOf('Llama-2-70B', 4096), 2 * 80 * 8 * 128 * 2 * 4096);
    holds(cacheOf('Llama-65B', 4096), 2 * 80 * 64 * 128 * 2 * 4096);
  });
  it('a window: half of gpt-oss’s layers keep 128 positions', () => {
    holds(cacheOf('gpt-oss-20b', 131_072), 2 * 8 * 64 * 2 * (12 * 131_072 + 12 * 128));
  });
});

describe('weights that are served', () => {
  it.each([
    ['Llama-3.1-8B', 'bf16', 16],
    ['Llama-3.1-70B', 'bf16', 140],
    ['Llama-3.1-405B', 'bf16', 810],
    ['Llama-3.1-8B', 'fp8', 8],
    ['Llama-3.1-70B', 'fp8', 70],
    ['Llama-3.1-405B', 'fp8', 405],
    ['Llama-3.1-8B', 'int4', 4],
    ['Llama-3.1-70B', 'int4', 35],
    ['Llama-3.1-405B', 'int4', 203],
  ] as const)('Hugging Face on Llama 3.1: %s in %s takes %d GB', (name, weights, gigabytes) => {
    const range = parts(preset(name), serving({ weights }), 1, 'weights');
    // Its table leaves embeddings at the size of the rest: of 8B they are a third in 16 bits.
    const left = weights === 'bf16' ? 0 : preset(name).vocabulary * preset(name).hidden * 2 * 2;
    holds({ low: range.low - left, high: range.high }, gigabytes * GB);
  });
});
