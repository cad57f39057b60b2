import { spotBands } from '#shared/domain/catalog.ts';
import type { Spread } from '#shared/domain/figure.ts';

const hourMs = 3_600_000;
/** Of a month, as providers count. */
const monthHours = 730;
/** What nobody has measured counts as the second worst band: an offer without figures must not look safer than one with. */
const unknownBand = 3;

/**
 * Interruptions an hour of one spot machine. A band says how many in a hundred are interrupted within a month; with a
 * constant hazard that is `1 − e^(−rate·730 h)`, so `rate = −ln(1 − p) / 730`, at the band's middle.
 */
export function interruptionsPerHour(band: number | null): number {
  const { low, high } = spotBands[band ?? unknownBand] ?? spotBands[unknownBand];
  return -Math.log(1 - (low + high) / 200) / monthHours;
}

export interface SpotRisk {
  /** Of the machines together: any one that goes stops the run. */
  perHour: number;
  /** What one interruption costs: half a checkpoint interval is trained again, and the run is started elsewhere. */
  lostPerInterruptionMs: number;
}

export const lossPerInterruption = (checkpointEveryMs: number, restartMs: number): number =>
  checkpointEveryMs / 2 + restartMs;

/** Most that is said to be lost, as a multiple of the work: beyond that the run hardly gets on at all. */
const mostTimes = 100;

export interface SpotLoss {
  expectedInterruptions: number;
  /** Expected, and with as few and as many interruptions as one in ten has. */
  lostMs: Spread & { mean: number };
}

/** Expected alone, in ms: what a pass over a hundred thousand offers needs. */
export function expectedLossMs(workMs: number, perHour: number, lostPerInterruptionMs: number): number {
  const share = Math.min((perHour / hourMs) * lostPerInterruptionMs, 1 - 1 / (1 + mostTimes));
  return (workMs * share) / (1 - share);
}

/**
 * Time lost by interruptions while `workMs` is done. What is lost is itself exposed, so that with rate λ and loss ℓ the
 * whole takes `work / (1 − λℓ)`; the number of interruptions is spread as Poisson's around its mean.
 */
export function spotLoss(workMs: number, { perHour, lostPerInterruptionMs }: SpotRisk): SpotLoss {
  const mean = expectedLossMs(workMs, perHour, lostPerInterruptionMs);
  const expectedInterruptions =
    lostPerInterruptionMs > 0 ? mean / lostPerInterruptionMs : (perHour / hourMs) * workMs;
  const at = (quantile: number) => poissonQuantile(expectedInterruptions, quantile) * lostPerInterruptionMs;
  return {
    expectedInterruptions,
    // Few runs are interrupted at all where it is rare: the middle is what is expected, not zero.
    lostMs: { mean, p10: Math.min(mean, at(0.1)), p50: mean, p90: Math.max(mean, at(0.9)) },
  };
}

/** The least n with P(N ≤ n) ≥ quantile for a Poisson variable; by its normal approximation for large means. */
export function poissonQuantile(mean: number, quantile: number): number {
  if (mean <= 0) return 0;
  if (mean > 500) {
    const z = quantile >= 0.9 ? 1.2815515655446004 : quantile <= 0.1 ? -1.2815515655446004 : 0;
    return Math.max(0, Math.round(mean + z * Math.sqrt(mean)));
  }
  let term = Math.exp(-mean);
  let sum = term;
  let n = 0;
  while (sum < quantile && n < 2000) {
    n += 1;
    term *= mean / n;
    sum += term;
  }
  return n;
}

export interface UnderDeadline {
  /** From the start. */
  elapsedMs: number;
  deadlineMs: number;
  /** Work done and in all, in time on a machine that is not interrupted. */
  doneMs: number;
  workMs: number;
  /** To start on another machine. */
  changeoverMs: number;
  spotAvailable: boolean;
  on: 'spot' | 'on-demand' | 'nothing';
}

/**
 * Where a run with a deadline should be now: the Uniform Progress rule of "Can't Be Late" (NSDI'24). As long as the work
 * done keeps up with an even pace towards the deadline, spot is used where there is any, or waited for; who is behind
 * takes an on-demand machine until it has caught up; and where only the time for the rest (with two changeovers) is left,
 * the run goes to an on-demand machine and stays there.
 */
export function uniformProgress(now: UnderDeadline): 'spot' | 'on-demand' | 'wait' {
  const { elapsedMs, deadlineMs, doneMs, workMs, changeoverMs, spotAvailable, on } = now;
  const left = workMs - doneMs;
  if (deadlineMs - elapsedMs <= left + 2 * changeoverMs) return 'on-demand';
  const evenMs = (elapsedMs * workMs) / deadlineMs;
  if (doneMs < evenMs) return spotAvailable ? 'spot' : 'on-demand';
  if (!spotAvailable) return on === 'on-demand' ? 'on-demand' : 'wait';
  // Off a paid machine only once the lead is worth the changeover.
  return on === 'on-demand' && doneMs < evenMs + 2 * changeoverMs ? 'on-demand' : 'spot';
}

/** The latest time, from the start, at which a run that has done nothing yet must be on an on-demand machine; below 0: too late for spot. */
export const latestSwitchMs = (deadlineMs: number, workMs: number, changeoverMs: number): number =>
  deadlineMs - workMs - 2 * changeoverMs;
