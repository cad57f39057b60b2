import { expect, test } from 'vitest';
import type { Offer } from '#shared/domain/catalog.ts';
import type { Figure } from '#shared/domain/figure.ts';
import { figureNames } from '#shared/planner/figure-names.ts';
import { place, workEngine } from '#shared/planner/place/index.ts';
import { preset, training } from '../fit/given.ts';
import { accelerators, someDemand, someInputs, someMachine, someOffer, someQuestion } from './some-world.ts';

const model = preset('Llama-3.1-8B');
/** Sixteen GPUs exchange 8B gradients of 16 bits. */
const demand = (gpus: number) =>
  someDemand({
    accelerators: [{ name: 'H100', count: gpus }],
    maxNodes: 2,
    model,
    setup: training({ sharding: 'zero1', sequence: 4096, globalBatch: 16 }),
    tokens: 1e9,
    duration: null,
  });

function on(offer: Partial<Offer>, gpus = 16) {
  const inputs = someInputs([someOffer(offer)], [someMachine()]);
  const { alternatives } = place(
    someQuestion({ demand: demand(gpus) }),
    inputs,
    workEngine(inputs.accelerators),
  );
  const found = alternatives.find(({ place: { kind } }) => kind !== 'machine');
  if (found === undefined) throw new Error('no offer');
  return found;
}

const figuresOf = (figure: Figure | null): Figure[] =>
  figure === null ? [] : [figure, ...figure.inputs.flatMap(figuresOf)];
const named = (figure: Figure | null, key: string) => figuresOf(figure).find((each) => each.key === key);
const trainMs = (offer: Partial<Offer>, gpus?: number) => on(offer, gpus).parts?.trainMs ?? Number.NaN;

test('several machines exchange over their network: the slower it is, the longer it takes, and the figure says so', () => {
  expect(accelerators.some(({ name }) => name === 'H100')).toBe(true);
  const fast = trainMs({ networkGbps: 3200 });
  const slow = trainMs({ networkGbps: 100 });
  const slower = trainMs({ networkGbps: 25 });
  expect(slow).toBeGreaterThan(fast);
  expect(slower).toBeGreaterThan(slow);
  const { timeFigure, reasons } = on({ networkGbps: 100 });
  expect(named(timeFigure, 'networkTime')?.inputs.map(({ key, value, unit }) => [key, value, unit])).toEqual([
    ['machinesUsed', 2, 'count'],
    ['networkRate', 12.5, 'GBps'],
  ]);
  for (const { key } of figuresOf(timeFigure)) expect(figureNames).toHaveProperty(key);
  expect(reasons.map(({ code }) => code)).not.toContain('PLACE_NETWORK_UNKNOWN');
});

test('of a network that nobody knows no time is counted, and that is said', () => {
  for (const networkGbps of [null, 0]) {
    const { parts, reasons, timeFigure } = on({ networkGbps });
    expect(parts?.trainMs).toBeLessThan(trainMs({ networkGbps: 25 }));
    expect(named(timeFigure, 'networkTime')).toBeUndefined();
    expect(reasons.map(({ code }) => code)).toContain('PLACE_NETWORK_UNKNOWN');
  }
});

test('one machine has no network to exchange over; how its GPUs are joined counts', () => {
  expect(trainMs({ networkGbps: 10 }, 8)).toBe(trainMs({ networkGbps: 3200 }, 8));
  const joined = on({ link: 'pcie' }, 8);
  expect(named(joined.timeFigure, 'linkRate')).toMatchObject({ value: 20, source: 'assumed' });
  // More GPUs than eight may be in one machine, too.
  expect(named(on({ acceleratorCount: 16, networkGbps: 10 }).timeFigure, 'networkTime')).toBeUndefined();
});
