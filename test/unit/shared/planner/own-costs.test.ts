import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type OwnCosts, ownCosts } from '#shared/domain/catalog.ts';
import { type Figure, figure } from '#shared/domain/figure.ts';
import { ownHourlyRate } from '#shared/planner/own-costs.ts';

const dollars = (amount: number) => Math.round(amount * 1_000_000);
const box = (changes: Partial<OwnCosts> = {}): OwnCosts => ({
  capexMicros: dollars(350_400),
  residualMicros: 0,
  overhead: 0,
  years: 4,
  powerKW: 10,
  pue: 1.5,
  microsPerKWh: dollars(0.2),
  otherMicrosPerHour: dollars(1),
  utilisation: 0.5,
  ...changes,
});

it('spreads the purchase over its years and adds power, staff and space', () => {
  // 350,400 ÷ (8760·4) = 10 $/h; 10 kW · 1.5 · 0.20 = 3 $/h; + 1 $/h = 14 $/h; ÷ (8 · 0.5) = 3.50 $.
  const rate = ownHourlyRate(box(), 8, null);
  expect(rate.microsPerHour).toBe(dollars(14));
  expect(rate.microsPerUsefulGpuHour).toBe(dollars(3.5));
});

it('counts overhead on the purchase and takes what is left at the end off', () => {
  // (350,400 · 1.2 − 70,080) ÷ 35,040 = (420,480 − 70,080) ÷ 35,040 = 10 $/h.
  const rate = ownHourlyRate(box({ overhead: 0.2, residualMicros: dollars(70_080) }), 8, null);
  expect(rate.microsPerHour).toBe(dollars(14));
});

it('takes the draw from the accelerators where none was given', () => {
  // 8 · 700 W = 5.6 kW · 1.25 · 0.10 = 0.70 $/h.
  const costs = box({
    capexMicros: 0,
    powerKW: null,
    pue: 1.25,
    microsPerKWh: dollars(0.1),
    otherMicrosPerHour: 0,
  });
  expect(ownHourlyRate(costs, 8, 700).microsPerHour).toBe(dollars(0.7));
  expect(ownHourlyRate(costs, 8, null).microsPerHour).toBe(0);
});

it('treats a machine without accelerators as one, and never pays for a machine to stand there', () => {
  expect(ownHourlyRate(box(), 0, 700).microsPerUsefulGpuHour).toBe(dollars(28));
  const dear = box({ residualMicros: dollars(1_000_000), powerKW: 0, otherMicrosPerHour: 0 });
  expect(ownHourlyRate(dear, 8, null).microsPerHour).toBe(0);
});

it('rounds to the nearest micro-dollar', () => {
  // 1 $ over 8760 h is 114.155 micro-dollars.
  const costs = box({ capexMicros: dollars(1), years: 1, powerKW: 0, otherMicrosPerHour: 0, utilisation: 1 });
  expect(ownHourlyRate(costs, 1, null).microsPerHour).toBe(114);
});

it('opens to everything that went into it', () => {
  const { figure: opened, microsPerUsefulGpuHour } = ownHourlyRate(box(), 8, null);
  expect(figure.parse(opened)).toEqual(opened);
  expect(opened.value).toBe(microsPerUsefulGpuHour);
  const keys = (one: Figure): string[] => [one.key, ...one.inputs.flatMap(keys)];
  expect(keys(opened)).toEqual([
    'ownGpuHour',
    'ownMachineHour',
    'ownWear',
    'capex',
    'ownOverhead',
    'ownResidual',
    'ownYears',
    'ownPower',
    'ownDraw',
    'ownPue',
    'ownKWhPrice',
    'ownOther',
    'ownGpus',
    'ownUtilisation',
  ]);
  expect(keys(ownHourlyRate(box({ powerKW: null }), 8, 700).figure)).toContain('acceleratorPower');
});

it('gives whole amounts, and more of anything that costs is never cheaper', () => {
  const anyCosts: fc.Arbitrary<OwnCosts> = fc.record({
    capexMicros: fc.integer({ min: 0, max: dollars(1e7) }),
    residualMicros: fc.integer({ min: 0, max: dollars(1e6) }),
    overhead: fc.double({ min: 0, max: 5, noNaN: true }),
    years: fc.double({ min: 0.5, max: 30, noNaN: true }),
    powerKW: fc.option(fc.double({ min: 0, max: 1000, noNaN: true })),
    pue: fc.double({ min: 1, max: 5, noNaN: true }),
    microsPerKWh: fc.integer({ min: 0, max: dollars(5) }),
    otherMicrosPerHour: fc.integer({ min: 0, max: dollars(100) }),
    utilisation: fc.double({ min: 0.01, max: 1, noNaN: true }),
  });
  const run = fc.property(anyCosts, fc.integer({ min: 0, max: 64 }), (costs, gpus) => {
    expect(ownCosts.safeParse(costs).success).toBe(true);
    const rate = ownHourlyRate(costs, gpus, 700);
    expect(Number.isSafeInteger(rate.microsPerHour)).toBe(true);
    expect(Number.isSafeInteger(rate.microsPerUsefulGpuHour)).toBe(true);
    expect(rate.microsPerUsefulGpuHour * Math.max(1, gpus) + Math.max(1, gpus)).toBeGreaterThanOrEqual(
      rate.microsPerHour,
    );
    const dearer = ownHourlyRate({ ...costs, capexMicros: costs.capexMicros + dollars(1000) }, gpus, 700);
    expect(dearer.microsPerHour).toBeGreaterThanOrEqual(rate.microsPerHour);
    const busier = ownHourlyRate({ ...costs, utilisation: 1 }, gpus, 700);
    expect(busier.microsPerUsefulGpuHour).toBeLessThanOrEqual(rate.microsPerUsefulGpuHour);
  });
  fc.assert(run, { numRuns: 300 });
});
