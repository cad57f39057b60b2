import type { AcceleratorModel } from '#shared/domain/catalog.ts';
import type { Figure } from '#shared/domain/figure.ts';
import type { FitReport, FitVerdict, TimeEstimate } from '#shared/domain/fit.ts';
import { costOf } from '#shared/domain/money.ts';
import type { MeasuredThroughput, ModelShape, Setup } from '#shared/domain/workload.ts';
import type { FindAccelerator } from '#shared/planner/accelerators.ts';
import { type FitQuestion, fit as fitOf, type QuickFit, quickFit } from '#shared/planner/fit/index.ts';
import type { OfferColumns } from '#shared/planner/offer-columns.ts';
import type { OfferTable } from '#shared/planner/offer-table.ts';
import { estimateTime } from '#shared/planner/time.ts';

export interface Work {
  tokens: number | null;
  measured: readonly MeasuredThroughput[];
  find: FindAccelerator;
}

export interface Answer {
  report: FitReport;
  time: TimeEstimate | null;
}

/** Everything about one choice of GPUs. Throws what `fit` throws. */
export function answerOf(question: FitQuestion, work: Work): Answer {
  return { report: fitOf(question), time: timeOf(question, work) };
}

const timeOf = (question: FitQuestion, { tokens, measured, find }: Work): TimeEstimate | null =>
  tokens === null ? null : estimateTime({ ...question, tokens, measured, find });

/** Null where no arithmetic can be done for it: fewer GPUs than it is split over. */
function tried(question: FitQuestion): QuickFit | null {
  try {
    return quickFit(question);
  } catch {
    // It says so by itself where it is chosen; among many it is one more that does not fit.
    return null;
  }
}

export interface FittingOffer {
  /** Row of the table of offers. */
  row: number;
  verdict: FitVerdict;
  time: TimeEstimate | null;
  kind: 'on-demand' | 'spot';
  microsPerHour: number;
  /** An amount of work was given. */
  asked: boolean;
  /** For all of the work at the usual speed; null where no amount of work was given. */
  costMicros: number | null;
}

/**
 * The cheapest offers on which it fits, one of each kind of GPU: by the cost of the work, else by the hour. One machine each; a
 * plan weighs the rest (interruptions, data, waiting).
 */
export function cheapestOffers(
  { model, setup }: { model: ModelShape; setup: Setup },
  table: OfferTable,
  derived: OfferColumns,
  work: Work,
  most: number,
): FittingOffer[] {
  const judged = new Map<string, { verdict: FitVerdict; time: TimeEstimate | null } | null>();
  const best = new Map<string, FittingOffer>();
  const { columns, words } = table;
  for (let row = 0; row < table.length; row += 1) {
    const gpus = columns.acceleratorCount[row] ?? 0;
    const name = words.accelerators[columns.accelerator[row] ?? -1];
    if (name === undefined || !Number.isInteger(gpus) || gpus < 1) continue;
    const key = `${gpus} ${name}`;
    let found = judged.get(key);
    if (found === undefined) {
      found = judgedOn({ model, setup, gpus }, work.find(name), work);
      judged.set(key, found);
    }
    if (!found) continue;
    const offer = cheaperOf(derived, row, found, work.tokens !== null);
    const before = best.get(name);
    if (offer && (!before || isBetter(offer, before))) best.set(name, offer);
  }
  return [...best.values()].sort((a, b) => (worth(a) === worth(b) ? 0 : worth(a) - worth(b))).slice(0, most);
}

/** By what offers are put in order: the cost of the work, and what has none known last; the hour where no work was given. */
const worth = ({ costMicros, microsPerHour, asked }: FittingOffer): number =>
  asked ? (costMicros ?? Number.POSITIVE_INFINITY) : microsPerHour;

/** Cheaper; where it hardly matters, the one that fits for sure, then the faster one. */
function isBetter(one: FittingOffer, other: FittingOffer): boolean {
  const [mine, theirs] = [worth(one), worth(other)];
  if (mine !== theirs && Math.abs(mine - theirs) > 0.005 * Math.min(mine, theirs)) return mine < theirs;
  if (one.verdict !== other.verdict) return one.verdict === 'fits';
  return (one.time?.ms.p50 ?? 0) < (other.time?.ms.p50 ?? 0);
}

function judgedOn(
  question: Omit<FitQuestion, 'accelerator'>,
  accelerator: AcceleratorModel | null,
  work: Work,
): { verdict: FitVerdict; time: TimeEstimate | null } | null {
  const asked = accelerator && { ...question, accelerator };
  const quick = asked && tried(asked);
  if (!quick || quick.verdict === 'no') return null;
  return { verdict: quick.verdict, time: timeOf(asked, work) };
}

function cheaperOf(
  derived: OfferColumns,
  row: number,
  { verdict, time }: { verdict: FitVerdict; time: TimeEstimate | null },
  asked: boolean,
): FittingOffer | null {
  const onDemand = derived.onDemand.microsPerHour[row] ?? Number.NaN;
  const spot = derived.spot.microsPerHour[row] ?? Number.NaN;
  const kind = spot < onDemand || Number.isNaN(onDemand) ? 'spot' : 'on-demand';
  const microsPerHour = kind === 'spot' ? spot : onDemand;
  if (Number.isNaN(microsPerHour)) return null;
  const costMicros = time && costOf(microsPerHour, time.ms.p50);
  return { row, verdict, time, kind, microsPerHour, asked, costMicros };
}

/** A cost as a number that opens: the price's figure and the time's went into it. */
export const costFigure = (price: Figure, time: Figure, micros: number): Figure => ({
  key: 'costOfWork',
  value: micros,
  unit: 'micros',
  formula: 'p · t',
  inputs: [price, time],
  source: null,
  asOf: null,
});

export interface ComparedKind {
  accelerator: AcceleratorModel;
  /** In the order of the counts asked for; null where it cannot be split over so few. */
  fits: (QuickFit | null)[];
}

/** Which kinds of GPU hold it, and how many it takes. */
export const compareKinds = (
  { model, setup }: { model: ModelShape; setup: Setup },
  kinds: readonly AcceleratorModel[],
  counts: readonly number[],
): ComparedKind[] =>
  kinds.map((accelerator) => ({
    accelerator,
    fits: counts.map((gpus) => tried({ model, setup, accelerator, gpus })),
  }));
