import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Figure } from '#shared/domain/figure.ts';
import { fitReport } from '#shared/domain/fit.ts';
import { type Setup, setup as setupSchema, type TrainingSetup } from '#shared/domain/workload.ts';
import { figureNames } from '#shared/planner/figure-names.ts';
import { availableBytes, type FitQuestion, fit as judge, quickFit } from '#shared/planner/fit/index.ts';
import { presets } from '#shared/planner/models/index.ts';
import { a100, accelerator, h100, preset, serving, shippedAccelerators, training } from './given.ts';

const powers = (most: number) => fc.integer({ min: 0, max: most }).map((exponent) => 2 ** exponent);
const models = fc.constantFrom(...presets);
const trainings: fc.Arbitrary<TrainingSetup> = fc.record({
  kind: fc.constant('training' as const),
  method: fc.constantFrom('full' as const, 'lora' as const, 'qlora' as const),
  lora: fc.record({ rank: powers(7), targets: fc.constantFrom('attention' as const, 'all-linear' as const) }),
  precision: fc.constantFrom('fp32' as const, 'bf16' as const, 'fp16' as const, 'fp8' as const),
  optimiser: fc.constantFrom(
    'adamw' as const,
    'adamw-8bit' as const,
    'adafactor' as const,
    'sgd' as const,
    'lion' as const,
  ),
  sharding: fc.constantFrom(
    'ddp' as const,
    'zero1' as const,
    'zero2' as const,
    'zero3' as const,
    'fsdp' as const,
  ),
  offload: fc.constantFrom('none' as const, 'optimiser' as const, 'all' as const),
  recomputation: fc.constantFrom('none' as const, 'selective' as const, 'full' as const),
  flashAttention: fc.boolean(),
  sequence: powers(14),
  microBatch: fc.integer({ min: 1, max: 32 }),
  globalBatch: fc.integer({ min: 1, max: 4096 }),
  tensorParallel: powers(3),
  pipelineParallel: fc.constantFrom(1, 1, 2, 4),
  sequenceParallel: fc.boolean(),
});
const servings: fc.Arbitrary<Setup> = fc.record({
  kind: fc.constant('inference' as const),
  weights: fc.constantFrom(
    'fp32' as const,
    'bf16' as const,
    'fp8' as const,
    'int8' as const,
    'int4' as const,
    'nf4' as const,
  ),
  cache: fc.constantFrom('bf16' as const, 'fp8' as const, 'int4' as const),
  context: powers(17),
  batch: fc.integer({ min: 1, max: 512 }),
  tensorParallel: powers(3),
  pipelineParallel: fc.constantFrom(1, 2),
});
const setups: fc.Arbitrary<Setup> = fc.oneof(trainings, servings);
/** More than any model needs at once: what is asked is what it needs. */
const ask = (question: Omit<FitQuestion, 'accelerator'>) => quickFit({ ...question, accelerator: a100 });
const group = ({ tensorParallel, pipelineParallel }: Setup) => tensorParallel * pipelineParallel;
const runs = { numRuns: 300, seed: 3 };

