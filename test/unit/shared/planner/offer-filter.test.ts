import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Offer } from '#shared/domain/catalog.ts';
import { acceleratorFinder } from '#shared/planner/accelerators.ts';
import { offerColumns } from '#shared/planner/offer-columns.ts';
import { allOffers, filterOffers, type OfferQuery, offerSorts } from '#shared/planner/offer-filter.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';
import { orderRows } from '#shared/planner/row-order.ts';
import { aModel, anOffer, manyOffers, testModels, testRegions } from './offers.ts';

const table = OfferTable.of(manyOffers(3000));
const derived = offerColumns(table, testModels, testRegions);
const look = (changes: Partial<OfferQuery>): Offer[] =>
  [...filterOffers(table, derived, { ...allOffers, ...changes })].map((row) => table.row(row));

describe('what offers are compared by', () => {
  test('memory, speed and what each of them costs', () => {
    const one = OfferTable.of([anOffer({ acceleratorMemoryGiB: null, spotMicrosPerHour: 20_000_000 })]);
    const columns = offerColumns(one, [aModel({ name: 'H100', memoryGiB: 80 })], []);
    expect(columns.gpuMemoryGiB[0]).toBe(80);
    expect(columns.totalMemoryGiB[0]).toBe(640);
    expect(columns.tflops[0]).toBe(8 * 989);
    expect(columns.onDemand.perGpu[0]).toBe(55_040_000 / 8);
    expect(columns.onDemand.perGiB[0]).toBe(55_040_000 / 640);
    expect(columns.onDemand.perPflop[0]).toBeCloseTo(55_040_000 / 7.912, 3);
    expect(columns.spot.perGpu[0]).toBe(2_500_000);
  });

  test('a slice of an accelerator is as large as it is, and costs as much as it is a part', () => {
    const half = anOffer({ accelerator: 'A10', acceleratorCount: 0.5, onDemandMicrosPerHour: 1_600_000 });
    const models = [
      aModel({
        name: 'A10',
        memoryGiB: 24,
        peaks: [{ type: 'fp16', tflops: 125, accumulate: null, source: 'x', asOf: '2026-11' }],
      }),
    ];
    const columns = offerColumns(
      OfferTable.of([
        { ...half, acceleratorMemoryGiB: 12 },
        { ...half, acceleratorMemoryGiB: null },
      ]),
      models,
      [],
    );
    for (const row of [0, 1]) {
      expect(columns.gpuMemoryGiB[row]).toBe(12);
      expect(columns.totalMemoryGiB[row]).toBe(12);
      expect(columns.tflops[row]).toBe(62.5);
      expect(columns.onDemand.perGpu[row]).toBe(3_200_000);
    }
  });

  test('what is not known is not made up', () => {
    const columns = offerColumns(
      OfferTable.of([
        anOffer({ accelerator: 'X9', acceleratorMemoryGiB: null }),
        anOffer({ accelerator: null, acceleratorCount: 0, acceleratorMemoryGiB: null }),
      ]),
      testModels,
      testRegions,
    );
    for (const row of [0, 1]) {
      expect(columns.gpuMemoryGiB[row]).toBeNaN();
      expect(columns.tflops[row]).toBeNaN();
      expect(columns.onDemand.perPflop[row]).toBeNaN();
      expect(columns.country[row]).toBe(-1);
    }
    expect(columns.onDemand.perGpu[1]).toBeNaN();
  });
});

describe('names of accelerators', () => {
  test('are found however they are written', () => {
    const h100 = aModel({ name: 'H100', title: 'NVIDIA H100 SXM5 80GB', aliases: ['H100 80GB HBM3'] });
    const find = acceleratorFinder([
      h100,
      aModel({ name: 'RTX6000-Ada', aliases: ['RTX 6000 Ada Generation'] }),
    ]);
    for (const name of ['H100', 'h100', 'NVIDIA H100 80GB HBM3', 'h100_80gb-hbm3', 'NVIDIA H100 SXM5 80GB'])
      expect(find(name)).toBe(h100);
    expect(find('NVIDIA RTX 6000 Ada Generation')?.name).toBe('RTX6000-Ada');
    expect(find('H1000')).toBeNull();
    expect(find('')).toBeNull();
  });
});

