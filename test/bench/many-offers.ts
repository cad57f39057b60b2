import path from 'node:path';
import { readShipped, type Shipped } from '#backend/catalog/shipped.ts';
import { resourcesDirectory } from '#backend/resources.ts';
import type { Offer } from '#shared/domain/catalog.ts';
import { OfferTable, offerId } from '#shared/planner/offer-table.ts';

export const shippedCatalog = (): Shipped => readShipped(path.join(resourcesDirectory, 'catalog'));

/** So many offers, the same each time: the shipped ones over and over, each round in zones of its own at other prices. */
export function manyOffers(count: number, { sources }: Shipped): OfferTable {
  const shipped = sources.flatMap(({ offers }) => [...offers]);
  const offers: Offer[] = [];
  for (let index = 0; index < count; index += 1) {
    const offer = shipped[index % shipped.length];
    if (offer === undefined) throw new RangeError('there are no shipped offers');
    const round = Math.floor(index / shipped.length);
    // A fixed sequence without pattern: prices between 80 and 140 % of the shipped ones.
    const factor = 0.8 + ((index * 2_654_435_761) % 600_000) / 1_000_000;
    const priced = (micros: number | null) => (micros === null ? null : Math.ceil(micros * factor));
    const other = {
      ...offer,
      zone: round === 0 ? offer.zone : `${offer.region}-${round}`,
      onDemandMicrosPerHour: priced(offer.onDemandMicrosPerHour),
      spotMicrosPerHour: priced(offer.spotMicrosPerHour),
    };
    offers.push({ ...other, id: offerId(other) });
  }
  return OfferTable.of(offers);
}
