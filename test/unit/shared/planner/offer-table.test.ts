import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Offer, offer } from '#shared/domain/catalog.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { contentHash, fromBase64, toBase64 } from '#shared/planner/bytes.ts';
import { OfferTable, offerId } from '#shared/planner/offer-table.ts';
import { anOffer, manyOffers } from './offers.ts';

const word = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
const amount = fc.oneof(
  fc.constant(null),
  fc.integer({ min: 0, max: 50_000_000 }),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
);
const size = fc.oneof(fc.constant(null), fc.double({ min: 0.001, max: 1e6, noNaN: true }));
const anyOffer: fc.Arbitrary<Offer> = fc
  .record({
    provider: word,
    region: word,
    zone: fc.option(word),
    instanceType: word,
    accelerator: fc.option(word),
    acceleratorCount: fc.double({ min: 0, max: 16, noNaN: true }).map((count) => (count === 0 ? 0 : count)),
    acceleratorMemoryGiB: size,
    vCpus: size,
    memoryGiB: size,
    localDiskGiB: size,
    networkGbps: size,
    link: fc.constantFrom(null, 'nvlink', 'pcie', 'xgmi', 'ici'),
    architecture: fc.constantFrom(null, 'x86_64', 'arm64'),
    onDemandMicrosPerHour: amount,
    spotMicrosPerHour: amount,
    spotBand: fc.constantFrom(null, 0, 1, 2, 3, 4),
    sourceId: word,
    pricedAt: fc.integer({ min: 0, max: 2 ** 42 }),
    id: fc.option(word),
  })
  .map((made) => ({ ...made, id: made.id ?? offerId(made as Offer) }) as Offer);

const readOrRefused = (text: string): OfferTable | string => {
  try {
    return OfferTable.unpack(text);
  } catch (error) {
    expect(error).toBeInstanceOf(TrainyardError);
    return (error as TrainyardError).code;
  }
};

describe('the table of offers', () => {
  test('gives back what went in, whatever it was, before and after it was packed', () => {
    fc.assert(
      fc.property(fc.array(anyOffer, { maxLength: 20 }), (offers) => {
        const table = OfferTable.of(offers);
        expect([...table]).toEqual(offers);
        const again = OfferTable.unpack(table.pack());
        expect([...again]).toEqual(offers);
        expect(again.version).toBe(table.version);
        for (const { id } of offers)
          expect(again.indexOf(id)).toBe(offers.findIndex((other) => other.id === id));
        expect(again.indexOf('nothing/of/that/name')).toBe(-1);
      }),
      { numRuns: 300 },
    );
  });

  test('its version tells one content from another', () => {
    const offers = manyOffers(500);
    const versions = new Set([OfferTable.of(offers).version, OfferTable.of(offers.slice(1)).version]);
    for (const [row, one] of offers.entries())
      versions.add(
        OfferTable.of(
          offers.with(row, { ...one, onDemandMicrosPerHour: (one.onDemandMicrosPerHour ?? 0) + 1 }),
        ).version,
      );
    expect(versions.size).toBe(502);
    expect(OfferTable.of(manyOffers(500)).version).toBe(OfferTable.of(offers).version);
  });

  test('holds a hundred thousand in a few megabytes of text', () => {
    const offers = manyOffers(100_000);
    const packed = OfferTable.of(offers).pack();
    expect(packed.length).toBeLessThan(6_000_000);
    const table = OfferTable.unpack(packed);
    expect(table.length).toBe(100_000);
    for (const row of [0, 1, 77_777, 99_999]) {
      expect(table.row(row)).toEqual(offers[row]);
      expect(offer.parse(table.row(row))).toEqual(offers[row]);
      expect(table.indexOf(offers[row]?.id ?? '')).toBe(row);
    }
  });

  test('has no row beyond its last', () => {
    const table = OfferTable.of([anOffer()]);
    for (const row of [-1, 1, Number.NaN, 0.5]) expect(() => table.row(row)).toThrow();
    expect(OfferTable.of([]).length).toBe(0);
    expect(OfferTable.unpack(OfferTable.of([]).pack()).length).toBe(0);
  });

  test('damage of any kind is refused, never half a table', () => {
    const packed = OfferTable.of(manyOffers(40)).pack();
    const bytes = fromBase64(packed) ?? new Uint8Array();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const other = bytes.slice();
        other[at] = (other[at] ?? 0) ^ change;
        expect(readOrRefused(toBase64(other))).toBe('OFFERS_DAMAGED');
      }),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.nat(packed.length - 4), (length) => {
        expect(readOrRefused(packed.slice(0, length))).toBe('OFFERS_DAMAGED');
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        expect(readOrRefused(text)).toBe('OFFERS_DAMAGED');
      }),
      { numRuns: 5000 },
    );
  });

  test('a table whose sum is right but whose inside is not is refused too', () => {
    // Bytes are changed and the sum made anew, so that only the reading of the columns is left to find it.
    const table = OfferTable.of(manyOffers(12));
    const bytes = fromBase64(table.pack()) ?? new Uint8Array();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 32, max: bytes.length - 1 }), fc.nat(255)), { minLength: 1 }),
        (changes) => {
          const other = bytes.slice();
          for (const [at, value] of changes) other[at] = value;
          const read = readOrRefused(toBase64(withSum(other)));
          if (typeof read === 'string') expect(read).toBe('OFFERS_DAMAGED');
          else for (const one of read) expect(typeof one.provider).toBe('string');
        },
      ),
      { numRuns: 5000 },
    );
  });
});

function withSum(bytes: Uint8Array): Uint8Array {
  bytes.set(new TextEncoder().encode(contentHash(bytes.subarray(32))), 16);
  return bytes;
}

test('bytes as text and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    }),
  );
  expect(fromBase64('~')).toBeNull();
});
