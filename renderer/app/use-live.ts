import { useEffect, useRef, useState } from 'react';
import type { AppEvent } from '#shared/domain/event.ts';
import { takePart } from './live.ts';

export interface Live<T> {
  /** null until the first answer. */
  value: T | null;
  error: unknown;
  retry(): void;
  /** Puts in place what an action has just answered. */
  put(value: T): void;
}

const pauseMs = 200;

/**
 * What a part of a page shows, asked for when it opens and again when an event concerns it, several at once together.
 * `key` names what is asked: another key is another question.
 */
export function useLive<T>(
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
  concerns: (event: AppEvent) => boolean,
): Live<T> {
  const [state, setState] = useState<{ key: string; value: T | null; error: unknown }>({
    key,
    value: null,
    error: null,
  });
  const [asked, setAsked] = useState(0);
  const latest = useRef({ ask, concerns });
  latest.current = { ask, concerns };
  // biome-ignore lint/correctness/useExhaustiveDependencies: asking again is another try
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | null = null;
    const load = async () => {
      try {
        const value = await latest.current.ask(abort.signal);
        if (!abort.signal.aborted) setState({ key, value, error: null });
      } catch (error) {
        if (abort.signal.aborted) return;
        setState((before) => ({ key, value: before.key === key ? before.value : null, error }));
      }
    };
    const leave = takePart({
      reload: load,
      apply(event) {
        if (!latest.current.concerns(event)) return;
        timer ??= setTimeout(() => {
          timer = null;
          void load();
        }, pauseMs);
      },
    });
    void load();
    return () => {
      abort.abort();
      leave();
      if (timer !== null) clearTimeout(timer);
    };
  }, [key, asked]);
  return {
    value: state.key === key ? state.value : null,
    error: state.key === key ? state.error : null,
    retry: () => setAsked((before) => before + 1),
    put: (value) => setState({ key, value, error: null }),
  };
}
