import { useCallback, useEffect, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { paths } from '#renderer/app/routes.ts';
import { addressOf, type FitState, stateOf } from './question.ts';

/** A slider that is drawn along must not write the address at every step: browsers take a few dozen changes a second at most. */
const settleMs = 250;

/** What the page is asked, as its address says it, and back again. */
export function useFitState(): [FitState, (changes: Partial<FitState>) => void] {
  const search = useSearch();
  const [, navigate] = useLocation();
  const [state, setState] = useState(() => stateOf(new URLSearchParams(search)));
  const written = useRef(search);
  // The address was changed by somebody else: a link, the way back.
  useEffect(() => {
    if (written.current === search) return;
    written.current = search;
    setState(stateOf(new URLSearchParams(search)));
  }, [search]);
  useEffect(() => {
    const address = addressOf(state);
    const text = address.toString();
    if (text === new URLSearchParams(written.current).toString()) return;
    const timer = setTimeout(() => {
      written.current = text;
      navigate(paths.fit(address), { replace: true });
    }, settleMs);
    return () => clearTimeout(timer);
  }, [state, navigate]);
  const change = useCallback(
    (changes: Partial<FitState>) => setState((before) => ({ ...before, ...changes })),
    [],
  );
  return [state, change];
}
