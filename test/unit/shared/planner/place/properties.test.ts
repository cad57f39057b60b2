import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Offer } from '#shared/domain/catalog.ts';
import type { Placement } from '#shared/domain/plan.ts';
import { score } from '#shared/planner/place/front.ts';
import { type Objective, type OwnMachine, type PlaceQuestion, place } from '#shared/planner/place/index.ts';
import {
  at,
  hour,
  plainEngine,
  someDemand,
  someInputs,
  someLimits,
  someMachine,
  someOffer,
  someQuestion,
} from './some-world.ts';

const options = { seed: 20261129, numRuns: 150 };

const anOffer: fc.Arbitrary<Offer> = fc
  .record({
    provider: fc.constantFrom('aws', 'gcp', 'lambda'),
    region: fc.constantFrom('us-east-1', 'eu-central-1', 'us-central1', 'nowhere'),
    instanceType: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    accelerator: fc.constantFrom('H100', 'A100', 'A100-80GB', 'L4', null),
    acceleratorCount: fc.constantFrom(1, 4, 8),
    onDemandMicrosPerHour: fc.option(fc.integer({ min: 100_000, max: 100_000_000 }), { freq: 8 }),
    spotMicrosPerHour: fc.option(fc.integer({ min: 50_000, max: 50_000_000 })),
    spotBand: fc.constantFrom(0, 1, 2, 3, 4, null),
    networkGbps: fc.constantFrom(null, 0.1, 10, 400),
  })
  .map(someOffer);

const aMachine: fc.Arbitrary<OwnMachine> = fc
  .record({
    id: fc.constantFrom('heron', 'ibis', 'crane'),
    microsPerHour: fc.option(fc.integer({ min: 0, max: 40_000_000 })),
    gpus: fc.array(
      fc.record({
        accelerator: fc.constantFrom('H100', 'A100'),
        memoryGiB: fc.constant(80),
        freeAt: fc.option(fc.integer({ min: at, max: at + 40 * hour })),
      }),
      { maxLength: 8 },
    ),
  })
  .map((change) => someMachine({ ...change, name: change.id }));

const aWorld = fc.record({
  offers: fc.array(anOffer, { maxLength: 25 }),
  machines: fc.array(aMachine, { maxLength: 3 }),
  objective: fc.constantFrom<Objective>('cheapest', 'fastest', 'balanced'),
  gpuCounts: fc.constantFrom<number[]>([8], [1, 4, 8], [16]),
  deadlineHours: fc.option(fc.integer({ min: 1, max: 200 })),
  budgetMicros: fc.option(fc.integer({ min: 0, max: 2_000_000_000 })),
  useSpot: fc.constantFrom('never' as const, 'allowed' as const, 'only' as const),
  resultBytes: fc.constantFrom(0, 5e12),
});
type World = typeof aWorld extends fc.Arbitrary<infer T> ? T : never;

function questionOf(world: World): PlaceQuestion {
  const { deadlineHours, budgetMicros, objective, gpuCounts, useSpot, resultBytes } = world;
  const deadlineAt = deadlineHours === null ? null : at + deadlineHours * hour;
  return someQuestion({
    objective,
    limits: someLimits({ deadlineAt, budgetMicros }),
    demand: someDemand({ gpuCounts, useSpot, resultBytes, maxNodes: 2, setupMs: 600_000 }),
  });
}
const answerOf = (world: World): Placement =>
  place(questionOf(world), someInputs(world.offers, world.machines), plainEngine(60));

/** How good what is recommended is by the objective, less being better; Infinity where nothing may be taken. */
function worth({ alternatives, recommended, objective }: Placement): number {
  const best = recommended === null ? undefined : alternatives[recommended];
  if (!best?.costMicros || !best.durationMs) return Number.POSITIVE_INFINITY;
  return score(objective, best.costMicros.p50, best.durationMs.p50);
}

