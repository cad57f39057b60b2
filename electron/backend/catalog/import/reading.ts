import type { Offer } from '#shared/domain/catalog.ts';
import type { FindAccelerator } from '#shared/planner/accelerators.ts';
import type { Refusals } from '../refusals.ts';
import type { InstanceSpec } from '../shipped-form.ts';
import type { Delimiter } from './csv.ts';

/** What readers of price files are given beside the file. */
export interface ReadingContext {
  text: string;
  delimiter: Delimiter;
  /** Whose prices these are, where the file does not say. */
  provider: string | null;
  sourceId: string;
  pricedAt: number;
  find: FindAccelerator;
  /** What the catalogue knows of an instance type: price files lack links and disks. */
  spec(provider: string, instanceType: string): InstanceSpec | null;
}

/** An offer as it was read, and where it stands. */
export interface ReadOffer {
  row: number;
  offer: Offer;
}

export interface Reading {
  /** Rows below the header. */
  rows: number;
  offers: ReadOffer[];
  refusals: Refusals;
  /** Rows that are no offer by themselves: without a price, or a part of others. */
  skipped: number;
}

/** Header names → their column; -1: there is none. Case, spaces, hyphens and underscores do not count. */
export function columnsOf<Name extends string>(
  header: readonly string[],
  names: Record<Name, readonly string[]>,
): Record<Name, number> {
  const plain = (name: string) => name.toLowerCase().replace(/[\s_-]+/g, '');
  const have = header.map(plain);
  return Object.fromEntries(
    Object.entries<readonly string[]>(names).map(([name, aliases]) => [
      name,
      Math.max(-1, ...aliases.map((alias) => have.indexOf(plain(alias)))),
    ]),
  ) as Record<Name, number>;
}

/** The name that the catalogue has for an accelerator; as it stands where it knows none. */
export const canonical = (find: FindAccelerator, name: string): string =>
  // Google's machines of the name differ in their network, not in their accelerators.
  (find(name) ?? find(name.replace(/-mega$/i, '')))?.name ?? name;
