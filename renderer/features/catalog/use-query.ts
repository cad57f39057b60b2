import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { paths } from '#renderer/app/routes.ts';
import type { OfferQuery } from '#shared/planner/offer-filter.ts';
import { addressOf, queryOf } from './query-address.ts';

/** Typing must not write the address at every letter: browsers take a few dozen changes a second at most. */
const settleMs = 200;

/** What the page is asked beside its filter. */
interface Opened {
  /** Id of the offer whose details are shown. */
  offer: string | null;
  sources: boolean;
  quotas: boolean;
}

/** When somebody asked for other rows: page.tsx tells how long it takes until they are on the screen. The first word counts. */
export function noteAsked(): void {
  if (performance.getEntriesByName('offers.asked').length === 0) performance.mark('offers.asked');
}

/** The filter and what is opened, as the address says them, and back again. */
export function useOfferQuery() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const fromAddress = useMemo(() => {
    const address = new URLSearchParams(search);
    return {
      query: queryOf(address),
      opened: {
        offer: address.get('offer'),
        sources: address.get('sources') === '1',
        quotas: address.get('quotas') === '1',
      },
    };
  }, [search]);
  const [query, setQuery] = useState(fromAddress.query);
  const [opened, setOpened] = useState<Opened>(fromAddress.opened);
  const written = useRef(search);
  // The address was changed by somebody else: a link, the way back.
  useEffect(() => {
    if (written.current === search) return;
    written.current = search;
    setQuery(fromAddress.query);
    setOpened(fromAddress.opened);
  }, [search, fromAddress]);
  useEffect(() => {
    const address = addressOf(query);
    if (opened.offer !== null) address.set('offer', opened.offer);
    if (opened.sources) address.set('sources', '1');
    if (opened.quotas) address.set('quotas', '1');
    const text = address.toString();
    if (text === new URLSearchParams(written.current).toString()) return;
    const timer = setTimeout(() => {
      written.current = text;
      navigate(paths.offers(address), { replace: true });
    }, settleMs);
    return () => clearTimeout(timer);
  }, [query, opened, navigate]);
  const change = useCallback((changes: Partial<OfferQuery>) => {
    noteAsked();
    setQuery((before) => ({ ...before, ...changes }));
  }, []);
  const open = useCallback(
    (changes: Partial<Opened>) => setOpened((before) => ({ ...before, ...changes })),
    [],
  );
  return { query, change, opened, open };
}
