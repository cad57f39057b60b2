import { allOffers, type OfferQuery, type OfferSort, offerSorts } from '#shared/planner/offer-filter.ts';

/** A filter as the page's address says it, so that it can be sent to somebody. What is as usual is left out. */

const lists = ['providers', 'regions', 'countries', 'accelerators'] as const;
const numbers = [
  'minVramGiB',
  'minTotalVramGiB',
  'minGpus',
  'maxGpus',
  'maxMicrosPerHour',
  'maxSpotBand',
] as const;

export function addressOf(query: OfferQuery): URLSearchParams {
  const address = new URLSearchParams();
  if (query.text.trim() !== '') address.set('text', query.text);
  for (const name of lists) for (const value of query[name]) address.append(name, value);
  for (const name of numbers) if (query[name] !== null) address.set(name, String(query[name]));
  if (query.nvlinkOnly) address.set('nvlink', '1');
  if (query.spot === 'has') address.set('spot', '1');
  if (query.architecture !== null) address.set('architecture', query.architecture);
  if (query.sortBy !== allOffers.sortBy) address.set('sort', query.sortBy);
  if (query.direction !== allOffers.direction) address.set('direction', query.direction);
  return address;
}

/** Whatever of an address makes sense; the rest is as if it were not there. */
export function queryOf(address: URLSearchParams): OfferQuery {
  const number = (name: (typeof numbers)[number]): number | null => {
    const text = address.get(name);
    const value = text === null || text.trim() === '' ? Number.NaN : Number(text);
    return Number.isFinite(value) && value >= 0 ? value : null;
  };
  const sort = address.get('sort');
  const architecture = address.get('architecture');
  return {
    ...allOffers,
    text: (address.get('text') ?? '').slice(0, 200),
    ...Object.fromEntries(lists.map((name) => [name, address.getAll(name)])),
    ...Object.fromEntries(numbers.map((name) => [name, number(name)])),
    nvlinkOnly: address.get('nvlink') === '1',
    spot: address.get('spot') === '1' ? 'has' : 'any',
    architecture: architecture === 'x86_64' || architecture === 'arm64' ? architecture : null,
    sortBy: isSort(sort) ? sort : allOffers.sortBy,
    direction: address.get('direction') === 'down' ? 'down' : 'up',
  };
}

const isSort = (name: string | null): name is OfferSort =>
  name !== null && (offerSorts as readonly string[]).includes(name);

/** Whether anything is left out by it. */
export const narrows = (query: OfferQuery): boolean =>
  addressOf({ ...query, sortBy: allOffers.sortBy, direction: allOffers.direction }).size > 0;
