import type { Objective } from './inputs.ts';

/** Anything with a price and a time. */
export interface Weighed {
  costMicros: number;
  totalMs: number;
}

/**
 * How good it is, less being better. It depends on nothing but the place itself: so a place that comes or goes changes no
 * other's rank. Balanced: cost and time multiplied (twice as dear is as bad as twice as long), with a dollar
 * added so that what costs nothing is told apart by its time.
 */
export function score(objective: Objective, costMicros: number, totalMs: number): number {
  if (objective === 'cheapest') return costMicros;
  if (objective === 'fastest') return totalMs;
  return (costMicros + 1_000_000) * totalMs;
}

/** What decides between two that score the same. */
export const tieOf = (objective: Objective, costMicros: number, totalMs: number): number =>
  objective === 'fastest' ? costMicros : totalMs;

/** Those that nothing is both cheaper and faster than, by rising cost and falling time. */
export class Front<T extends Weighed> {
  readonly #members: T[] = [];

  get members(): readonly T[] {
    return this.#members;
  }

  /** True where something in it is at least as cheap and as fast, and better in one of them. */
  dominates(costMicros: number, totalMs: number): boolean {
    const best = this.fastestWithin(costMicros);
    return (
      best !== null && (best.totalMs < totalMs || (best.totalMs === totalMs && best.costMicros < costMicros))
    );
  }

  /** The fastest of those that cost no more. */
  fastestWithin(costMicros: number): T | null {
    return this.#members[this.#after(costMicros) - 1] ?? null;
  }

  /** Whether it would become a member. */
  wouldTake(costMicros: number, totalMs: number): boolean {
    const best = this.fastestWithin(costMicros);
    return best === null || best.totalMs > totalMs;
  }

  /** Those that it dominates go. */
  take(member: T): void {
    if (!this.wouldTake(member.costMicros, member.totalMs)) return;
    const { costMicros, totalMs } = member;
    let at = this.#after(costMicros);
    while (at > 0 && (this.#members[at - 1]?.costMicros ?? 0) >= costMicros) at -= 1;
    let gone = 0;
    while ((this.#members[at + gone]?.totalMs ?? -1) >= totalMs) gone += 1;
    this.#members.splice(at, gone, member);
  }

  /** How many cost no more. */
  #after(costMicros: number): number {
    let [low, high] = [0, this.#members.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#members[middle]?.costMicros ?? 0) <= costMicros) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export interface Ranked {
  score: number;
  tie: number;
  /** Where it stood among all: the last word, so that the same input gives the same order. */
  order: number;
}

export const byRank = (a: Ranked, b: Ranked): number =>
  a.score - b.score || a.tie - b.tie || a.order - b.order;

/** The best so many of a great many: sorted now and then, never all of them. */
export class Best<T extends Ranked> {
  readonly #most: number;
  #kept: T[] = [];
  #worst = Number.POSITIVE_INFINITY;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether one with this score has a chance. */
  wants(value: number): boolean {
    return value <= this.#worst;
  }

  add(one: T): void {
    this.#kept.push(one);
    if (this.#kept.length >= 4 * this.#most) this.#prune();
  }

  sorted(): T[] {
    this.#prune();
    return [...this.#kept];
  }

  #prune(): void {
    this.#kept.sort(byRank);
    this.#kept.length = Math.min(this.#kept.length, this.#most);
    if (this.#kept.length === this.#most) this.#worst = this.#kept.at(-1)?.score ?? Number.POSITIVE_INFINITY;
  }
}
