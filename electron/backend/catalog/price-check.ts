import type { Offer } from '#shared/domain/catalog.ts';
import type { OfferTable } from '#shared/planner/offer-table.ts';
import type { Refusal } from './refusals.ts';

/**
 * Beyond this no price has ever moved by itself: another unit (a month has 730 hours, a dollar 100 cents), another currency
 * (yen, won), a lost decimal point.
 */
const farFromKnown = 50;
/** Prices of one kind of accelerator differ by provider, region and machine around it, but not by that much. */
const farFromUsual = 80;
/** Of so few, a median says nothing. */
const fewestForUsual = 3;

/** Compares prices with what is known of the same offer, and with what such accelerators usually cost. Prices in micro-dollars an hour. */
export class PriceCheck {
  readonly #known: OfferTable;
  readonly #usual: ReadonlyMap<string, number>;

  constructor(known: OfferTable, alsoUsual: Iterable<Offer> = []) {
    this.#known = known;
    this.#usual = usualPrices([known, alsoUsual]);
  }

  /** Null: nothing speaks against it. */
  doubt(offer: Offer): Refusal | null {
    const row = this.#known.indexOf(offer.id);
    const known = row < 0 ? null : this.#known.row(row);
    const { onDemandMicrosPerHour: onDemand, spotMicrosPerHour: spot } = offer;
    return (
      this.#against(onDemand, known?.onDemandMicrosPerHour ?? null, offer) ??
      this.#against(spot, known?.spotMicrosPerHour ?? null, offer) ??
      this.#unusual(onDemand, offer) ??
      this.#unusual(spot, offer)
    );
  }

  #against(price: number | null, known: number | null, { id }: Offer): Refusal | null {
    if (price === null || known === null || known <= 0) return null;
    const times = price / known;
    if (times <= farFromKnown && times >= 1 / farFromKnown) return null;
    return {
      code: 'PRICE_FAR_FROM_KNOWN',
      params: { offer: id, priceMicros: price, knownMicros: known },
    };
  }

  #unusual(price: number | null, { accelerator, acceleratorCount }: Offer): Refusal | null {
    if (price === null || accelerator === null || acceleratorCount <= 0) return null;
    const usual = this.#usual.get(accelerator);
    if (usual === undefined) return null;
    const each = price / acceleratorCount;
    if (each <= usual * farFromUsual && each >= usual / farFromUsual) return null;
    return {
      code: 'PRICE_FAR_FROM_USUAL',
      params: { accelerator, priceMicros: each, usualMicros: usual },
    };
  }
}

/** The median price per accelerator hour of each kind. */
function usualPrices(sources: readonly Iterable<Offer>[]): Map<string, number> {
  const prices = new Map<string, number[]>();
  for (const source of sources)
    for (const { accelerator, acceleratorCount, onDemandMicrosPerHour, spotMicrosPerHour } of source) {
      const price = onDemandMicrosPerHour ?? spotMicrosPerHour;
      if (accelerator === null || acceleratorCount <= 0 || price === null) continue;
      const list = prices.get(accelerator);
      if (list) list.push(price / acceleratorCount);
      else prices.set(accelerator, [price / acceleratorCount]);
    }
  const usual = new Map<string, number>();
  for (const [accelerator, list] of prices) {
    if (list.length < fewestForUsual) continue;
    list.sort((left, right) => left - right);
    usual.set(accelerator, list[list.length >> 1] ?? 0);
  }
  return usual;
}
