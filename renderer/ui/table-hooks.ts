import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { rowHeight } from './density.ts';
import type { VirtualTableProps } from './table-props.ts';

/** The keyboard's row, and the row under the eyes, kept by identity when rows come and go above them. */
export function useCursor<R>(props: VirtualTableProps<R>, scroller: { current: HTMLDivElement | null }) {
  const { total, rowAt, idOf, revision } = props;
  const [index, setIndex] = useState(-1);
  const held = useRef<{ cursorId: string | null; topIndex: number; topId: string | null }>({
    cursorId: null,
    topIndex: 0,
    topId: null,
  });
  const idAt = (at: number) => {
    const row = at >= 0 && at < total ? rowAt(at) : undefined;
    return row === undefined ? null : idOf(row);
  };
  const find = (id: string, near: number) => {
    for (let away = 0; away < 400; away++) {
      if (idAt(near + away) === id) return near + away;
      if (idAt(near - away) === id) return near - away;
    }
    return null;
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new revision moves rows
  useLayoutEffect(() => {
    const { cursorId, topId, topIndex } = held.current;
    if (cursorId !== null && index >= 0) {
      const at = find(cursorId, index);
      if (at !== null && at !== index) setIndex(at);
      else if (at === null && index >= total) setIndex(total - 1);
    }
    const element = scroller.current;
    if (element && topId !== null && element.scrollTop > rowHeight()) {
      const at = find(topId, topIndex);
      if (at !== null && at !== topIndex) element.scrollTop += (at - topIndex) * rowHeight();
    }
    held.current.topId = idAt(held.current.topIndex);
  }, [revision]);

  // What is under the eyes is noted when it scrolls, and after new rows; asking the element at every drawing would make
  // the browser lay the page out each time.
  const note = useStable((scrollTop: number) => {
    const topIndex = Math.floor(scrollTop / rowHeight());
    held.current.topIndex = topIndex;
    held.current.topId = idAt(topIndex);
  });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const listen = () => note(element.scrollTop);
    element.addEventListener('scroll', listen, { passive: true });
    return () => element.removeEventListener('scroll', listen);
  }, [scroller, note]);

  const shown = useRef(props.list);
  useLayoutEffect(() => {
    if (shown.current === props.list) return;
    shown.current = props.list;
    held.current = { cursorId: null, topIndex: 0, topId: null };
    setIndex(-1);
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [props.list, scroller]);

  return {
    index: Math.min(index, total - 1),
    set(next: number) {
      held.current.cursorId = idAt(next);
      setIndex(next);
    },
  };
}

/** j, k and the arrows work without clicking into the table first, when nothing else has the focus. */
export function useKeysFromAnywhere(scroller: { current: HTMLDivElement | null }): void {
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      const free = document.activeElement === document.body || document.activeElement?.id === 'content';
      if (!free || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (!['j', 'k', 'ArrowDown', 'ArrowUp'].includes(event.key)) return;
      event.preventDefault();
      scroller.current?.focus();
      scroller.current?.dispatchEvent(new KeyboardEvent('keydown', { key: event.key, bubbles: true }));
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [scroller]);
}

export function useWidth(element: { current: HTMLElement | null }, first: number): number {
  const [width, setWidth] = useState(first);
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) return;
    setWidth(target.clientWidth);
    const observer = new ResizeObserver(() => setWidth(target.clientWidth));
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** At least as many as are ever drawn at once, and never fewer than before: a smaller pool would make all rows anew. */
export function usePool(drawn: number): number {
  const most = useRef(64);
  if (drawn > most.current) most.current = drawn * 2;
  return most.current;
}

/** A function that keeps its identity while doing what the newest render says. */
export function useStable<A extends unknown[]>(call: (...args: A) => void): (...args: A) => void {
  const newest = useRef(call);
  useLayoutEffect(() => {
    newest.current = call;
  });
  return useCallback((...args: A) => newest.current(...args), []);
}