describe('memory', () => {
  it('is whole bytes, low under high, the sum of its parts, in a report that the contract takes', () => {
    fc.assert(
      fc.property(models, setups, fc.integer({ min: 1, max: 16 }), (model, setup, times) => {
        const report = judge({ model, setup, accelerator: a100, gpus: group(setup) * times });
        const { parts, total } = report.need;
        for (const { lowBytes, highBytes } of [...parts, total, report.need.host]) {
          expect(Number.isSafeInteger(lowBytes) && Number.isSafeInteger(highBytes)).toBe(true);
          expect(lowBytes).toBeLessThanOrEqual(highBytes);
          expect(lowBytes).toBeGreaterThanOrEqual(0);
        }
        expect(total.lowBytes).toBe(parts.reduce((sum, { lowBytes }) => sum + lowBytes, 0));
        expect(fitReport.safeParse(report).error).toBeUndefined();
      }),
      { ...runs, numRuns: 100 },
    );
  });

  it('never grows with more GPUs under ZeRO-3, from two replicas on', () => {
    fc.assert(
      fc.property(
        models,
        trainings,
        fc.integer({ min: 2, max: 64 }),
        fc.integer({ min: 1, max: 64 }),
        (model, given, replicas, more) => {
          const setup: TrainingSetup = { ...given, sharding: 'zero3' };
          const few = ask({ model, setup, gpus: group(setup) * replicas });
          const many = ask({ model, setup, gpus: group(setup) * (replicas + more) });
          expect(many.highBytes).toBeLessThanOrEqual(few.highBytes);
          expect(many.lowBytes).toBeLessThanOrEqual(few.lowBytes);
        },
      ),
      runs,
    );
  });

  it('never shrinks with a larger batch, nor with longer sequences', () => {
    fc.assert(
      fc.property(models, setups, fc.integer({ min: 1, max: 64 }), (model, setup, more) => {
        const gpus = group(setup) * 2;
        const larger: Setup[] =
          setup.kind === 'training'
            ? [
                { ...setup, microBatch: setup.microBatch + more },
                { ...setup, sequence: setup.sequence + more },
              ]
            : [
                { ...setup, batch: setup.batch + more },
                { ...setup, context: setup.context + more },
              ];
        for (const next of larger)
          expect(ask({ model, setup: next, gpus }).highBytes).toBeGreaterThanOrEqual(
            ask({ model, setup, gpus }).highBytes,
          );
      }),
      runs,
    );
  });

  it('never grows with recomputation, flash attention, sharding further or a smaller optimiser', () => {
    fc.assert(
      fc.property(models, trainings, (model, setup) => {
        const gpus = group(setup) * 4;
        const high = (more: Partial<TrainingSetup>) =>
          ask({ model, setup: { ...setup, ...more }, gpus }).highBytes;
        // What full recomputation works on is one layer: of a single one nothing can be saved.
        if (model.layers / setup.pipelineParallel >= 4) {
          expect(high({ recomputation: 'selective' })).toBeLessThanOrEqual(high({ recomputation: 'none' }));
          expect(high({ recomputation: 'full' })).toBeLessThanOrEqual(high({ recomputation: 'none' }));
        }
        if (setup.sequence >= 64)
          expect(high({ flashAttention: true })).toBeLessThanOrEqual(high({ flashAttention: false }));
        expect(high({ optimiser: 'adamw-8bit' })).toBeLessThanOrEqual(high({ optimiser: 'adamw' }));
        expect(high({ optimiser: 'sgd' })).toBeLessThanOrEqual(high({ optimiser: 'adamw-8bit' }));
      }),
      runs,
    );
  });

  it('of quantised weights is less the fewer their bits', () => {
    const bytes = (['fp32', 'bf16', 'int8', 'int4'] as const).map(
      (weights) => ask({ model: preset('Llama-3.1-8B'), setup: serving({ weights }), gpus: 1 }).highBytes,
    );
    expect(bytes).toEqual(bytes.toSorted((one, other) => other - one));
  });
});

describe('the largest micro-batch', () => {
  it('fits for sure, and one more does not', () => {
    fc.assert(
      fc.property(models, setups, (model, setup) => {
        const gpus = group(setup) * 2;
        const { largestMicroBatch, availableBytes: available } = judge({
          model,
          setup,
          accelerator: a100,
          gpus,
        });
        const high = (batch: number) =>
          ask({
            model,
            setup: setup.kind === 'training' ? { ...setup, microBatch: batch } : { ...setup, batch },
            gpus,
          }).highBytes;
        if (largestMicroBatch > 0) expect(high(largestMicroBatch)).toBeLessThanOrEqual(available);
        if (largestMicroBatch < 1 << 20) expect(high(largestMicroBatch + 1)).toBeGreaterThan(available);
      }),
      { ...runs, numRuns: 100 },
    );
  });
});

describe('remedies', () => {
  it('are verified: each leads from its set-up to what it says, and to a better verdict than there was', () => {
    let seen = 0;
    fc.assert(
      fc.property(
        models,
        setups,
        fc.constantFrom(1, 2, 8),
        fc.constantFrom(16, 24, 80),
        (model, setup, times, memory) => {
          const gpu = accelerator('some', memory);
          const report = judge({ model, setup, accelerator: gpu, gpus: group(setup) * times });
          if (report.verdict === 'fits') expect(report.remedies).toEqual([]);
          for (const remedy of report.remedies) {
            seen += 1;
            expect(setupSchema.safeParse(remedy.setup).success).toBe(true);
            const again = quickFit({ model, setup: remedy.setup, accelerator: gpu, gpus: remedy.gpus });
            expect(again.verdict).toBe(remedy.verdict);
            expect(again.highBytes).toBe(remedy.total.highBytes);
            expect(['fits', ...(report.verdict === 'no' ? ['tight'] : [])]).toContain(remedy.verdict);
            expect([remedy.reason, ...remedy.also].every(({ message }) => !message.includes('{{'))).toBe(
              true,
            );
          }
        },
      ),
      { ...runs, numRuns: 150 },
    );
    expect(seen).toBeGreaterThan(50);
  });

  it('are the cheap ones first: a 70B that is too much for eight H100', () => {
    const { remedies, verdict } = judge({
      model: preset('Llama-3.1-70B'),
      setup: training({ sharding: 'fsdp', sequence: 4096 }),
      accelerator: h100,
      gpus: 8,
    });
    expect(verdict).toBe('no');
    expect(remedies.map(({ reason, also }) => [reason.code, ...also.map(({ code }) => code)])).toEqual([
      ['REMEDY_GPUS', 'REMEDY_RECOMPUTE'],
      ['REMEDY_OFFLOAD_OPTIMISER', 'REMEDY_RECOMPUTE'],
      ['REMEDY_OFFLOAD_ALL', 'REMEDY_RECOMPUTE'],
      ['REMEDY_LORA', 'REMEDY_RECOMPUTE'],
      ['REMEDY_QLORA', 'REMEDY_RECOMPUTE'],
    ]);
  });

  it('of what flash attention alone makes fit begin with it', () => {
    const { remedies } = judge({
      model: preset('Llama-3.1-8B'),
      setup: training({ sharding: 'fsdp', sequence: 4096, flashAttention: false }),
      accelerator: h100,
      gpus: 8,
    });
    expect(remedies[0]).toMatchObject({ reason: { code: 'REMEDY_FLASH' }, also: [], verdict: 'fits' });
  });
});