test('more budget or a later deadline never gives a worse plan', () => {
  fc.assert(
    fc.property(
      aWorld,
      fc.integer({ min: 0, max: 500_000_000 }),
      fc.integer({ min: 0, max: 50 }),
      (world, money, hours) => {
        const { budgetMicros, deadlineHours } = world;
        const before = worth(answerOf(world));
        const richer = { ...world, budgetMicros: budgetMicros === null ? null : budgetMicros + money };
        const later = { ...world, deadlineHours: deadlineHours === null ? null : deadlineHours + hours };
        expect(worth(answerOf(richer))).toBeLessThanOrEqual(before);
        expect(worth(answerOf(later))).toBeLessThanOrEqual(before);
        expect(worth(answerOf({ ...world, budgetMicros: null, deadlineHours: null }))).toBeLessThanOrEqual(
          before,
        );
      },
    ),
    options,
  );
});

test('removing an offer or a machine never gives a better one', () => {
  fc.assert(
    fc.property(aWorld, fc.nat(), (world, pick) => {
      const before = worth(answerOf(world));
      const without = <T>(list: readonly T[]): T[] =>
        list.filter((_, index) => index !== pick % Math.max(1, list.length));
      expect(worth(answerOf({ ...world, offers: without(world.offers) }))).toBeGreaterThanOrEqual(before);
      expect(worth(answerOf({ ...world, machines: without(world.machines) }))).toBeGreaterThanOrEqual(before);
    }),
    options,
  );
});

test('a lower price never gives a worse one', () => {
  fc.assert(
    fc.property(aWorld, fc.nat(), fc.double({ min: 0.1, max: 1, noNaN: true }), (world, pick, factor) => {
      const cheaper = world.offers.map((offer, index) =>
        index !== pick % world.offers.length
          ? offer
          : {
              ...offer,
              onDemandMicrosPerHour:
                offer.onDemandMicrosPerHour && Math.floor(offer.onDemandMicrosPerHour * factor),
              spotMicrosPerHour: offer.spotMicrosPerHour && Math.floor(offer.spotMicrosPerHour * factor),
            },
      );
      expect(worth(answerOf({ ...world, offers: cheaper }))).toBeLessThanOrEqual(worth(answerOf(world)));
    }),
    options,
  );
});

test('the front is not dominated, nothing excluded is recommended, all is counted and in order', () => {
  fc.assert(
    fc.property(aWorld, (world) => {
      const answer = answerOf(world);
      const possible = answer.alternatives.filter(({ excluded }) => !excluded);
      const weights = possible.map(({ costMicros, durationMs, pareto }) => ({
        cost: costMicros?.p50 ?? 0,
        time: durationMs?.p50 ?? 0,
        pareto,
      }));
      for (const one of weights) {
        const isDominated = weights.some(
          ({ cost, time }) => cost <= one.cost && time <= one.time && (cost < one.cost || time < one.time),
        );
        expect(one.pareto).toBe(!isDominated);
      }
      if (possible.length > 0) expect(weights.some(({ pareto }) => pareto)).toBe(true);
      expect(answer.recommended).toBe(possible.length > 0 ? 0 : null);
      for (const { costMicros, durationMs, reasons } of possible) {
        expect(reasons.length).toBeGreaterThan(0);
        for (const spread of [costMicros, durationMs]) {
          expect(spread?.p10).toBeLessThanOrEqual(spread?.p50 ?? 0);
          expect(spread?.p50).toBeLessThanOrEqual(spread?.p90 ?? 0);
        }
        expect(Number.isSafeInteger(costMicros?.p50)).toBe(true);
      }
      const { deadlineAt, budgetMicros } = answer.limits;
      for (const { cost, time } of weights) {
        if (deadlineAt !== null) expect(at + time).toBeLessThanOrEqual(deadlineAt);
        if (budgetMicros !== null) expect(cost).toBeLessThanOrEqual(budgetMicros);
      }
      expect(JSON.stringify(answerOf(world))).toBe(JSON.stringify(answer));
      const prices = world.offers.flatMap(({ onDemandMicrosPerHour, spotMicrosPerHour }) =>
        [onDemandMicrosPerHour, spotMicrosPerHour].filter((price) => price !== null),
      );
      expect(answer.judged).toBe(world.machines.length + prices.length);
    }),
    options,
  );
});
