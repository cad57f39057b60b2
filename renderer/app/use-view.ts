import { useCallback, useEffect, useRef, useState } from 'react';
import { rpc } from './backend.ts';
import { takePart } from './live.ts';

const settleMs = 300;

/**
 * How this page is arranged, kept by the backend for all windows. Until its answer is there, and where it has none, `fallback`; what
 * another version kept is laid over it field by field.
 */
export function useView<T extends object>(key: string, fallback: T): [T, (changes: Partial<T>) => void] {
  const [value, setValue] = useState(fallback);
  const newest = useRef(value);
  newest.current = value;
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => {
    let gone = false;
    const load = async () => {
      // What was just changed here is newer than any answer.
      if (timer.current !== null) return;
      const { content } = await rpc().app.view({ key });
      if (!gone && content !== null && timer.current === null)
        setValue({ ...fallbackOf.current, ...read(content) });
    };
    const leave = takePart({
      reload: load,
      apply(event) {
        if (event.type === 'view.changed' && event.key === key) load().catch(say);
      },
    });
    load().catch(say);
    return () => {
      gone = true;
      leave();
    };
  }, [key]);
  const fallbackOf = useRef(fallback);
  const change = useCallback(
    (changes: Partial<T>) => {
      const next = { ...newest.current, ...changes };
      newest.current = next;
      setValue(next);
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        timer.current = null;
        rpc()
          .app.setView({ key, content: JSON.stringify(newest.current) })
          .catch(say);
      }, settleMs);
    },
    [key],
  );
  return [value, change];
}

const say = (thrown: unknown) => console.info('How the page is arranged is not kept now:', thrown);

function read(content: string): object {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // Written by something else: as if it had never been set.
    return {};
  }
}
