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

const placeCodes = Object.keys(placeSentences) as PlaceCode[];
/** A code's place in arrays. Above 0: 0 stands for nothing that stands against it. */
export const codeIndex = Object.fromEntries(placeCodes.map((code, index) => [code, index + 1])) as Record<
  PlaceCode,
  number
>;

/**
 * Takes what a pass finds and keeps what will be shown: the front, the best, the best of each kind, the nearest that were
 * excluded. A kind is a slot from 0 to `slots`. What is asked for each of a hundred thousand is answered from arrays.
 */
export class Collector {
  readonly #objective: Objective;
  readonly #slots: number;
  readonly #front = new Front<Candidate>();
  readonly #best = new Best<Candidate>(shownBest);
  readonly #kinds = new Map<number, Candidate>();
  /** By kind: the score to beat. */
  readonly #kindScores: Float64Array;
  readonly #counts = new Int32Array(placeCodes.length + 1);
  /** By code and kind: the distance to beat, and what has it. */
  readonly #nearest: (Float64Array | undefined)[] = [];
  readonly #excluded = new Map<number, Excluded>();
  readonly #ownExcluded: Excluded[] = [];
  readonly #ownTaken: Candidate[] = [];
  judged = 0;
  possible = 0;

  constructor(objective: Objective, slots: number) {
    this.#objective = objective;
    this.#slots = slots;
    this.#kindScores = new Float64Array(slots).fill(Number.POSITIVE_INFINITY);
  }

  get front(): Front<Candidate> {
    return this.#front;
  }

  /** Of the places that may not be taken, how many for which reason; the most frequent first. */
  excludedBy(): { code: PlaceCode; count: number }[] {
    return placeCodes
      .map((code) => ({ code, count: this.#counts[codeIndex[code]] ?? 0 }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count || a.code.localeCompare(b.code));
  }

  /** Whether one with these numbers would be kept: asked before anything is made of it. */
  wants(costMicros: number, totalMs: number, slot: number): boolean {
    const value = score(this.#objective, costMicros, totalMs);
    return (
      value < (this.#kindScores[slot] ?? 0) ||
      this.#best.wants(value) ||
      this.#front.wouldTake(costMicros, totalMs)
    );
  }

  /** `slot` null: an own machine. */
  take(one: Omit<Candidate, 'score' | 'tie'>, slot: number | null): void {
    const { costMicros, totalMs } = one;
    const candidate: Candidate = {
      ...one,
      score: score(this.#objective, costMicros, totalMs),
      tie: tieOf(this.#objective, costMicros, totalMs),
    };
    this.#front.take(candidate);
    this.#best.add(candidate);
    if (slot === null) {
      this.#ownTaken.push(candidate);
      return;
    }
    const before = this.#kinds.get(slot);
    if (before === undefined || byRank(candidate, before) < 0) {
      this.#kinds.set(slot, candidate);
      this.#kindScores[slot] = candidate.score;
    }
  }

  /** Counts one that may not be taken; true where it is nearer than the others of its kind, so that it is to be kept. */
  countExcluded(code: number, slot: number, distance: number): boolean {
    this.#counts[code] = (this.#counts[code] ?? 0) + 1;
    let nearest = this.#nearest[code];
    if (nearest === undefined) {
      nearest = new Float64Array(this.#slots).fill(Number.POSITIVE_INFINITY);
      this.#nearest[code] = nearest;
    }
    if (distance >= (nearest[slot] ?? 0)) return false;
    nearest[slot] = distance;
    return true;
  }

  keepExcluded(one: Excluded, slot: number): void {
    this.#excluded.set(codeIndex[one.code] * this.#slots + slot, one);
  }

  /** Of one's own machines each is told of. */
  excludeOwn(one: Excluded): void {
    const code = codeIndex[one.code];
    this.#counts[code] = (this.#counts[code] ?? 0) + 1;
    this.#ownExcluded.push(one);
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
