import { both } from './both.ts';
import type { CopyBox } from './box.ts';
import { baseOf, bytesOf, parentOf } from './names.ts';
import type { Entry } from './scan.ts';
import type { Whole } from './subtrees.ts';

/** A file that has arrived and is verified, and where it waits. */
export interface Verified {
  file: Entry;
  /** Its name at the destination. */
  path: string;
  /** Of a large file its part; of a small one the pack's directory, below which it has its own path. */
  waits: { part: string } | { pack: string };
}

interface Waiting {
  files: Verified[] | null;
}

const nul = Buffer.alloc(1);
const wordsOfGroup = 34;

/** Puts verified files into their places, in the order in which they were announced and never before those ahead of them. */
export class Placing {
  readonly #to: CopyBox;
  readonly #place: string;
  readonly #stage: string;
  readonly #signal: AbortSignal;
  readonly #waiting: Waiting[] = [];
  #turn: Promise<void> = Promise.resolve();

  constructor(to: CopyBox, place: string, stage: string, signal: AbortSignal) {
    this.#to = to;
    this.#place = place;
    this.#stage = stage;
    this.#signal = signal;
  }

  /**
   * Keeps a place in the order; `ready` says what goes there (nothing, where it is left out). `whole`: it is all that is in one
   * pack, none of it is there yet, and its order does not matter: it waits for nobody.
   */
  next(): { ready(files: Verified[], whole?: Whole | null): Promise<void> } {
    const slot: Waiting = { files: null };
    this.#waiting.push(slot);
    return {
      ready: async (files, whole = null) => {
        slot.files = whole === null ? files : [];
        const placed = whole === null ? null : this.#move(wholePack(files, whole));
        this.#turn = this.#turn.then(() => this.#moveReady());
        await both(placed ?? Promise.resolve(), this.#turn);
      },
    };
  }

  async #moveReady(): Promise<void> {
    const groups: string[][] = [];
    for (let first = this.#waiting[0]; first?.files != null; first = this.#waiting[0]) {
      groups.push(...groupsOf(first.files));
      this.#waiting.shift();
    }
    await this.#move(groups);
  }

  async #move(groups: readonly string[][]): Promise<void> {
    if (groups.length === 0) return;
    // What was there before must not be lost to something that is not on the disk yet; what is new is synced at the end.
    const packs = groups.some(([kind]) => kind === 'p') ? ['packs'] : [];
    await this.#to.ask('move', [this.#place, this.#stage, ...packs], {
      signal: this.#signal,
      stdin: Buffer.concat(groups.map(groupBytes)),
    });
  }
}

/** `d FROM TO NAME…` for whole directories beside each other, then `w FROM` for what is left of the pack. */
export function wholePack([first]: readonly Verified[], { roots, hasRest }: Whole): string[][] {
  const groups: string[][] = [];
  if (first === undefined || !('pack' in first.waits)) return groups;
  const pack = `in/${first.waits.pack}`;
  for (const root of roots) {
    const from = `${pack}/${parentOf(root)}`;
    const last = groups.at(-1);
    if (last?.[1] === from && last.length < wordsOfGroup) last.push(baseOf(root));
    else groups.push(['d', from, `./${parentOf(root)}`, baseOf(root)]);
  }
  if (hasRest) groups.push(['w', pack]);
  return groups;
}

/** `p FROM TO NAME…` for neighbours of one pack and directory, `l FROM TO NAME MODE MTIME TOUCH SIZE` for a large one. */
export function groupsOf(files: readonly Verified[]): string[][] {
  const groups: string[][] = [];
  for (const { file, path, waits } of files) {
    const to = `./${parentOf(path)}`;
    if ('part' in waits) {
      const touch = stampOf(file.mtime);
      groups.push([
        'l',
        `in/${waits.part}`,
        to,
        baseOf(path),
        file.mode.toString(8),
        file.mtime,
        touch,
        String(file.bytes),
      ]);
      continue;
    }
    const from = `in/${waits.pack}/${parentOf(path)}`;
    const last = groups.at(-1);
    if (last?.[0] === 'p' && last[1] === from && last.length < wordsOfGroup) last.push(baseOf(path));
    else groups.push(['p', from, to, baseOf(path)]);
  }
  return groups;
}

function groupBytes(words: readonly string[]): Buffer {
  const all = [...words, ...Array.from({ length: wordsOfGroup - words.length }, () => '/')];
  return Buffer.concat(all.flatMap((word) => [bytesOf(word), nul]));
}

/** `YYYYMMDDhhmm.SS` in UTC, for the oldest kind of touch. */
function stampOf(mtime: string): string {
  const ms = Math.floor(Number(mtime)) * 1000;
  const text = new Date(Number.isFinite(ms) && ms >= 0 && ms < 8e15 ? ms : 0).toISOString();
  return `${text.slice(0, 16).replace(/[-T:]/g, '')}.${text.slice(17, 19)}`;
}
