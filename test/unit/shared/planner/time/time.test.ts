import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Figure } from '#shared/domain/figure.ts';
import { timeEstimate } from '#shared/domain/fit.ts';
import type { MeasuredThroughput, TrainingSetup } from '#shared/domain/workload.ts';
import { acceleratorFinder } from '#shared/planner/accelerators.ts';
import { figureNames } from '#shared/planner/figure-names.ts';
import { presets } from '#shared/planner/models/index.ts';
import { estimateTime, servingRate, type TimeQuestion } from '#shared/planner/time.ts';
import { a100, accelerator, h100, preset, serving, shippedAccelerators, training } from '../fit/given.ts';

function timeOf(question: TimeQuestion) {
  const time = estimateTime(question);
  if (time === null) throw new Error('no time');
  return time;
}
const llama = preset('Llama-3.1-8B');
const usual: TimeQuestion = {
  model: llama,
  setup: training({ sharding: 'fsdp', sequence: 4096, globalBatch: 512 }),
  accelerator: h100,
  gpus: 8,
  tokens: 1e9,
};
const p50 = (more: Partial<TimeQuestion>, setup: Partial<TrainingSetup> = {}) =>
  timeOf({ ...usual, setup: { ...(usual.setup as TrainingSetup), ...setup }, ...more }).ms.p50;

describe('time from FLOPs', () => {
  it('is worked out by hand: 6·N·D + 12·L·d·s·D over the GPUs, their peak and its usual share', () => {
    const operations = (6 * llama.parameters + 12 * 32 * 4096 * 4096) * 1e9;
    const narrow = (4096 / ((4096 * 989.4) / 312)) ** 0.15;
    const seconds = operations / (8 * 989.4e12 * 0.38 * narrow);
    expect(timeOf(usual).ms.p50).toBeCloseTo(seconds * 1000, -1);
    expect(timeOf(usual)).toMatchObject({ basis: 'prior' });
  });

  it('is ordered, whole milliseconds, as the contract says, for every model and accelerator', () => {
    for (const gpu of shippedAccelerators())
      for (const model of presets.slice(0, 60)) {
        const setup = training({ sequence: Math.min(2048, model.context) });
        const time = estimateTime({ model, setup, accelerator: gpu, gpus: 8, tokens: 1e9, networkGbps: 100 });
        if (time === null) {
          expect([gpu.name, gpu.peaks.some(({ type }) => ['bf16', 'fp16', 'fp32'].includes(type))]).toEqual([
            gpu.name,
            false,
          ]);
          continue;
        }
        const { p10, p50: middle, p90 } = time.ms;
        expect(p10 <= middle && middle <= p90 && p10 >= 1 && Number.isSafeInteger(p90)).toBe(true);
        expect(time.tokensPerSecond.p10).toBeLessThanOrEqual(time.tokensPerSecond.p90);
      }
    expect(timeEstimate.safeParse(timeOf(usual)).success).toBe(true);
  });

  it('grows by a third with full recomputation, falls to two thirds with adapters, counts active experts only', () => {
    expect(p50({}, { recomputation: 'full' }) / p50({})).toBeCloseTo(4 / 3, 2);
    const lora = p50({}, { method: 'lora' }) / p50({});
    expect(lora).toBeGreaterThan(0.66);
    expect(lora).toBeLessThan(0.75);
    const mixtral = p50({ model: preset('Mixtral-8x7B') });
    expect(mixtral).toBeLessThan(p50({ model: preset('Llama-2-70B') }) / 3);
  });

  it('takes the pipeline’s bubble: (p − 1)/m more', () => {
    const setup = { sharding: 'zero1', globalBatch: 64 } as const;
    expect(p50({}, { ...setup, pipelineParallel: 8 }) / p50({}, setup)).toBeCloseTo(1 + 7 / 64, 2);
  });

  it('counts a slow network, and none within one machine', () => {
    const many = { gpus: 64 };
    expect(p50({ ...many, networkGbps: 10 })).toBeGreaterThan(2 * p50({ ...many, networkGbps: 3200 }));
    expect(p50({ networkGbps: 1 })).toBe(p50({ networkGbps: 3200 }));
    expect(p50({ ...many, networkGbps: null })).toBeLessThanOrEqual(p50({ ...many, networkGbps: 3200 }));
    // 0 in a price list is no rate.
    const wide = { tensorParallel: 8, sharding: 'zero1' } as const;
    expect(p50({ ...many, gpusPerNode: 4, networkGbps: 0 }, wide)).toBe(
      p50({ ...many, gpusPerNode: 4, networkGbps: null }, wide),
    );
  });

  it('does not get longer on a faster network, nor shorter on a slower link', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.double({ min: 1, max: 4000, noNaN: true }),
        fc.double({ min: 0, max: 4000, noNaN: true }),
        (nodes, networkGbps, more) => {
          const gpus = nodes * 8;
          expect(p50({ gpus, networkGbps: networkGbps + more })).toBeLessThanOrEqual(
            p50({ gpus, networkGbps }),
          );
        },
      ),
      { numRuns: 100, seed: 5 },
    );
    const pcie = accelerator('PCIe', 80, { link: { kind: 'pcie', GBps: 25 } });
    const tensor = { tensorParallel: 8, sharding: 'zero1' } as const;
    expect(p50({ accelerator: pcie }, tensor)).toBeGreaterThan(p50({ accelerator: a100 }, tensor));
  });

  it('never compares makers by their peak: MI300X reaches .51 of its', () => {
    const shipped = shippedAccelerators();
    const find = acceleratorFinder(shipped);
    const [mi300, h] = [find('MI300X'), find('H100')];
    if (mi300 === null || h === null) throw new Error('not shipped');
    expect(p50({ accelerator: mi300 })).toBeGreaterThan(p50({ accelerator: h }));
  });

  it('takes an optimiser on the host into account', () => {
    expect(p50({}, { offload: 'optimiser', sharding: 'zero2' })).toBeGreaterThan(
      p50({}, { sharding: 'zero2' }),
    );
  });

  it('is not known of what has no peak', () => {
    expect(estimateTime({ ...usual, accelerator: accelerator('Unknown', 80, { peaks: [] }) })).toBeNull();
    expect(
      estimateTime({ ...usual, setup: serving(), accelerator: accelerator('Unknown', 80, { peaks: [] }) }),
    ).toBeNull();
  });
});

