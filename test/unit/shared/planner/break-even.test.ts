import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BoughtMachine, breakEvenOf, type RentedPrice } from '#shared/planner/break-even.ts';

const dollar = 1_000_000;
const price = (dollars: number): RentedPrice => ({
  microsPerGpuHour: dollars * dollar,
  figure: {
    key: 'rent',
    value: dollars * dollar,
    unit: 'microsPerHour',
    formula: '',
    inputs: [],
    source: 'you',
    asOf: null,
  },
});

/** Eight H200 for $300,000, worth $30,000 after four years, drawing 10 kW at 0.12 $/kWh and PUE 1.25, $2 an hour besides. */
const machine: BoughtMachine = {
  title: '8×H200',
  accelerator: 'H200',
  gpus: 8,
  acceleratorPowerW: 700,
  costs: {
    capexMicros: 300_000 * dollar,
    residualMicros: 30_000 * dollar,
    overhead: 0.1,
    years: 4,
    powerKW: 10,
    pue: 1.25,
    microsPerKWh: 120_000,
    otherMicrosPerHour: 2 * dollar,
    utilisation: 0.6,
  },
};

describe('buying against renting', () => {
  it('is worked out by hand for eight H200', () => {
    // Wear (330,000 − 30,000)/35,040 h = 8.5616; power 10·1.25·0.12 = 1.5; other 2: 12.0616 $/h; over 8 GPUs at 3 $: 0.50257.
    const found = breakEvenOf([machine], price(3));
    expect(found.utilisation).toBeCloseTo(0.502568, 5);
    expect(found.ownedMicrosPerGpuHour / dollar).toBeCloseTo(12.0616438 / 4.8, 5);
    expect(found.months).toHaveLength(49);
    expect(found.months[0]).toEqual({ month: 0, buyMicros: 330_000 * dollar, rentMicros: 0 });
    // A month of 730 h: 3.5 $/h to run; 8·0.6·3 = 14.4 $/h to rent.
    expect(found.months[1]?.buyMicros).toBeCloseTo((330_000 + 730 * 3.5) * dollar, -3);
    expect(found.months[1]?.rentMicros).toBe(730 * 14.4 * dollar);
    // 330,000 / (730 · 10.9) = 41.47 months.
    expect(found.paidBackMonth).toBe(42);
    // At the end the residual has been got back.
    expect(found.months[48]?.buyMicros).toBeCloseTo((300_000 + 35_040 * 3.5) * dollar, -5);
    expect(found.figure).toMatchObject({
      key: 'breakEvenUtilisation',
      unit: 'share',
      value: found.utilisation,
    });
  });

  it('is never paid back where it costs more than renting to the end', () => {
    const found = breakEvenOf([machine], price(1));
    expect(found.utilisation).toBeGreaterThan(1);
    expect(found.paidBackMonth).toBeNull();
  });

  it('meets renting at the end of its years exactly at the break-even utilisation', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10_000, max: 2_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 64 }),
        fc.double({ min: 0.2, max: 20, noNaN: true }),
        (capex, kept, years, gpus, rent) => {
          const costs = {
            ...machine.costs,
            capexMicros: capex * dollar,
            residualMicros: Math.round(capex * kept) * dollar,
            years,
          };
          const at = breakEvenOf([{ ...machine, gpus, costs }], price(rent)).utilisation;
          if (at > 1) return;
          const even = breakEvenOf([{ ...machine, gpus, costs: { ...costs, utilisation: at } }], price(rent));
          const end = even.months.at(-1);
          expect((end?.buyMicros ?? 0) / (end?.rentMicros ?? 1)).toBeCloseTo(1, 4);
        },
      ),
      { seed: 5 },
    );
  });

  it('buys the shorter-lived machine again', () => {
    const short = { ...machine, costs: { ...machine.costs, years: 2 } };
    const found = breakEvenOf([machine, short], price(3));
    expect(found.months).toHaveLength(49);
    const before = found.months[23]?.buyMicros ?? 0;
    const after = found.months[24]?.buyMicros ?? 0;
    expect(after - before).toBeGreaterThan(290_000 * dollar);
  });
});
