import { useEffect } from 'react';
import { useLocation, useSearch } from 'wouter';
import { paths } from '#renderer/app/routes.ts';
import { ask, useOne } from './one-store.ts';

/** What an offer says of a run that is to be planned there: `?accelerator=H100&gpus=8&provider=aws`. Null: nothing. */
export function demandOfOffer(search: string): {
  accelerators: { name: string; count: number }[];
  providers: string[];
} | null {
  const query = new URLSearchParams(search);
  const [name, provider] = [query.get('accelerator'), query.get('provider')];
  const count = Number(query.get('gpus') ?? '1');
  if (name === null && provider === null) return null;
  return {
    accelerators: name === null ? [] : [{ name, count: Number.isFinite(count) && count > 0 ? count : 1 }],
    providers: provider === null ? [] : [provider],
  };
}

/** Takes over what an offer has brought here, once: the address is plain again then. */
export function useOffer(): void {
  const search = useSearch();
  const [, navigate] = useLocation();
  useEffect(() => {
    const brought = demandOfOffer(search);
    if (brought === null) return;
    const { demand, limits } = useOne.getState();
    ask({
      demand: { ...demand, accelerators: brought.accelerators },
      limits: { ...limits, providers: brought.providers },
    });
    navigate(paths.plan(), { replace: true });
  }, [search, navigate]);
}
