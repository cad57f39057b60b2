import { useCallback, useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { takePart } from '#renderer/app/live.ts';
import { sayError } from '#renderer/app/session-store.ts';
import type { DataReportFilter, DataReportRow } from '#shared/contract/data.ts';
import type { DataSet, SitePolicy } from '#shared/domain/sensitivity.ts';

const portion = 100;
const pauseMs = 150;

/** Loads again whenever one of these has happened, and whenever something may have been missed. */
function useTurn(kinds: readonly string[]): [number, () => void] {
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  const wanted = kinds.join(' ');
  useEffect(
    () =>
      takePart({
        reload: async () => again(),
        apply: (event) => (wanted.split(' ').includes(event.type) ? again() : undefined),
      }),
    [wanted, again],
  );
  return [turn, again];
}

export interface Labelled {
  sets: readonly DataSet[];
  policies: readonly SitePolicy[];
}

/** Data sets and what sites may hold; null until they are here. */
export function useLabelled(): { labelled: Labelled | null; failure: unknown; again(): void } {
  const [labelled, setLabelled] = useState<Labelled | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [turn, again] = useTurn(['data.changed', 'site.removed']);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn is what loads again
  useEffect(() => {
    let gone = false;
    Promise.all([rpc().data.list(), rpc().data.policies()])
      .then(([sets, policies]) => {
        if (gone) return;
        setLabelled({ sets, policies });
        setFailure(null);
      })
      .catch((thrown: unknown) => {
        if (!gone) setFailure(thrown);
      });
    return () => {
      gone = true;
    };
  }, [turn]);
  return { labelled, failure, again };
}

/** Portions of the report for a filter, the newest first. */
export function useReport({ search, label, only }: DataReportFilter) {
  const [rows, setRows] = useState<readonly DataReportRow[] | null>(null);
  const [total, setTotal] = useState(0);
  const [failure, setFailure] = useState<unknown>(null);
  const [turn, again] = useTurn(['data.changed', 'run.changed', 'run.removed']);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn is what loads again
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => {
      rpc()
        .data.report({ search, only, limit: portion, ...(label && { label }) })
        .then((answer) => {
          if (gone) return;
          setRows(answer.rows);
          setTotal(answer.total);
          setFailure(null);
        })
        .catch((thrown: unknown) => {
          if (!gone) setFailure(thrown);
        });
    }, pauseMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [search, label, only, turn]);
  const loaded = rows?.length ?? 0;
  const loadOlder = useCallback(() => {
    rpc()
      .data.report({ search, only, limit: portion, offset: loaded, ...(label && { label }) })
      .then((answer) => setRows((before) => [...(before ?? []), ...answer.rows]))
      .catch(sayError);
  }, [search, label, only, loaded]);
  return { rows, more: loaded < total, failure, again, loadOlder };
}
