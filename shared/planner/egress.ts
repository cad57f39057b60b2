import type { EgressTable } from '#shared/domain/catalog.ts';
import type { Micros } from '#shared/domain/money.ts';

/** Where bytes are. `provider` null: on this computer or an own site, whose lines cost nothing by the byte. */
export interface DataPlace {
  provider: string | null;
  region: string | null;
  zone?: string | null;
}

/** Which of a provider's lines a transfer takes. `none`: nothing that anybody is paid for by the byte. */
export type Route = 'none' | 'zone' | 'region' | 'internet';

const bytesPerGB = 1_000_000_000n;

/**
 * What sending so many bytes costs in a month in which `alreadyThisMonthBytes` have gone the same way: each byte at the
 * price of the tier that it falls into (marginal), the whole rounded up to a micro-dollar once. Exact for whole bytes.
 */
export function egressCost(
  bytes: number,
  table: Pick<EgressTable, 'freeBytes' | 'tiers'>,
  alreadyThisMonthBytes = 0,
): Micros {
  const from = whole(alreadyThisMonthBytes);
  const to = from + whole(bytes);
  const free = BigInt(table.freeBytes);
  let byteMicros = 0n;
  let tierStart = 0n;
  for (const { upToBytes, microsPerGB } of table.tiers) {
    const tierEnd = upToBytes === null ? null : BigInt(upToBytes);
    const first = later(later(from, tierStart), free);
    const last = tierEnd === null || to < tierEnd ? to : tierEnd;
    if (last > first) byteMicros += (last - first) * BigInt(microsPerGB);
    if (tierEnd === null || tierEnd >= to) break;
    tierStart = tierEnd;
  }
  return Number((byteMicros + bytesPerGB - 1n) / bytesPerGB);
}

const whole = (bytes: number): bigint => BigInt(Math.max(0, Math.round(bytes)));
function later(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

/** The line that bytes take from one place to the other. Into a provider is free everywhere; out of it is not. */
export function routeOf(from: DataPlace, to: DataPlace): Route {
  if (from.provider === null) return 'none';
  if (from.provider !== to.provider) return 'internet';
  if (from.region !== to.region) return 'region';
  const apart = (from.zone ?? null) !== null && (to.zone ?? null) !== null && from.zone !== to.zone;
  return apart ? 'zone' : 'none';
}

export interface TransferCost {
  micros: Micros;
  route: Route;
  /** The price list that was used; null where the line costs nothing, or where none is known. */
  table: EgressTable | null;
  /** False: the provider takes money for this line and the catalogue does not know how much; `micros` is 0 then. */
  isKnown: boolean;
}

/** What it costs to send bytes from one place to another. */
export function transferCost(
  from: DataPlace,
  to: DataPlace,
  bytes: number,
  tables: readonly EgressTable[],
  alreadyThisMonthBytes = 0,
): TransferCost {
  const route = routeOf(from, to);
  if (route === 'none' || bytes <= 0) return { micros: 0, route, table: null, isKnown: true };
  const table = tableFor(from, route, tables);
  if (table === null) return { micros: 0, route, table, isKnown: false };
  return { micros: egressCost(bytes, table, alreadyThisMonthBytes), route, table, isKnown: true };
}

/** A table that names the region goes before one that is for all the others. */
function tableFor(
  { provider, region }: DataPlace,
  route: Route,
  tables: readonly EgressTable[],
): EgressTable | null {
  const fitting = tables.filter((each) => each.provider === provider && each.to === route);
  const named = fitting.find(({ regions }) => region !== null && regions.includes(region));
  return named ?? fitting.find(({ regions }) => regions.length === 0) ?? null;
}

/** What lines carry where nobody has measured, in Gbit/s: from one's own site to a provider, inside it, over the internet, between regions, inside one. */
export const usualGbps: Readonly<Record<Route | 'uplink' | 'site', number>> = {
  uplink: 0.5,
  site: 1,
  internet: 1,
  region: 5,
  zone: 10,
  none: 10,
};

/** The slower of the line and of the machine's own network card, Gbit/s. */
export function lineGbps(from: DataPlace, to: DataPlace, cardGbps: number | null): number {
  const ownEnds = [from, to].filter(({ provider }) => provider === null).length;
  const line = usualGbps[ownEnds === 2 ? 'site' : ownEnds === 1 ? 'uplink' : routeOf(from, to)];
  return cardGbps !== null && cardGbps > 0 ? Math.min(line, cardGbps) : line;
}

/** Time for bytes on a line of so many Gbit/s, in ms. */
export const transferMs = (bytes: number, gbps: number): number =>
  bytes <= 0 ? 0 : (bytes * 8) / (gbps * 1e6);
