import { type PlaceCode, placeSentences } from '../place-sentences.ts';
import { Best, byRank, Front, type Ranked, score, tieOf, type Weighed } from './front.ts';
import type { Objective } from './inputs.ts';
import type { Use } from './wanted.ts';
import type { Work } from './work.ts';

export type Where = { kind: 'machine'; index: number } | { kind: 'on-demand' | 'spot'; row: number };

/** A place that may be taken. */
export interface Candidate extends Ranked, Weighed {
  where: Where;
  use: Use;
  work: Work;
}

/** A place that may not, and why: the first thing that stands against it. */
export interface Excluded {
  where: Where;
  code: PlaceCode;
  /** Where it was known by then. */
  use: Use | null;
  work: Work | null;
  order: number;
  /** What the nearest of its kind is told by: the cheapest hour, or the least that is over a limit. */
  distance: number;
}

const shownBest = 120;
const shownFront = 60;
const shownKinds = 60;
/** Of each reason. */
const shownExcluded = 8;

export const placeCodes = Object.keys(placeSentences) as PlaceCode[];

/** Takes what a pass finds and keeps what will be shown: the front, the best, the best of each kind, the nearest that were excluded. */
export class Collector {
  readonly #objective: Objective;
  readonly #front = new Front<Candidate>();
  readonly #best = new Best<Candidate>(shownBest);
  readonly #kinds = new Map<number, Candidate>();
  /** By kind: the score to beat. */
  readonly #kindScores = new Map<number, number>();
  readonly #counts = new Map<PlaceCode, number>();
  readonly #excluded = new Map<string, Excluded>();
  readonly #nearest = new Map<PlaceCode, Map<number, number>>();
  readonly #ownExcluded: Excluded[] = [];
  readonly #ownTaken: Candidate[] = [];
  judged = 0;
  possible = 0;

  constructor(objective: Objective) {
    this.#objective = objective;
  }

  get front(): Front<Candidate> {
    return this.#front;
  }

  /** Of the places that may not be taken, how many for which reason; the most frequent first. */
  excludedBy(): { code: PlaceCode; count: number }[] {
    return [...this.#counts]
      .map(([code, count]) => ({ code, count }))
      .sort((a, b) => b.count - a.count || a.code.localeCompare(b.code));
  }

  /** Whether one with these numbers would be kept: asked before anything is made of it. `slot`: its kind. */
  wants(costMicros: number, totalMs: number, slot: number): boolean {
    const value = score(this.#objective, costMicros, totalMs);
    return (
      this.#best.wants(value) ||
      value < (this.#kindScores.get(slot) ?? Number.POSITIVE_INFINITY) ||
      this.#front.wouldTake(costMicros, totalMs)
    );
  }

  take(one: Omit<Candidate, 'score' | 'tie'>, slot: number): void {
    const { costMicros, totalMs } = one;
    const candidate: Candidate = {
      ...one,
      score: score(this.#objective, costMicros, totalMs),
      tie: tieOf(this.#objective, costMicros, totalMs),
    };
    this.#front.take(candidate);
    this.#best.add(candidate);
    if (one.where.kind === 'machine') this.#ownTaken.push(candidate);
    const before = this.#kinds.get(slot);
    if (before === undefined || byRank(candidate, before) < 0) {
      this.#kinds.set(slot, candidate);
      this.#kindScores.set(slot, candidate.score);
    }
  }

  count(code: PlaceCode): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
  }

  /** Whether it is nearer than the others of its kind: asked before anything is made of it. */
  wantsExcluded(code: PlaceCode, slot: number, distance: number): boolean {
    const nearest = this.#nearest.get(code)?.get(slot);
    return nearest === undefined || distance < nearest;
  }

  /** Kept where it is nearer than the others of its kind that were excluded for the same. `slot`: its kind. */
  exclude(one: Excluded, slot: number): void {
    if (one.where.kind === 'machine') {
      this.#ownExcluded.push(one);
      return;
    }
    if (!this.wantsExcluded(one.code, slot, one.distance)) return;
    const slots = this.#nearest.get(one.code) ?? new Map<number, number>();
    this.#nearest.set(one.code, slots.set(slot, one.distance));
    this.#excluded.set(`${one.code} ${slot}`, one);
  }

  /** Those that may be taken, the best first. */
  shown(most: number): Candidate[] {
    const chosen = new Map<number, Candidate>();
    const add = (list: readonly Candidate[], limit: number) => {
      for (const one of list.slice(0, limit)) if (chosen.size < most) chosen.set(one.order, one);
    };
    const best = this.#best.sorted();
    add(best, 1);
    add([...this.#front.members].sort(byRank), shownFront);
    add(this.#ownTaken.sort(byRank), shownKinds);
    add([...this.#kinds.values()].sort(byRank), shownKinds);
    add(best, shownBest);
    return [...chosen.values()].sort(byRank);
  }

  /** Those that may not: one's own machines first, then the nearest of each reason. */
  shownExcluded(most: number): Excluded[] {
    const own = [...this.#ownExcluded].sort((a, b) => a.order - b.order);
    const byCode = new Map<PlaceCode, Excluded[]>();
    for (const one of this.#excluded.values()) {
      const same = byCode.get(one.code);
      if (same) same.push(one);
      else byCode.set(one.code, [one]);
    }
    const rented = placeCodes
      // Those that came furthest are told of first: they are what a small change would bring in.
      .toReversed()
      .flatMap((code) =>
        (byCode.get(code) ?? [])
          .sort((a, b) => a.distance - b.distance || a.order - b.order)
          .slice(0, shownExcluded),
      );
    return [...own, ...rented].slice(0, Math.max(0, most));
  }
}
