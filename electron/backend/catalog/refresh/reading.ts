import type { Offer } from '#shared/domain/catalog.ts';
import type { Micros } from '#shared/domain/money.ts';
import { readPrice } from '../import/amounts.ts';
import { type Refusal, Refusals } from '../refusals.ts';

/** What was read of one region. */
export class RegionReading {
  readonly offers: Offer[] = [];
  readonly refusals = new Refusals();
  /** Machines with accelerators whose type the catalogue does not know. */
  readonly unknownTypes = new Set<string>();
  readonly #places = new Map<string, number>();

  /** Adds it, unless it stands there already: with the same price it is nothing new, with another one it is refused. */
  add(row: number, offer: Offer): void {
    const place = this.#places.get(offer.id);
    const before = place === undefined ? undefined : this.offers[place];
    if (!before) {
      this.#places.set(offer.id, this.offers.length);
      this.offers.push(offer);
      return;
    }
    for (const price of ['onDemandMicrosPerHour', 'spotMicrosPerHour'] as const) {
      // Azure's spot prices come by themselves.
      if (before[price] === null) before[price] = offer[price];
      else if (offer[price] !== null && offer[price] !== before[price])
        this.refuse(row, { code: 'ROW_DUPLICATE', params: { offer: offer.id, first: before.instanceType } });
    }
  }

  refuse(row: number, refusal: Refusal): void {
    this.refusals.add(row, refusal);
  }
}

/** A price as a provider lists it → micro-dollars an hour, or why it is none. `hour` is the provider's word for an hour. */
export function listedPrice(
  given: { price: string; currency: string; unit: string },
  hour: string,
): Micros | Refusal {
  if (given.currency !== 'USD') return { code: 'PRICE_CURRENCY', params: { currency: given.currency } };
  if (given.unit !== hour) return { code: 'PRICE_UNIT', params: { unit: given.unit } };
  return readPrice(given.price) ?? { code: 'PRICE_MISSING', params: {} };
}
