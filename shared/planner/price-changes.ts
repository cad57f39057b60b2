import type { EgressTable, StoragePrice } from '../domain/catalog.ts';
import type { PlaceRef, PriceChange, PriceChanges, RunDemand } from '../domain/plan.ts';
import { type DataPlace, transferCost } from './egress.ts';
import type { OfferTable } from './offer-table.ts';
import { diskGBOf } from './place/index.ts';
import type { PlanContent } from './plan-file.ts';

/** Prices at some time. */
export interface Prices {
  offers: OfferTable;
  egress: readonly EgressTable[];
  storage: readonly StoragePrice[];
}

type Rented = PlaceRef & { kind: 'on-demand' | 'spot' };

/** A place that is rented, and whether the plan takes it. */
interface LookedAt {
  place: Rented;
  chosen: boolean;
}

/** So many are told; of the others only how many there are. */
const mostTold = 4;
/** As placing does: results come back to this computer. */
const here: DataPlace = { provider: null, region: null };

/** One of the prices that an answer follows from, and how to look it up. */
export type PriceAsked = Pick<PriceChange, 'what' | 'kind' | 'title' | 'chosen'> & {
  priceIn(prices: Prices): number | null;
};

/**
 * The prices that the answer of a plan follows from: of the offers in it that may be taken, or may not for what they cost, with
 * the traffic and the disk that its runs need there. What is not in the answer says nothing of it. Empty: nothing is rented.
 */
export function pricesAsked(content: PlanContent): PriceAsked[] {
  const base = content.kind === 'what-if' ? content.base : content;
  if (base.kind === 'fit') return [];
  const looked = base.kind === 'place' ? ofPlacement(base.answer) : ofPortfolio(base.question, base.answer);
  const demands = base.kind === 'place' ? [base.answer.demand] : base.sources.map(({ demand }) => demand);
  return [...looked.map(hourOf), ...trafficOf(looked, demands), ...disksOf(looked, demands)];
}

/** With what it was then. */
export type PriceThen = PriceAsked & { beforeMicros: number };

/** What was asked for, with the prices of then; what had none is left out. */
export const pricesThen = (asked: readonly PriceAsked[], then: Prices): PriceThen[] =>
  asked.flatMap((one) => {
    const beforeMicros = one.priceIn(then);
    return beforeMicros === null ? [] : [{ ...one, beforeMicros }];
  });

/** Which of them are others now. Pure. */
export function changesOf(before: readonly PriceThen[], now: Prices): PriceChanges {
  const known = before.map(({ priceIn, ...rest }): PriceChange => ({ ...rest, nowMicros: priceIn(now) }));
  const changed = known.filter(({ beforeMicros, nowMicros }) => beforeMicros !== nowMicros);
  const top = changed
    .toSorted((a, b) => Number(b.chosen) - Number(a.chosen) || shareOf(b) - shareOf(a))
    .slice(0, mostTold);
  return { of: known.length, changed: changed.length, top };
}

/** How much of it has changed, in either direction; what is gone has changed most. */
function shareOf({ beforeMicros, nowMicros }: PriceChange): number {
  if (nowMicros === null || beforeMicros === 0) return Number.MAX_VALUE;
  return Math.abs(nowMicros / beforeMicros - 1);
}

const isRented = (place: PlaceRef): place is Rented => place.kind !== 'machine';

function ofPlacement({
  alternatives,
  recommended,
}: Extract<PlanContent, { kind: 'place' }>['answer']): LookedAt[] {
  return alternatives.flatMap(({ place, excluded, reasons }, index) => {
    const counts = !excluded || reasons[0]?.code === 'PLACE_OVER_BUDGET';
    return counts && isRented(place) ? [{ place, chosen: index === recommended }] : [];
  });
}

function ofPortfolio(
  { problem }: Extract<PlanContent, { kind: 'portfolio' }>['question'],
  { assignments }: Extract<PlanContent, { kind: 'portfolio' }>['answer'],
): LookedAt[] {
  const named = new Set(problem.runs.flatMap(({ options }) => options.map(({ poolId }) => poolId)));
  const taken = new Set(assignments.map(({ poolId }) => poolId));
  return problem.pools.flatMap(({ id, place }) =>
    named.has(id) && isRented(place) ? [{ place, chosen: taken.has(id) }] : [],
  );
}

const hourOf = ({ place: { id, title, kind }, chosen }: LookedAt): PriceAsked => ({
  what: 'offer',
  kind,
  title,
  chosen,
  priceIn({ offers }) {
    const row = offers.indexOf(id);
    const { onDemandMicrosPerHour, spotMicrosPerHour } = offers.columns;
    return priceOf((kind === 'spot' ? spotMicrosPerHour : onDemandMicrosPerHour)[row]);
  },
});

const priceOf = (micros: number | undefined): number | null =>
  micros === undefined || Number.isNaN(micros) ? null : micros;

/** What the data of all runs that are asked about comes to, there and back; nothing where none is paid for, before and now. */
function trafficOf(looked: readonly LookedAt[], demands: readonly RunDemand[]): PriceAsked[] {
  const moving = demands.filter(({ data, resultBytes }) => data.bytes > 0 || resultBytes > 0);
  if (moving.length === 0) return [];
  return firstOfEach(looked, ({ provider, region }) => `${provider} ${region}`).map(({ place, chosen }) => {
    const { provider, region } = place;
    const there = { provider, region };
    return {
      what: 'traffic',
      kind: null,
      title: `${provider ?? ''} ${region ?? ''}`.trim(),
      chosen,
      priceIn: ({ egress }) =>
        moving.reduce(
          (sum, { data, resultBytes }) =>
            sum +
            transferCost(data, there, data.bytes, egress).micros +
            transferCost(there, here, resultBytes, egress).micros,
          0,
        ),
    };
  });
}

function disksOf(looked: readonly LookedAt[], demands: readonly RunDemand[]): PriceAsked[] {
  if (demands.every((demand) => diskGBOf(demand) === 0)) return [];
  return firstOfEach(looked, ({ provider }) => provider ?? '').map(({ place: { provider }, chosen }) => ({
    what: 'storage',
    kind: null,
    title: provider ?? '',
    chosen,
    priceIn: ({ storage }) =>
      storage.find((each) => each.provider === provider && each.kind === 'disk')?.microsPerGBMonth ?? null,
  }));
}

/** Of several with the same key the one that is taken, if any. */
function firstOfEach(looked: readonly LookedAt[], keyOf: (place: Rented) => string): LookedAt[] {
  const first = new Map<string, LookedAt>();
  for (const one of looked) {
    const key = keyOf(one.place);
    if (one.chosen || !first.has(key)) first.set(key, one);
  }
  return [...first.values()];
}