describe('the filter', () => {
  const passes: [string, Partial<OfferQuery>, (offer: Offer) => boolean][] = [
    ['provider', { providers: ['aws', 'gcp'] }, ({ provider }) => ['aws', 'gcp'].includes(provider)],
    ['region', { regions: ['region-3'] }, ({ region }) => region === 'region-3'],
    [
      'country',
      { countries: ['DE'] },
      ({ provider, region }) => provider === 'aws' && Number(region.slice(7)) % 3 === 1,
    ],
    ['accelerator', { accelerators: ['H100'] }, ({ accelerator }) => accelerator === 'H100'],
    [
      'memory of one',
      { minVramGiB: 112 },
      ({ accelerator }) => ['H100', 'H200', 'B200', 'MI300X'].includes(accelerator ?? ''),
    ],
    ['gpus', { minGpus: 2, maxGpus: 4 }, ({ acceleratorCount: n }) => n >= 2 && n <= 4],
    ['links', { nvlinkOnly: true }, ({ link, acceleratorCount: n }) => n === 1 || link === 'nvlink'],
    [
      'price',
      { maxMicrosPerHour: 2_000_000 },
      ({ onDemandMicrosPerHour: price }) => price !== null && price <= 2_000_000,
    ],
    [
      'spot price',
      { maxMicrosPerHour: 2_000_000, spot: 'has' },
      ({ spotMicrosPerHour: price }) => price !== null && price <= 2_000_000,
    ],
    ['spot', { spot: 'has' }, ({ spotMicrosPerHour: price }) => price !== null],
    ['spot risk', { maxSpotBand: 1 }, ({ spotBand }) => spotBand !== null && spotBand <= 1],
    ['processor', { architecture: 'arm64' }, () => false],
    [
      'words',
      { text: 'H100  8X Lambda' },
      ({ accelerator, instanceType, provider }) =>
        accelerator === 'H100' && instanceType.includes('8x') && provider === 'lambda',
    ],
    ['no such words', { text: 'nothing' }, () => false],
  ];
  test.each(passes)('by %s', (_name, query, passesTest) => {
    const expected = [...table].filter(passesTest).map(({ id }) => id);
    expect(
      look(query)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(expected.sort());
  });

  test('total memory counts all of a machine', () => {
    const least = 16 * 7 * 8;
    for (const { accelerator, acceleratorCount } of look({ minTotalVramGiB: Math.ceil(least / 0.93) }))
      expect(
        (testModels.find(({ name }) => name === accelerator)?.memoryGiB ?? 0) * acceleratorCount,
      ).toBeGreaterThanOrEqual(least);
  });

  test('memory is asked for as cards are sold, not as drivers report it', () => {
    const cards = [15, 22.49, 79.65].map((acceleratorMemoryGiB, place) =>
      anOffer({ instanceType: `card${place}`, acceleratorCount: 1, acceleratorMemoryGiB }),
    );
    const small = OfferTable.of(cards);
    const has = (minVramGiB: number) =>
      filterOffers(small, offerColumns(small, [], []), { ...allOffers, minVramGiB }).length;
    expect([16, 24, 40, 80, 96].map(has)).toEqual([3, 2, 1, 1, 0]);
  });

  test.each(offerSorts)('sorts by %s both ways, and nothing is lost', (sortBy) => {
    const up = filterOffers(table, derived, { ...allOffers, sortBy });
    const down = filterOffers(table, derived, { ...allOffers, sortBy, direction: 'down' });
    expect(new Set(up).size).toBe(table.length);
    expect(new Set(down).size).toBe(table.length);
  });

  test('sorts by price, unpriced ones last both ways', () => {
    for (const direction of ['up', 'down'] as const) {
      const prices = look({ direction }).map(({ onDemandMicrosPerHour: price }) => price);
      const priced = prices.filter((price) => price !== null);
      expect(prices.slice(0, priced.length)).toEqual(
        priced.toSorted((left, right) => (direction === 'up' ? left - right : right - left)),
      );
    }
  });

  test('sorts names by the numbers in them', () => {
    const names = ['g5.12xlarge', 'g5.2xlarge', 'g5.xlarge', 'g5.48xlarge'].map((instanceType) =>
      anOffer({ instanceType }),
    );
    const small = OfferTable.of(names);
    const rows = filterOffers(small, offerColumns(small, [], []), { ...allOffers, sortBy: 'instanceType' });
    expect([...rows].map((row) => small.row(row).instanceType)).toEqual([
      'g5.2xlarge',
      'g5.12xlarge',
      'g5.48xlarge',
      'g5.xlarge',
    ]);
  });
});

describe('rows in order', () => {
  test('is what a stable sort would give, for any numbers', () => {
    const number = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.constantFrom(Number.NaN, 0, -0, Infinity, -Infinity, 65_536, 65_535),
    );
    fc.assert(
      fc.property(fc.array(number, { maxLength: 60 }), fc.constantFrom('up', 'down'), (values, direction) => {
        const rows = orderRows(Uint32Array.from(values.keys()), Float64Array.from(values), direction);
        const expected = [...values.keys()].sort((left, right) => {
          const [a, b] = [values[left] ?? 0, values[right] ?? 0];
          if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
          if (a === b) return 0;
          return a < b === (direction === 'up') ? -1 : 1;
        });
        expect([...rows]).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});