describe('measured throughput', () => {
  const seen = (more: Partial<MeasuredThroughput> = {}): MeasuredThroughput => ({
    accelerator: 'H100',
    gpus: 8,
    tokensPerSecond: 100_000,
    runId: null,
    at: 1,
    ...more,
  });
  const find = acceleratorFinder([a100, h100]);
  const measured = (...all: MeasuredThroughput[]) => timeOf({ ...usual, measured: all, find });
  const width = ({ ms }: { ms: { p10: number; p90: number } }) => ms.p90 / ms.p10;

  it('replaces the prior', () => {
    const time = measured(seen());
    expect(time.basis).toBe('measured');
    expect(time.ms.p50).toBe(10_000_000);
    expect(width(time)).toBeLessThan(width(timeOf(usual)));
  });
  it('is carried over by the number of accelerators and what they reach', () => {
    expect(measured(seen({ gpus: 4, tokensPerSecond: 50_000 })).tokensPerSecond.p50).toBeCloseTo(100_000, 0);
    const ratio = (989.4 * 0.8) / (312 * 0.87);
    expect(measured(seen({ accelerator: 'A100-80GB' })).tokensPerSecond.p50).toBeCloseTo(100_000 * ratio, -1);
  });
  it('spreads more the less alike, and less the more there is', () => {
    expect(width(measured(seen({ gpus: 1 })))).toBeGreaterThan(width(measured(seen())));
    expect(width(measured(seen({ accelerator: 'A100-80GB' })))).toBeGreaterThan(width(measured(seen())));
    expect(width(measured(seen(), seen(), seen()))).toBeLessThan(width(measured(seen())));
  });
  it('of kinds that nobody knows is left out', () => {
    expect(measured(seen({ accelerator: 'Nothing' })).basis).toBe('prior');
    expect(timeOf({ ...usual, measured: [seen({ accelerator: 'A100-80GB' })] }).basis).toBe('prior');
  });
});

describe('serving', () => {
  const rate = (more: Parameters<typeof serving>[0], model = preset('Llama-2-70B'), gpus = 8) => {
    const found = servingRate(model, serving({ tensorParallel: gpus, ...more }), h100, gpus);
    if (found === null) throw new Error('no rate');
    return found;
  };
  it('of one sequence is bound by reading the weights: bandwidth over bytes', () => {
    const { decode } = rate({ context: 1 });
    const limit = (8 * 3350e9) / (2 * 68.98e9);
    expect(decode.p90).toBeLessThan(limit);
    expect(decode.p50 / limit).toBeCloseTo(0.65, 1);
  });
  it('writes more tokens in larger batches, fewer with a longer context, more of smaller weights', () => {
    expect(rate({ batch: 32 }).decode.p50).toBeGreaterThan(10 * rate({}).decode.p50);
    expect(rate({ batch: 32, context: 4096 }).decode.p50).toBeLessThan(
      rate({ batch: 32, context: 128 }).decode.p50,
    );
    expect(rate({ weights: 'int4' }).decode.p50).toBeGreaterThan(2 * rate({}).decode.p50);
  });
  it('reads prompts faster than it writes, and experts only as many as are chosen', () => {
    const { prefill, decode } = rate({});
    expect(prefill.p50).toBeGreaterThan(decode.p50 * 10);
    expect(rate({}, preset('Mixtral-8x7B')).decode.p50).toBeGreaterThan(3 * rate({}).decode.p50);
  });
  it('takes as long as its tokens at that rate', () => {
    const setup = serving({ tensorParallel: 8, batch: 8 });
    const time = timeOf({ ...usual, setup, model: preset('Llama-2-70B') });
    expect(time.ms.p50).toBeCloseTo((1e9 / time.tokensPerSecond.p50) * 1000, -1);
  });
});

it('every number opens to figures that have a name', () => {
  const keys = new Set<string>();
  const walk = (figure: Figure): void => {
    keys.add(figure.key);
    for (const input of figure.inputs) walk(input);
  };
  const pcie = accelerator('PCIe', 80, { link: { kind: 'pcie', GBps: 25 } });
  const setups = [
    training({ pipelineParallel: 2, tensorParallel: 2, method: 'qlora', globalBatch: 64 }),
    training({ offload: 'all', sharding: 'zero3', globalBatch: 64 }),
    serving(),
  ];
  for (const setup of setups)
    walk(
      timeOf({ ...usual, model: preset('Pythia-1.4B'), setup, accelerator: pcie, gpus: 16, networkGbps: 10 })
        .figure,
    );
  walk(
    timeOf({ ...usual, measured: [{ accelerator: 'H100', gpus: 8, tokensPerSecond: 1, runId: null, at: 1 }] })
      .figure,
  );
  expect(keys.size).toBeGreaterThan(20);
  expect([...keys].filter((key) => !Object.hasOwn(figureNames, key))).toEqual([]);
});
