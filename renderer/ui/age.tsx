import { type MouseEvent, useSyncExternalStore } from 'react';
import { onLanguage } from '#renderer/i18n/index.ts';
import { formatAge, formatDateTime, formatDuration } from './format.ts';

/** One timer for every age on the page; it stands still while the page is hidden. */
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;
let offLanguage: (() => void) | null = null;

function tellAll(): void {
  for (const listener of listeners) listener();
}

function tick(): void {
  if (document.hidden) return;
  now = Date.now();
  tellAll();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!timer) {
    now = Date.now();
    timer = setInterval(tick, 1000);
    offLanguage = onLanguage(tellAll);
    document.addEventListener('visibilitychange', tick);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || !timer) return;
    clearInterval(timer);
    offLanguage?.();
    timer = null;
    document.removeEventListener('visibilitychange', tick);
  };
}

/** A text that depends on the time and the language: the component is drawn again only when the text is another. */
export function useTicking(text: (now: number) => string): string {
  return useSyncExternalStore(
    subscribe,
    () => text(now),
    () => text(now),
  );
}

/** "4 min ago", ticking; the full time as its title, made when somebody points at it: a list has hundreds. */
export function Age({ at }: { at: number }) {
  const text = useTicking((time) => formatAge(at, Math.max(time, at)));
  const showWhole = (event: MouseEvent<HTMLElement>) => {
    event.currentTarget.title = formatDateTime(at);
  };
  return (
    <time dateTime={new Date(at).toISOString()} onMouseEnter={showWhole}>
      {text}
    </time>
  );
}

/** How long something has been going since `from`, ticking, or took until `to`. */
export function Elapsed({ from, to }: { from: number; to: number | null }) {
  const text = useTicking((time) => formatDuration(Math.max(0, (to ?? Math.max(time, from)) - from)));
  return <span className="num">{text}</span>;
}
