import type { AcceleratorModel } from '#shared/domain/catalog.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { microsOf, microsPerDollar } from '#shared/domain/money.ts';
import type { BreakEven, Scenario } from '#shared/domain/what-if.ts';
import { acceleratorFinder, acceleratorKey } from '#shared/planner/accelerators.ts';
import { breakEvenOf, type RentedPrice } from '#shared/planner/break-even.ts';
import type { OfferTable } from '#shared/planner/offer-table.ts';

export interface BuyingInputs {
  offers: OfferTable;
  accelerators: readonly AcceleratorModel[];
}

/**
 * What a scenario's machines cost against renting an accelerator: for what was typed, else for the cheapest on-demand
 * offer of it. Errors: BREAK_EVEN_NOTHING_BOUGHT, BREAK_EVEN_NO_PRICE.
 */
export function compareBuying(
  scenario: Scenario,
  against: { accelerator: string; microsPerGpuHour: number | null },
  { offers, accelerators }: BuyingInputs,
): BreakEven {
  if (scenario.bought.length === 0) {
    throw new TrainyardError(
      'BREAK_EVEN_NOTHING_BOUGHT',
      'Nothing is bought in this scenario: add a machine to it first.',
    );
  }
  const rented =
    against.microsPerGpuHour === null
      ? cheapestRent(offers, against.accelerator)
      : typed(against.microsPerGpuHour);
  if (rented === null || rented.microsPerGpuHour <= 0) {
    throw new TrainyardError(
      'BREAK_EVEN_NO_PRICE',
      `Nobody rents out ${against.accelerator} in the catalogue. Type what one costs an hour, or take in a price sheet.`,
      { params: { accelerator: against.accelerator } },
    );
  }
  const find = acceleratorFinder(accelerators);
  const machines = scenario.bought.map((machine) => ({
    ...machine,
    acceleratorPowerW: find(machine.accelerator)?.powerW ?? null,
  }));
  return breakEvenOf(machines, changed(rented, scenario.pricePercent));
}

const typed = (micros: number): RentedPrice => ({
  microsPerGpuHour: Math.round(micros),
  figure: {
    key: 'rentPerGpuHour',
    value: Math.round(micros),
    unit: 'microsPerHour',
    formula: '',
    inputs: [],
    source: 'you',
    asOf: null,
  },
});

/** The scenario's rise of rented prices, where it has one. */
function changed({ microsPerGpuHour, figure }: RentedPrice, percent: number): RentedPrice {
  if (percent === 0) return { microsPerGpuHour, figure };
  const micros = microsOf((microsPerGpuHour * (1 + percent / 100)) / microsPerDollar) ?? microsPerGpuHour;
  return {
    microsPerGpuHour: micros,
    figure: {
      key: 'rentPerGpuHour',
      value: micros,
      unit: 'microsPerHour',
      formula: 'r · (1 + s)',
      inputs: [
        figure,
        {
          key: 'priceChange',
          value: percent / 100,
          unit: 'share',
          formula: '',
          inputs: [],
          source: 'you',
          asOf: null,
        },
      ],
      source: null,
      asOf: null,
    },
  };
}

/** The least that one accelerator of this name is rented for on demand, whole ones only; null: nobody does. */
function cheapestRent(offers: OfferTable, accelerator: string): RentedPrice | null {
  const key = acceleratorKey(accelerator);
  const wanted = new Set(
    offers.words.accelerators.flatMap((name, index) => (acceleratorKey(name) === key ? [index] : [])),
  );
  const { columns, words } = offers;
  let best = -1;
  let bestPrice = Number.POSITIVE_INFINITY;
  for (let row = 0; row < offers.length; row += 1) {
    const count = columns.acceleratorCount[row] ?? 0;
    if (count < 1 || !wanted.has(columns.accelerator[row] ?? -1)) continue;
    const price = (columns.onDemandMicrosPerHour[row] ?? Number.NaN) / count;
    if (price < bestPrice) [best, bestPrice] = [row, price];
  }
  if (best < 0) return null;
  const word = (list: readonly string[], column: Int32Array): string => list[column[best] ?? -1] ?? '-';
  const gpus = columns.acceleratorCount[best] ?? 1;
  const asOf = columns.pricedAt[best] ?? null;
  const where = `${word(words.providers, columns.provider)} ${word(words.instanceTypes, columns.instanceType)}, ${word(words.regions, columns.region)}`;
  const given = { formula: '', inputs: [], source: where, asOf } as const;
  return {
    microsPerGpuHour: Math.round(bestPrice),
    figure: {
      key: 'rentPerGpuHour',
      value: Math.round(bestPrice),
      unit: 'microsPerHour',
      formula: 'r ÷ GPUs',
      inputs: [
        {
          ...given,
          key: 'rate',
          value: columns.onDemandMicrosPerHour[best] ?? 0,
          unit: 'microsPerHour',
          inputs: [],
        },
        { ...given, key: 'gpus', value: gpus, unit: 'gpus', inputs: [] },
      ],
      source: where,
      asOf,
    },
  };
}
