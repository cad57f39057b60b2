/** Keys that work anywhere on a page: single ones, and "g then r". Kept in one place so that the map can show them all. */
export interface Hotkeys {
  /** Key as KeyboardEvent.key says it, or two with a space between for one after the other. */
  [combination: string]: () => void;
}

const sequenceMs = 900;

/** True where a key is text for somebody else. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) &&
  !(target instanceof HTMLInputElement && ['checkbox', 'radio', 'button'].includes(target.type));

/** Follows the keyboard until the returned function is called. `keys` is asked anew at each press. */
export function listenForHotkeys(keys: () => Hotkeys): () => void {
  let lead = '';
  let leadAt = 0;
  const listen = (event: KeyboardEvent) => {
    const palette = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const map = keys();
    if (palette && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      map['command k']?.();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target))
      return;
    // A dialog or a menu has the keyboard to itself.
    if (document.querySelector('[role="dialog"], [role="menu"]')) return;
    const follows =
      lead !== '' && event.timeStamp - leadAt < sequenceMs ? map[`${lead} ${event.key}`] : undefined;
    lead = '';
    const act = follows ?? map[event.key];
    if (act) {
      event.preventDefault();
      act();
      return;
    }
    if (Object.keys(map).some((combination) => combination.startsWith(`${event.key} `))) {
      lead = event.key;
      leadAt = event.timeStamp;
    }
  };
  document.addEventListener('keydown', listen);
  return () => document.removeEventListener('keydown', listen);
}
