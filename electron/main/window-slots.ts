/**
 * Which kept place each window has: the first window the first one, further ones the next that nobody has. A window that is
 * opened again comes back where it was.
 */
export class WindowSlots<W> {
  readonly #taken = new Map<W, number>();

  /** The lowest free place, from 0. */
  take(make: (slot: number) => W): W {
    const taken = new Set(this.#taken.values());
    let slot = 0;
    while (taken.has(slot)) slot += 1;
    const made = make(slot);
    this.#taken.set(made, slot);
    return made;
  }

  release(window: W): void {
    this.#taken.delete(window);
  }

  /** In the order in which they were opened. */
  get windows(): W[] {
    return [...this.#taken.keys()];
  }
}

/** The file of a place: `window.json` for the first, as ever. */
export const slotFile = (slot: number): string => (slot === 0 ? 'window.json' : `window-${slot + 1}.json`);

const mostRemembered = 500;

/** Things that every window tells are done once: true the first time that an id is heard. */
export class OncePerId {
  readonly #heard = new Set<string>();

  first(id: string): boolean {
    if (this.#heard.has(id)) return false;
    this.#heard.add(id);
    const [oldest] = this.#heard;
    if (this.#heard.size > mostRemembered && oldest !== undefined) this.#heard.delete(oldest);
    return true;
  }
}
