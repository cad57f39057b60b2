import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EgressTable } from '#shared/domain/catalog.ts';
import { egressCost, lineGbps, routeOf, transferCost, transferMs } from '#shared/planner/egress.ts';

const GB = 1_000_000_000;
const tier = (upToBytes: number | null, microsPerGB: number) => ({ upToBytes, microsPerGB });
const aws: EgressTable = {
  provider: 'aws',
  to: 'internet',
  regions: [],
  freeBytes: 100 * GB,
  tiers: [
    tier(10_240 * GB, 90_000),
    tier(51_200 * GB, 85_000),
    tier(153_600 * GB, 70_000),
    tier(null, 50_000),
  ],
  source: 'price list',
  asOf: '2026-11',
};
const noFree = { ...aws, freeBytes: 0 };
const own = { provider: null, region: null };
const at = (provider: string, region: string, zone: string | null = null) => ({ provider, region, zone });

/** Another way to the same: each tier's own bytes, by its two ends. */
function byWidths(bytes: number, { freeBytes, tiers }: EgressTable): number {
  const free = BigInt(freeBytes);
  let start = 0n;
  let sum = 0n;
  for (const { upToBytes, microsPerGB } of tiers) {
    const end = BigInt(upToBytes ?? Number.MAX_SAFE_INTEGER);
    const from = start > free ? start : free;
    const to = BigInt(bytes) < end ? BigInt(bytes) : end;
    if (to > from) sum += (to - from) * BigInt(microsPerGB);
    start = end;
  }
  return Number((sum + 999_999_999n) / 1_000_000_000n);
}

describe('marginal tiers', () => {
  test('10 TB out of AWS cost some $922, not nothing', () => {
    expect(egressCost(10_240 * GB, noFree)).toBe(921_600_000);
    expect(egressCost(10_240 * GB, aws)).toBe(912_600_000);
  });

  test.each([0, 1, 100 * GB, 10_240 * GB, 51_200 * GB, 153_600 * GB])(
    'a byte below, at and above %i',
    (edge) => {
      for (const bytes of [edge - 1, edge, edge + 1].filter((each) => each >= 0)) {
        expect(egressCost(bytes, aws), String(bytes)).toBe(byWidths(bytes, aws));
        expect(egressCost(bytes, noFree), String(bytes)).toBe(byWidths(bytes, noFree));
      }
    },
  );

  test('each tier takes over with its first byte', () => {
    for (const [edge, before, after] of [
      [10_240, 90_000, 85_000],
      [51_200, 85_000, 70_000],
      [153_600, 70_000, 50_000],
    ] as const) {
      const to = (gigabytes: number) => egressCost(gigabytes * GB, noFree);
      expect(to(edge) - to(edge - 1)).toBe(before);
      expect(to(edge + 1) - to(edge)).toBe(after);
    }
  });

  test('what is free is free to its last byte', () => {
    expect(egressCost(100 * GB, aws)).toBe(0);
    expect(egressCost(100 * GB + 1, aws)).toBe(1);
    expect(egressCost(GB, aws, 100 * GB)).toBe(90_000);
    expect(egressCost(GB, aws, 99 * GB)).toBe(0);
  });

  test('what went before moves on through the tiers', () => {
    expect(egressCost(2 * GB, noFree, 10_239 * GB)).toBe(90_000 + 85_000);
  });

  test('it never falls, never exceeds the dearest tier, and is a whole number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 50 }),
        fc.integer({ min: 0, max: 2 ** 40 }),
        fc.integer({ min: 0, max: 2 ** 48 }),
        (bytes, more, already) => {
          const cost = egressCost(bytes, aws, already);
          expect(Number.isSafeInteger(cost)).toBe(true);
          expect(egressCost(bytes + more, aws, already)).toBeGreaterThanOrEqual(cost);
          expect(cost).toBeLessThanOrEqual(Math.ceil((bytes / GB) * 90_000) + 1);
          expect(egressCost(bytes, aws)).toBe(byWidths(bytes, aws));
        },
      ),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('lines', () => {
  const region: EgressTable = { ...noFree, to: 'region', tiers: [tier(null, 20_000)] };
  const frankfurt: EgressTable = { ...region, regions: ['eu-central-1'], tiers: [tier(null, 30_000)] };
  const zone: EgressTable = { ...noFree, to: 'zone', tiers: [tier(null, 10_000)] };
  const tables = [aws, region, frankfurt, zone];

  test.each([
    [own, at('aws', 'r'), 'none'],
    [own, own, 'none'],
    [at('aws', 'r'), own, 'internet'],
    [at('aws', 'r'), at('gcp', 'r'), 'internet'],
    [at('aws', 'r'), at('aws', 's'), 'region'],
    [at('aws', 'r', 'a'), at('aws', 'r', 'b'), 'zone'],
    [at('aws', 'r', 'a'), at('aws', 'r'), 'none'],
  ] as const)('%j to %j goes by %s', (from, to, route) => {
    expect(routeOf(from, to)).toBe(route);
  });

  test('into a provider costs nothing; out of it, by the table that names the region', () => {
    expect(transferCost(own, at('aws', 'r'), 1000 * GB, tables)).toMatchObject({ micros: 0, isKnown: true });
    expect(transferCost(at('aws', 'us-east-1'), at('aws', 'r'), GB, tables).micros).toBe(20_000);
    expect(transferCost(at('aws', 'eu-central-1'), at('aws', 'r'), GB, tables).micros).toBe(30_000);
    expect(transferCost(at('aws', 'r', 'a'), at('aws', 'r', 'b'), GB, tables).micros).toBe(10_000);
  });

  test('a price that nobody knows is told, not made up', () => {
    expect(transferCost(at('lambda', 'r'), own, GB, tables)).toEqual({
      micros: 0,
      route: 'internet',
      table: null,
      isKnown: false,
    });
    expect(transferCost(at('lambda', 'r'), own, 0, tables).isKnown).toBe(true);
  });

  test('the slower of line and card carries the bytes', () => {
    expect(lineGbps(own, at('aws', 'r'), 100)).toBe(0.5);
    expect(lineGbps(at('aws', 'r'), at('aws', 's'), 0.1)).toBe(0.1);
    expect(transferMs(GB, 8)).toBe(1000);
    expect(transferMs(0, 8)).toBe(0);
  });
});
