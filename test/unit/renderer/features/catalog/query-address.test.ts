import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf, narrows, queryOf } from '#renderer/features/catalog/query-address.ts';
import { allOffers, type OfferQuery, offerSorts } from '#shared/planner/offer-filter.ts';

const amount = fc.option(fc.nat({ max: 1_000_000 }));
const words = fc.array(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 4 });
const queries: fc.Arbitrary<OfferQuery> = fc.record({
  text: fc.string({ maxLength: 40 }).filter((text) => text === '' || text.trim() !== ''),
  providers: words,
  regions: words,
  countries: words,
  accelerators: words,
  minVramGiB: amount,
  minTotalVramGiB: amount,
  minGpus: amount,
  maxGpus: amount,
  nvlinkOnly: fc.boolean(),
  maxMicrosPerHour: amount,
  spot: fc.constantFrom('any', 'has'),
  maxSpotBand: fc.option(fc.nat({ max: 4 })),
  architecture: fc.constantFrom(null, 'x86_64', 'arm64'),
  sortBy: fc.constantFrom(...offerSorts),
  direction: fc.constantFrom('up', 'down'),
});

describe('a filter in the address of the page', () => {
  it('comes back as it was, whatever it is', () => {
    fc.assert(
      fc.property(queries, (query) => {
        const address = new URLSearchParams(addressOf(query).toString());
        expect(queryOf(address)).toEqual(query);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('is nothing where nothing is asked for', () => {
    expect(addressOf(allOffers).toString()).toBe('');
    expect(queryOf(new URLSearchParams())).toEqual(allOffers);
    expect(narrows({ ...allOffers, sortBy: 'region', direction: 'down' })).toBe(false);
    expect(narrows({ ...allOffers, nvlinkOnly: true })).toBe(true);
  });

  it('leaves out what makes no sense, and takes the rest', () => {
    const address = new URLSearchParams(
      'minGpus=many&minVramGiB=-3&maxMicrosPerHour=&sort=beauty&direction=sideways&architecture=z80&accelerators=H100&spot=maybe',
    );
    expect(queryOf(address)).toEqual({ ...allOffers, accelerators: ['H100'] });
  });
});
