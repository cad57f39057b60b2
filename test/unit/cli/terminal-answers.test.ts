import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assumptionLines, assumptionsOf } from '#cli/assumptions.ts';
import { didYouMean, nearest } from '#cli/did-you-mean.ts';
import { checkProviders, knownAccelerator } from '#cli/known-names.ts';
import { leftOut, wrapped } from '#cli/output.ts';
import { unknownsOf } from '#cli/plan-unknowns.ts';
import type { TrainingSetup } from '#shared/domain/workload.ts';
import { findPreset, presets } from '#shared/planner/models/index.ts';
import { accelerators, hour, someDemand } from '../shared/planner/place/some-world.ts';

const setup: TrainingSetup = {
  kind: 'training',
  method: 'qlora',
  lora: { rank: 8, targets: 'all-linear' },
  precision: 'bf16',
  optimiser: 'adamw',
  sharding: 'fsdp',
  offload: 'none',
  recomputation: 'full',
  flashAttention: true,
  sequence: 8192,
  microBatch: 2,
  globalBatch: 1024,
  tensorParallel: 1,
  pipelineParallel: 1,
  sequenceParallel: false,
};

describe('what an answer rests on', () => {
  it('is told whole, what was typed apart from what was assumed', () => {
    const lines = assumptionLines(assumptionsOf(setup, ['model', 'sequence', 'recompute', 'rank']));
    expect(lines).toEqual([
      'Given: sequences of 8,192 tokens, rank 8, full recomputation',
      'Assumed: micro-batch 2, global batch 1,024, trained by qlora, bf16, optimiser adamw, sharded by FSDP, nothing offloaded, flash attention on, tensor parallelism 1, pipeline parallelism 1, sequence parallelism off',
    ]);
    expect(assumptionsOf(setup, ['flash']).filter(({ given }) => given)).toEqual([
      { option: 'flash', value: true, given: true, text: 'flash attention on' },
    ]);
  });

  it('of serving, too', () => {
    const serving = assumptionsOf(
      {
        kind: 'inference',
        weights: 'fp8',
        cache: 'bf16',
        context: 131072,
        batch: 4,
        tensorParallel: 2,
        pipelineParallel: 1,
      },
      [],
    );
    expect(assumptionLines(serving)).toEqual([
      'Assumed: context of 131,072 tokens, 4 at a time, weights as fp8, keys and values as bf16, tensor parallelism 2, pipeline parallelism 1',
    ]);
  });
});

describe('what a plan does not know', () => {
  const nothing = someDemand({ duration: null, useSpot: 'allowed' });
  const whats = (yaml: string, demand = nothing) => unknownsOf(yaml, demand).map(({ what }) => what);

  it('is told with what tells it', () => {
    expect(whats('run: python train.py')).toEqual(['memory', 'time', 'data', 'result', 'rhythm']);
    expect(whats('resources:\n  cloud: aws\n  region: us-east-1\ncheckpoint:\n  path: out')).toEqual([
      'memory',
      'time',
      'data',
      'result',
      'place',
    ]);
    const texts = unknownsOf('file_mounts:\n  /data: s3://bucket', nothing).map(({ text }) => text);
    expect(texts.join(' ')).toContain('though the task mounts files (--data)');
    for (const text of texts) expect(text).toMatch(/--|checkpoint/);
  });

  it('is nothing where all is told', () => {
    const told = someDemand({
      model: findPreset('gpt2'),
      duration: { accelerator: 'H100', gpus: 8, ms: hour },
      data: { bytes: 1, provider: null, region: null },
      resultBytes: 1,
      useSpot: 'never',
    });
    expect(whats('run: x', told)).toEqual([]);
  });

  it('is told of every task that ships with the app', () => {
    const directory = path.resolve(import.meta.dirname, '../../../resources/templates');
    const tasks = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(tasks.length).toBeGreaterThan(2);
    for (const { name } of tasks) {
      const yaml = readFileSync(path.join(directory, name, 'task.yaml'), 'utf8');
      expect([name, whats(yaml)]).toEqual([name, expect.arrayContaining(['memory', 'time', 'data'])]);
    }
  });
});

describe('a name that nobody knows', () => {
  const models = presets.map(({ name }) => name);

  it.each([
    ['Lama-3.1-8B', 'Llama-3.1-8B'],
    ['llama 3.1 8b', 'Llama-3.1-8B'],
    ['meta-llama/Llama-3.1-8', 'Llama-3.1-8B'],
    ['DeepSeekV3', 'DeepSeek-V3'],
  ])('%s: %s is meant', (given, meant) => expect(nearest(given, models)[0]).toBe(meant));

  it('is not taken for what it has nothing to do with', () => {
    expect(didYouMean('quite-something-else', models)).toBe('');
    expect(didYouMean('H1000', ['H100', 'A4000', 'H200', 'L4'])).toBe('Did you mean H100? ');
    expect(() => knownAccelerator('H1000', accelerators)).toThrow('Did you mean H100?');
    expect(knownAccelerator('h100', accelerators).name).toBe('H100');
    expect(() => checkProviders(['aws', 'gpc'], ['gcp', 'aws'])).toThrow('Did you mean gcp?');
    expect(() => checkProviders(['aws'], ['gcp', 'aws'])).not.toThrow();
    expect(nearest('', ['H100'])).toEqual([]);
  });

  it('may be any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => nearest(text, models).length <= 3),
      { seed: 5, numRuns: 200 },
    );
  });
});

describe('a terminal', () => {
  it('of 80 columns has no longer line, unless a word is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z,.-]{1,30}$/), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 40, max: 200 }),
        (words, columns) => {
          const lines = wrapped(`  ${words.join(' ')}`, columns);
          expect(lines.join(' ').replace(/\s+/g, ' ').trim()).toBe(words.join(' '));
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
        },
      ),
      { seed: 3, numRuns: 200 },
    );
    expect(wrapped('a long sentence for a pipe', null)).toEqual(['a long sentence for a pipe']);
  });

  it('leaves out of a table what it has no room for, and nothing where there is room', () => {
    expect([...leftOut([10, 10, 10], [2, 1], 34)]).toEqual([]);
    expect([...leftOut([10, 10, 10], [2, 1], 33)]).toEqual([2]);
    expect([...leftOut([10, 10, 10], [2, 1], 5)]).toEqual([2, 1]);
    expect([...leftOut([10, 10, 10], [2, 1], null)]).toEqual([]);
  });
});
