import type { Clock } from '#backend/clock.ts';
import type { FileEntry, Listing } from '#shared/domain/box-file.ts';
import { newId } from '#shared/domain/id.ts';
import { listingGone } from './errors.ts';
import { type Order, sorted } from './sorting.ts';

export interface Page extends Order {
  offset: number;
  limit: number;
}

interface Kept {
  facts: Omit<Listing, 'total' | 'all' | 'entries'>;
  entries: readonly FileEntry[];
  usedAt: number;
  /** The order that was asked for last, and what it gave: pages of it need no sorting. */
  order: string;
  inOrder: readonly FileEntry[];
}

const keptMs = 15 * 60_000;
const mostListings = 40;
/** Some 100 MB at most. */
const mostEntries = 400_000;

/** Directories as they were when they were listed, kept for a while: more of one, or another order, asks no machine. */
export class Listings {
  readonly #clock: Clock;
  /** The one used longest ago first. */
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(
    facts: { machineId: string; path: string; freeBytes: number | null; writable: boolean },
    entries: readonly FileEntry[],
    page: Page,
  ): Listing {
    const listingId = newId();
    this.#kept.set(listingId, {
      facts: { ...facts, listingId, listedAt: this.#clock.now() },
      entries,
      usedAt: this.#clock.elapsed(),
      order: '',
      inOrder: [],
    });
    const listing = this.page(listingId, page);
    this.#makeRoom();
    return listing;
  }

  /** Throws LISTING_GONE. */
  page(listingId: string, { offset, limit, ...order }: Page): Listing {
    const kept = this.#kept.get(listingId);
    if (kept === undefined || this.#clock.elapsed() - kept.usedAt > keptMs) throw listingGone();
    kept.usedAt = this.#clock.elapsed();
    this.#kept.delete(listingId);
    this.#kept.set(listingId, kept);
    const asked = JSON.stringify([order.by, order.descending, order.search, order.hidden]);
    if (kept.order !== asked) {
      kept.inOrder = sorted(kept.entries, order);
      kept.order = asked;
    }
    return {
      ...kept.facts,
      total: kept.inOrder.length,
      all: kept.entries.length,
      entries: kept.inOrder.slice(offset, offset + limit),
    };
  }

  #makeRoom(): void {
    const now = this.#clock.elapsed();
    let entries = 0;
    let count = 0;
    for (const [id, kept] of [...this.#kept].reverse()) {
      count += 1;
      entries += kept.entries.length;
      const isNewest = count === 1;
      if (!isNewest && (count > mostListings || entries > mostEntries || now - kept.usedAt > keptMs))
        this.#kept.delete(id);
    }
  }
}