describe('what does not go together', () => {
  const codes = (setup: Setup, gpus: number, gpu = h100, model = preset('Llama-3.1-8B')) =>
    judge({ model, setup, accelerator: gpu, gpus }).warnings.map(({ code }) => code);
  it.each([
    [training({ tensorParallel: 2 }), 3, ['FIT_GPUS_NOT_MULTIPLE']],
    [training({ tensorParallel: 3, globalBatch: 6 }), 6, ['FIT_TENSOR_HEADS']],
    [training({ globalBatch: 7 }), 2, ['FIT_GLOBAL_BATCH']],
    [training({ sequence: 262_144 }), 1, ['FIT_LONGER_THAN_CONTEXT']],
    [training({ offload: 'optimiser' }), 1, ['FIT_OFFLOAD_NEEDS_ZERO']],
    [training({ offload: 'all', sharding: 'zero2' }), 2, ['FIT_OFFLOAD_NEEDS_ZERO3']],
    [training({ sequenceParallel: true }), 1, ['FIT_SEQUENCE_WITHOUT_TENSOR']],
    [training({ pipelineParallel: 4, sharding: 'zero3' }), 8, ['FIT_ZERO_WITH_PIPELINE']],
    [training({ pipelineParallel: 4, globalBatch: 4 }), 4, ['FIT_PIPELINE_BUBBLE']],
    [training({ pipelineParallel: 3, globalBatch: 300 }), 3, ['FIT_PIPELINE_LAYERS']],
    [serving({ tensorParallel: 16 }), 16, ['FIT_TENSOR_WIDE', 'FIT_TENSOR_CACHE']],
    [training(), 1, []],
  ] as const)('%j on %i GPUs: %j', (setup, gpus, expected) => {
    expect(codes(setup, gpus)).toEqual(expected);
  });

  it('formats that an accelerator does not compute', () => {
    const v100 = accelerator('V100', 16, {
      peaks: [{ type: 'fp16', tflops: 125, accumulate: 'fp32', source: 'data sheet', asOf: '2026-11' }],
    });
    expect(codes(training(), 1, v100)).toEqual(['FIT_NO_BF16']);
    expect(codes(training({ precision: 'fp8' }), 1, a100)).toEqual(['FIT_NO_FP8']);
    expect(codes(training({ precision: 'fp8' }), 1, h100)).toEqual([]);
  });

  it('is refused where nothing can be computed', () => {
    const question = { model: preset('GPT-2'), accelerator: h100 };
    expect(() => judge({ ...question, setup: training({ tensorParallel: 8 }), gpus: 4 })).toThrow(
      expect.objectContaining({ code: 'FIT_GPUS_TOO_FEW' }),
    );
    expect(() => judge({ ...question, setup: training({ pipelineParallel: 24 }), gpus: 24 })).toThrow(
      expect.objectContaining({ code: 'FIT_PIPELINE_TOO_DEEP' }),
    );
  });
});

it('leaves the driver a little of every accelerator there is', () => {
  for (const model of shippedAccelerators()) {
    const share = availableBytes(model) / (model.memoryGiB * 1024 ** 3);
    expect([model.name, share > 0.94 && share < 1]).toEqual([model.name, true]);
  }
});

it('every number opens to figures that have a name', () => {
  const keys = new Set<string>();
  const walk = (figure: Figure): void => {
    keys.add(figure.key);
    for (const input of figure.inputs) walk(input);
  };
  for (const setup of [
    training({ sharding: 'zero2', method: 'qlora' }),
    training({ sharding: 'zero3' }),
    serving(),
  ])
    walk(judge({ model: preset('Mixtral-8x7B'), setup, accelerator: h100, gpus: 8 }).need.figure);
  expect(keys.size).toBeGreaterThan(20);
  expect([...keys].filter((key) => !Object.hasOwn(figureNames, key))).toEqual([]);
});

it('is a pure function: the same question, the same answer', () => {
  const question = {
    model: preset('DeepSeek-V3'),
    setup: training({ sharding: 'fsdp' }),
    accelerator: h100,
    gpus: 256,
  };
  expect(judge(question)).toEqual(judge(structuredClone(question)));
});
