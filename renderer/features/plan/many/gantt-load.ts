import type { Band } from './gantt-layout.ts';

/** How much of a pool its runs take over a stretch of time. */
export interface LoadBin {
  startAt: number;
  endAt: number;
  /** Of all its lanes over this time, 0 to 1: taken by runs, and by those that end after their deadline. */
  share: number;
  lateShare: number;
  /** Runs that are there for some of it. */
  runs: number;
  late: number;
}

/** Bars narrower than this cannot be told apart, nor such lanes, CSS pixels. */
const [leastWidth, leastLane] = [7, 2];
/** A few can, however short they are. */
const fewBars = 12;

/** Whether a band's bars would lie on each other at this scale, so that how full it is says more than they do. */
export function isCrowded({ bars, laneHeight }: Band, perMs: number): boolean {
  if (bars.length <= fewBars) return false;
  if (laneHeight < leastLane) return true;
  const narrow = bars.filter(({ startAt, endAt }) => (endAt - startAt) * perMs < leastWidth).length;
  return narrow * 2 > bars.length;
}

/** The stretches of `binMs` from `from` on in which anything runs, in their order. */
export function loadOf({ bars, lanes }: Band, from: number, binMs: number): LoadBin[] {
  const bins = new Map<number, LoadBin>();
  const full = lanes * binMs;
  for (const { startAt, endAt, late, pieces } of bars) {
    const taken = pieces.reduce((sum, piece) => sum + piece.lanes, 0);
    const last = Math.ceil((endAt - from) / binMs);
    for (let index = Math.max(0, Math.floor((startAt - from) / binMs)); index < last; index += 1) {
      const bin = bins.get(index) ?? emptyBin(from + index * binMs, binMs);
      bins.set(index, bin);
      const ms = Math.min(endAt, bin.endAt) - Math.max(startAt, bin.startAt);
      bin.share += (taken * ms) / full;
      bin.runs += 1;
      if (!late) continue;
      bin.lateShare += (taken * ms) / full;
      bin.late += 1;
    }
  }
  return [...bins.entries()].sort(([a], [b]) => a - b).map(([, bin]) => bin);
}

const emptyBin = (startAt: number, binMs: number): LoadBin => ({
  startAt,
  endAt: startAt + binMs,
  share: 0,
  lateShare: 0,
  runs: 0,
  late: 0,
});
