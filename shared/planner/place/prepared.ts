import type { Offer } from '#shared/domain/catalog.ts';
import { type OfferTable, offerLinks } from '../offer-table.ts';

/** Offers that are alike to fit and time: an accelerator, how many of it, and its memory where the offer says so. */
export interface OfferGroup {
  accelerator: string | null;
  count: number;
  memoryGiB: number | null;
  /** Between its accelerators; null: as their model has it. */
  link: Offer['link'];
}

/** A region of a provider: what laws, grids and lines are those of. */
export interface OfferArea {
  provider: string;
  region: string;
}

/** What does not depend on the question: each row's group and area. */
export interface PreparedOffers {
  groups: readonly OfferGroup[];
  areas: readonly OfferArea[];
  groupOf: Int32Array;
  areaOf: Int32Array;
}

const known = new WeakMap<OfferTable, PreparedOffers>();

/** Once per table: it never changes. */
export function prepare(table: OfferTable): PreparedOffers {
  const before = known.get(table);
  if (before) return before;
  const made = { ...readGroups(table), ...readAreas(table) };
  known.set(table, made);
  return made;
}

function readGroups({ columns, words, length }: OfferTable): Pick<PreparedOffers, 'groups' | 'groupOf'> {
  const groups: OfferGroup[] = [];
  const groupOf = new Int32Array(length);
  const places = new Map<string, number>();
  for (let row = 0; row < length; row += 1) {
    const accelerator = columns.accelerator[row] ?? -1;
    const count = columns.acceleratorCount[row] ?? 0;
    const memory = columns.acceleratorMemoryGiB[row] ?? Number.NaN;
    const link = columns.link[row] ?? -1;
    const key = `${accelerator} ${count} ${memory} ${link}`;
    let place = places.get(key);
    if (place === undefined) {
      place = groups.length;
      places.set(key, place);
      groups.push({
        accelerator: words.accelerators[accelerator] ?? null,
        count,
        memoryGiB: Number.isNaN(memory) ? null : memory,
        link: offerLinks[link] ?? null,
      });
    }
    groupOf[row] = place;
  }
  return { groups, groupOf };
}

function readAreas({ columns, words, length }: OfferTable): Pick<PreparedOffers, 'areas' | 'areaOf'> {
  const areas: OfferArea[] = [];
  const areaOf = new Int32Array(length);
  const places = new Map<number, number>();
  for (let row = 0; row < length; row += 1) {
    const provider = columns.provider[row] ?? 0;
    const region = columns.region[row] ?? 0;
    const key = provider * 1_000_000 + region;
    let place = places.get(key);
    if (place === undefined) {
      place = areas.length;
      places.set(key, place);
      areas.push({ provider: words.providers[provider] ?? '', region: words.regions[region] ?? '' });
    }
    areaOf[row] = place;
  }
  return { areas, areaOf };
}
