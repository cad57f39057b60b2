/**
 * Gathers what comes one by one and hands it on together, at most about thirty times a second: a thousand machines that
 * change state in the same second must cost the page one drawing, not a thousand.
 */
export function gather<T>(handOn: (all: T[]) => void, everyMs = 32): (one: T) => void {
  let waiting: T[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  return (one) => {
    waiting.push(one);
    if (timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      const all = waiting;
      waiting = [];
      handOn(all);
    }, everyMs);
  };
}
