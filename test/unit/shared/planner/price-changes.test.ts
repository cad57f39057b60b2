import { expect, test } from 'vitest';
import type { Offer } from '#shared/domain/catalog.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';
import { type PlaceInputs, place } from '#shared/planner/place/index.ts';
import type { PlaceContent } from '#shared/planner/plan-file.ts';
import { changesOf, pricesAsked, pricesThen } from '#shared/planner/price-changes.ts';
import {
  awsInternet,
  plainEngine,
  someDemand,
  someInputs,
  someLimits,
  someOffer,
  someQuestion,
} from './place/some-world.ts';

const offers = [
  someOffer({ spotMicrosPerHour: 9_000_000, spotBand: 1 }),
  someOffer({ region: 'eu-central-1' }),
  someOffer({
    provider: 'gcp',
    region: 'us-central1',
    instanceType: 'a3',
    onDemandMicrosPerHour: 90_000_000,
  }),
  someOffer({
    instanceType: 'g6',
    accelerator: 'L4',
    acceleratorCount: 1,
    onDemandMicrosPerHour: 1_000_000,
  }),
];

/** A plan from these prices: H100 are asked for, so no L4 is in question. */
function planned(change: Parameters<typeof someDemand>[0] = {}, limits = someLimits()) {
  const inputs = someInputs(offers);
  const demand = someDemand({ accelerators: [{ name: 'H100', count: 8 }], ...change });
  const answer = place(someQuestion({ demand, limits }), inputs, plainEngine(70));
  const content: PlaceContent = {
    kind: 'place',
    yaml: null,
    question: { demand, limits, objective: 'cheapest', scenario: null },
    answer,
  };
  const before = pricesThen(pricesAsked(content), inputs);
  return {
    answer,
    changes: (next: readonly Offer[], more: Partial<PlaceInputs> = {}) =>
      changesOf(before, { ...inputs, offers: OfferTable.of(next), ...more }),
  };
}
const cheaper = (index: number, onDemandMicrosPerHour: number) =>
  offers.map((offer, each) => (each === index ? { ...offer, onDemandMicrosPerHour } : offer));

test('the price of an offer that the plan has not looked at says nothing of it', () => {
  const { answer, changes } = planned();
  expect(answer.alternatives.some(({ excluded, place }) => !excluded && place.accelerator === 'L4')).toBe(
    false,
  );
  expect(changes(offers)).toMatchObject({ changed: 0, top: [] });
  expect(changes(cheaper(3, 100_000)).changed).toBe(0);
  expect(changes([...offers, someOffer({ instanceType: 'another', onDemandMicrosPerHour: 1 })]).changed).toBe(
    0,
  );
  // Its own is told with what it was and is.
  expect(changes(cheaper(1, 50_000_000))).toMatchObject({
    changed: 1,
    top: [
      {
        what: 'offer',
        kind: 'on-demand',
        title: 'p5.48xlarge · aws eu-central-1',
        beforeMicros: 40_000_000,
        nowMicros: 50_000_000,
      },
    ],
  });
});

test('what the plan takes is told first, then what changed most; what is gone is told as such', () => {
  const { answer, changes } = planned({ useSpot: 'allowed' });
  expect(answer.alternatives[answer.recommended ?? -1]?.place.kind).toBe('spot');
  const [first] = offers;
  const next = [
    { ...(first ?? someOffer()), spotMicrosPerHour: 9_900_000, onDemandMicrosPerHour: 41_000_000 },
    ...cheaper(2, 45_000_000).slice(2),
  ];
  const { changed, of, top } = changes(next);
  expect(of).toBeGreaterThanOrEqual(4);
  expect(changed).toBe(4);
  expect(
    top.map(({ kind, title, chosen, nowMicros }) => [kind, title.split(' ').at(-1), chosen, nowMicros]),
  ).toEqual([
    ['spot', 'us-east-1', true, 9_900_000],
    ['on-demand', 'eu-central-1', false, null],
    ['on-demand', 'us-central1', false, 45_000_000],
    ['on-demand', 'us-east-1', false, 41_000_000],
  ]);
});

test('what would cost too much is looked at, too: a lower price would let it in', () => {
  const { answer, changes } = planned({}, { ...someLimits(), budgetMicros: 1 });
  expect(answer.recommended).toBeNull();
  expect(changes(offers.map((offer) => ({ ...offer, onDemandMicrosPerHour: 1 }))).changed).toBeGreaterThan(0);
});

test('traffic and disks count where data goes there, and by what this data comes to', () => {
  const moving = planned({ resultBytes: 1e12 });
  const dearer = [
    { ...awsInternet, tiers: awsInternet.tiers.map((tier) => ({ ...tier, microsPerGB: 100_000 })) },
  ];
  const { top } = moving.changes(offers, { egress: dearer });
  expect(top).toContainEqual(
    expect.objectContaining({
      what: 'traffic',
      title: 'aws us-east-1',
      beforeMicros: 90_000_000,
      nowMicros: 100_000_000,
    }),
  );
  // The last tier is far above these bytes.
  const far = [
    {
      ...awsInternet,
      tiers: awsInternet.tiers.map((tier) => (tier.upToBytes === null ? { ...tier, microsPerGB: 1 } : tier)),
    },
  ];
  expect(moving.changes(offers, { egress: far }).changed).toBe(0);
  const still = planned({
    data: { bytes: 0, provider: null, region: null },
    resultBytes: 0,
    checkpointBytes: 0,
    diskGiB: null,
  });
  expect(still.changes(offers, { egress: dearer, storage: [] }).changed).toBe(0);
});

test('of one’s own machines alone nothing is rented: nothing can have changed', () => {
  const inputs = someInputs([]);
  const demand = someDemand();
  const content: PlaceContent = {
    kind: 'place',
    yaml: null,
    question: { demand, limits: someLimits(), objective: 'cheapest', scenario: null },
    answer: place(someQuestion({ demand }), inputs, plainEngine(70)),
  };
  expect(changesOf(pricesThen(pricesAsked(content), inputs), someInputs(offers))).toEqual({
    of: 0,
    changed: 0,
    top: [],
  });
});
