import { useDeferredValue, useMemo, useRef } from 'react';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { useT } from '#renderer/i18n/index.ts';
import type { Offer } from '#shared/domain/catalog.ts';
import { acceleratorFinder } from '#shared/planner/accelerators.ts';
import { offerColumns } from '#shared/planner/offer-columns.ts';
import { filterOffers, type OfferQuery } from '#shared/planner/offer-filter.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';
import { useCatalog, useCatalogStore } from './catalog-store.ts';
import { type OfferRow, rowMaker } from './offer-row.ts';
import { ownOffers } from './own-machines.ts';

/** What the table shows: own machines that pass the filter first, then what can be rented, each in the order asked for. */
export interface OfferList {
  /** Null before the first answer. */
  total: number | null;
  ownCount: number;
  /** How many there are without a filter. */
  all: number;
  rowAt(index: number): OfferRow | undefined;
  byId(id: string): OfferRow | null;
  /** Changes with the rows. */
  revision: unknown;
  error: unknown;
}

const none = new Uint32Array();

export function useOfferList(query: OfferQuery): OfferList {
  const { table, derived, accelerators, regions, error } = useCatalog();
  const offers = useOwnOffers();
  const own = useMemo(() => {
    const ownTable = OfferTable.of(offers);
    const ownDerived = offerColumns(ownTable, accelerators, regions);
    return { table: ownTable, derived: ownDerived, make: rowMaker(ownTable, ownDerived) };
  }, [offers, accelerators, regions]);
  const rented = useMemo(() => {
    if (!table || !derived) return none;
    const from = performance.now();
    const rows = filterOffers(table, derived, query);
    performance.measure('offers.filter', { start: from, end: performance.now() });
    return rows;
  }, [table, derived, query]);
  const ours = useMemo(() => filterOffers(own.table, own.derived, query), [own, query]);
  const make = useMemo(() => (table && derived ? rowMaker(table, derived) : null), [table, derived]);
  return useMemo(() => {
    const rowAt = (index: number) => {
      const ownRow = ours[index];
      if (ownRow !== undefined) return own.make(ownRow);
      const row = rented[index - ours.length];
      return row === undefined ? undefined : make?.(row);
    };
    return {
      total: table === null ? null : ours.length + rented.length,
      ownCount: ours.length,
      all: own.table.length + (table?.length ?? 0),
      rowAt,
      byId(id) {
        const ownRow = own.table.indexOf(id);
        if (ownRow >= 0) return own.make(ownRow);
        const row = table?.indexOf(id) ?? -1;
        return row >= 0 ? (make?.(row) ?? null) : null;
      },
      revision: rowAt,
      error,
    };
  }, [ours, rented, own, make, table, error]);
}

/** The same list for as long as nothing of it is another: machines tell of their load many times a second. */
function useOwnOffers(): readonly Offer[] {
  const t = useT();
  const ownRates = useCatalogStore((state) => state.ownRates);
  const accelerators = useCatalogStore((state) => state.accelerators);
  const machines = useDeferredValue(useMachines(({ byId }) => byId));
  const find = useMemo(() => acceleratorFinder(accelerators), [accelerators]);
  const kept = useRef<{ text: string; offers: readonly Offer[] }>({ text: '[]', offers: [] });
  return useMemo(() => {
    const named = [...machines.values()].map((machine) => ({
      ...machine,
      name: placeName(machine.id, machine.name, t),
      siteName: placeName(machine.siteId, machine.siteName, t),
    }));
    const offers = ownOffers(named, ownRates, find);
    const text = JSON.stringify(offers);
    if (text !== kept.current.text) kept.current = { text, offers };
    return kept.current.offers;
  }, [machines, ownRates, find, t]);
}
