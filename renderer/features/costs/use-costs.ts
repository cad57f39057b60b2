import { useCallback, useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { takePart } from '#renderer/app/live.ts';
import type { Client } from '#shared/contract/index.ts';

/** What runs cost goes up by itself: it is asked for again so often. */
const againMs = 60_000;
/** Several changes that follow each other are one. */
const gatherMs = 250;

export interface Answer<T> {
  /** Null until it is there; the last one while a newer is on its way. */
  value: T | null;
  failure: unknown;
  again(): void;
}

/** Asks the backend, and again whenever costs change, something may have been missed, or a minute has passed. `key` names the question. */
export function useCosts<T>(key: string, ask: (client: Client) => Promise<T>): Answer<T> {
  const [answer, setAnswer] = useState<{ key: string; value: T | null; failure: unknown }>({
    key,
    value: null,
    failure: null,
  });
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = null;
        again();
      }, gatherMs);
    };
    const leave = takePart({
      reload: async () => soon(),
      apply: (event) => {
        if (event.type === 'costs.changed' || event.type === 'catalog.changed') soon();
      },
    });
    const every = setInterval(again, againMs);
    return () => {
      leave();
      clearInterval(every);
      if (timer !== null) clearTimeout(timer);
    };
  }, [again]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what is asked, a new turn asks again
  useEffect(() => {
    let gone = false;
    ask(rpc())
      .then((value) => {
        if (!gone) setAnswer({ key, value, failure: null });
      })
      .catch((failure: unknown) => {
        if (!gone) setAnswer((before) => ({ key, value: before.key === key ? before.value : null, failure }));
      });
    return () => {
      gone = true;
    };
  }, [key, turn]);
  // An answer to another question is none, but better than a page that jumps: it stays until the new one is there.
  return { value: answer.value, failure: answer.key === key ? answer.failure : null, again };
}
