import type { Offer } from '#shared/domain/catalog.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';

/**
 * One offer per id: the one priced last, of equally old ones that of the later source. In the order of provider, instance type,
 * region and zone, which also packs best.
 */
export function mergeOffers(sources: readonly Iterable<Offer>[]): OfferTable {
  const newest = new Map<string, Offer>();
  for (const offers of sources)
    for (const offer of offers) {
      const known = newest.get(offer.id);
      if (!known || known.pricedAt <= offer.pricedAt) newest.set(offer.id, offer);
    }
  return OfferTable.of([...newest.values()].sort(byPlace));
}

const byPlace = (left: Offer, right: Offer): number =>
  order(left.provider, right.provider) ||
  order(left.instanceType, right.instanceType) ||
  order(left.region, right.region) ||
  order(left.zone ?? '', right.zone ?? '');

const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
