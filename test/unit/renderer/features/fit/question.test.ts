import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAmount } from '#renderer/features/fit/amount-field.tsx';
import { addressOf, stateOf, usualState, withSetup } from '#renderer/features/fit/question.ts';
import { optimisers, precisions, quantisations, recomputations, shardings } from '#shared/domain/workload.ts';
import { presets } from '#shared/planner/models/index.ts';

const count = fc.integer({ min: 1, max: 100_000 });
const training = fc.record({
  kind: fc.constant('training' as const),
  method: fc.constantFrom('full', 'lora', 'qlora'),
  lora: fc.record({ rank: count, targets: fc.constantFrom('attention', 'all-linear') }),
  precision: fc.constantFrom(...precisions),
  optimiser: fc.constantFrom(...optimisers),
  sharding: fc.constantFrom(...shardings),
  offload: fc.constantFrom('none', 'optimiser', 'all'),
  recomputation: fc.constantFrom(...recomputations),
  flashAttention: fc.boolean(),
  sequence: count,
  microBatch: count,
  globalBatch: count,
  tensorParallel: count,
  pipelineParallel: count,
  sequenceParallel: fc.boolean(),
});
const inference = fc.record({
  kind: fc.constant('inference' as const),
  weights: fc.constantFrom(...quantisations),
  cache: fc.constantFrom(...quantisations),
  context: count,
  batch: count,
  tensorParallel: count,
  pipelineParallel: count,
});
const reload = (state: typeof usualState) => stateOf(new URLSearchParams(addressOf(state).toString()));

describe('a question in the address of the page', () => {
  it('comes back as it was: set-up, GPUs, tokens, a preset or a whole model', () => {
    const models = [...presets.slice(0, 5).map(({ name }) => name), ...presets.slice(5, 8)];
    fc.assert(
      fc.property(
        fc.oneof(training, inference),
        fc.constantFrom(...models),
        fc.constantFrom('H100', 'A100-80GB', 'MI300X'),
        count,
        fc.option(fc.integer({ min: 1, max: 1e12 })),
        (setup, model, on, gpus, tokens) => {
          const state = withSetup({ ...usualState, model, on, gpus, tokens }, setup);
          expect(reload(state)).toEqual(state);
        },
      ),
      { seed: 11, numRuns: 300 },
    );
  });

  it('is nothing where it is the usual one', () => {
    expect(addressOf(usualState).toString()).toBe('');
    expect(stateOf(new URLSearchParams())).toEqual(usualState);
  });

  it('takes what makes sense of an address that somebody has changed', () => {
    const state = stateOf(
      new URLSearchParams('sequence=8192&microBatch=none&optimiser=magic&gpus=-2&shape={cut&method=lora'),
    );
    expect(state.training).toEqual({ ...usualState.training, sequence: 8192, method: 'lora' });
    expect(state.gpus).toBe(usualState.gpus);
    expect(state.model).toBe(usualState.model);
  });

  it('never fails, whatever the address is', () => {
    fc.assert(
      fc.property(fc.webQueryParameters(), (text) => {
        expect(stateOf(new URLSearchParams(text))).toBeDefined();
      }),
      { seed: 3, numRuns: 1000 },
    );
  });
});

describe('an amount that is typed', () => {
  it.each([
    ['8192', 8192],
    ['1,000,000', 1e6],
    ['2.5 B', 2.5e9],
    ['15T', 1.5e13],
    ['300 m', 3e8],
    ['12k', 12_000],
  ])('%s is %d', (text, value) => expect(readAmount(text)).toBe(value));

  it.each(['', ' ', 'many', '1e9x', '-3', '1..2', 'B'])('%j is none', (text) =>
    expect(readAmount(text)).toBeNull(),
  );
});
