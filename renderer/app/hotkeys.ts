import { isMac, pressName } from './key-names.ts';

/** Keys that work anywhere on a page, as key-names.ts writes them, and what each does. */
export type Hotkeys = ReadonlyMap<string, () => void>;

const sequenceMs = 900;

/** True where a key is text for somebody else. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) &&
  !(target instanceof HTMLInputElement && ['checkbox', 'radio', 'button'].includes(target.type));

/** Puts single presses together: "g" and then "r" is "g r", if they follow each other soon enough. */
export class PressReader {
  #lead = '';
  #leadAt = 0;

  /** The combination that this press completes among the known ones, or null. `at`: ms. */
  read(
    press: string,
    at: number,
    known: { has(keys: string): boolean; keys(): Iterable<string> },
  ): string | null {
    const following = `${this.#lead} ${press}`;
    const follows = this.#lead !== '' && at - this.#leadAt < sequenceMs && known.has(following);
    this.#lead = '';
    if (follows) return following;
    if (known.has(press)) return press;
    for (const keys of known.keys()) {
      if (!keys.startsWith(`${press} `)) continue;
      this.#lead = press;
      this.#leadAt = at;
      break;
    }
    return null;
  }
}

/** These lead out of anything, also out of a dialog. */
const everywhere = ['mod+k', 'mod+shift+p'];

/** Whether a terminal keeps this press for its programs: there Ctrl and a letter belong to them. */
const isTerminals = (press: string, target: EventTarget | null) =>
  target instanceof Element &&
  target.closest('.xterm') !== null &&
  !(isMac() ? press.startsWith('mod+') : press.startsWith('mod+shift+')) &&
  !press.endsWith('+`');

/** Follows the keyboard until the returned function is called. `keys` is asked anew at each press. */
export function listenForHotkeys(keys: () => Hotkeys): () => void {
  const reader = new PressReader();
  const isOver = () => document.querySelector('[role="dialog"], [role="menu"]') !== null;
  /** Before anybody else sees them: an editor or a terminal would keep them. */
  const combinations = (event: KeyboardEvent) => {
    const press = pressName(event);
    if (!/^(mod|ctrl|meta|alt)\+/.test(press) || isTerminals(press, event.target)) return;
    const act = keys().get(press);
    // A dialog or a menu has the keyboard to itself.
    if (!act || (isOver() && !everywhere.includes(press))) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const singles = (event: KeyboardEvent) => {
    // An editor lives in a shadow root: out here its host seems to be what is typed into.
    const target = event.composedPath()[0] ?? event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(target)) return;
    if (isOver()) return;
    const map = keys();
    const found = reader.read(pressName(event), event.timeStamp, map);
    if (found === null) return;
    event.preventDefault();
    map.get(found)?.();
  };
  document.addEventListener('keydown', combinations, true);
  document.addEventListener('keydown', singles);
  return () => {
    document.removeEventListener('keydown', combinations, true);
    document.removeEventListener('keydown', singles);
  };
}
