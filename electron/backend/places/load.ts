import { heldByOthers } from '#backend/runs/index.ts';
import type { Machine } from '#shared/domain/machine.ts';

/** What counts is what lasts: all looks of so long, and at least so many. */
const spanMs = 5 * 60_000;
const fewestLooks = 3;
/** Looks older than this say nothing about now. */
const oldestMs = 15 * 60_000;
const nearlyFull = 0.97;

interface Look {
  at: number;
  /** Per processor. */
  load: number | null;
  crowded: ReadonlySet<string>;
}

/** How loaded machines have been over the last minutes, from their inventories as they come. */
export class LoadHistory {
  readonly #looks = new Map<string, Look[]>();

  /** A machine as it was found; the same inventory twice is one look. */
  add({ id, inventory }: Machine, isOurRun: (runId: string) => boolean): void {
    if (inventory === null) return;
    const looks = this.#looks.get(id) ?? [];
    if (looks.some(({ at }) => at >= inventory.takenAt)) return;
    const { load1, cpuCount, accelerators } = inventory;
    const crowded = accelerators.filter((each) => {
      const { memoryBytes, memoryUsedBytes } = each;
      const isFull =
        memoryBytes !== null && memoryUsedBytes !== null && memoryUsedBytes >= nearlyFull * memoryBytes;
      return isFull && heldByOthers(each, isOurRun) !== null;
    });
    looks.push({
      at: inventory.takenAt,
      load: load1 === null || cpuCount === null || cpuCount <= 0 ? null : load1 / cpuCount,
      crowded: new Set(crowded.map(({ uuid }) => uuid)),
    });
    const newest = inventory.takenAt;
    this.#looks.set(
      id,
      looks.filter(({ at }) => newest - at <= oldestMs),
    );
  }

  /** Load per processor when last looked; null: not known. */
  now(machineId: string): number | null {
    return this.#looks.get(machineId)?.at(-1)?.load ?? null;
  }

  /** Above the limit in every look of the last minutes. */
  isOver(machineId: string, limit: number, now: number): boolean {
    return this.#lasting(machineId, now, ({ load }) => load !== null && load > limit);
  }

  /** Accelerators that were crowded in every look of the last minutes. */
  crowded(machineId: string, now: number): Set<string> {
    const newest = this.#looks.get(machineId)?.at(-1);
    return new Set(
      [...(newest?.crowded ?? [])].filter((uuid) =>
        this.#lasting(machineId, now, ({ crowded }) => crowded.has(uuid)),
      ),
    );
  }

  #lasting(machineId: string, now: number, holds: (look: Look) => boolean): boolean {
    const looks = this.#looks.get(machineId) ?? [];
    const newest = looks.at(-1);
    if (newest === undefined || now - newest.at > spanMs) return false;
    // All that are needed to cover the span: the last one before it, too.
    const before = looks.findLastIndex(({ at }) => newest.at - at >= spanMs);
    if (before < 0) return false;
    const covering = looks.slice(before);
    return covering.length >= fewestLooks && covering.every(holds);
  }
}
