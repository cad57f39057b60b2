import type { RunCost } from '#shared/domain/cost.ts';
import type { Figure } from '#shared/domain/figure.ts';
import { hasEnded, type RunSummary } from '#shared/domain/run.ts';
import { type Charge, rateAt, type Use } from './charge.ts';
import { hours } from './idle.ts';
import type { Period } from './period.ts';
import type { RateSource } from './rates.ts';
import type { RunFacts } from './run-facts.ts';
import { sharesOf, wholeMachine } from './shares.ts';

export interface RunCostInput {
  facts: RunFacts;
  /** Undefined: it was deleted. */
  summary: RunSummary | undefined;
  /** All of its charges from its first attempt on; never empty. */
  charges: readonly Charge[];
  /** Of which `periodMicros` is a part of the cost; null: all. */
  period: Period | null;
  rates: RateSource;
  now: number;
}

/** What a run has cost over all its attempts, and will have when it is over. */
export function runCostOf({ facts, summary, charges, period, rates, now }: RunCostInput): RunCost {
  const uses = [...new Set(charges.map(({ use }) => use))].sort((a, b) => a.epoch - b.epoch);
  const newest = uses.at(-1);
  const soFarMicros = sum(charges);
  const inPeriod =
    period === null ? charges : charges.filter(({ from, to }) => from >= period.from && to <= period.to);
  const isLive = summary !== undefined && !hasEnded(summary.state);
  const remaining = isLive && newest ? remainingMicros(summary, { uses, newest, rates, now }) : null;
  return {
    runId: facts.runId,
    name: facts.name,
    project: facts.project,
    user: facts.user,
    machineName: newest?.machineName ?? '',
    state: summary?.state ?? 'deleted',
    startedAt: uses[0]?.startedAt ?? null,
    endedAt: isLive ? null : (newest?.endedAt ?? null),
    gpuHours: hours(charges.reduce((total, { gpuMs }) => total + gpuMs, 0)),
    soFarMicros,
    periodMicros: sum(inPeriod),
    projectedMicros: remaining === null ? null : soFarMicros + remaining,
    plannedMicros: facts.plannedMicros,
    plannedMs: facts.plannedMs,
    basis: basisOf(charges),
  };
}

/** How a run's cost comes about: attempt by attempt, each its machine's rate × its share × its time. */
export function runCostFigure(cost: RunCost, charges: readonly Charge[], rates: RateSource): Figure {
  const byUse = new Map<Use, Charge[]>();
  for (const charge of charges) byUse.set(charge.use, [...(byUse.get(charge.use) ?? []), charge]);
  const inputs = [...byUse].map(([use, own]): Figure => {
    const rate = rateAt(rates.ratesOf(use.machineId), use.endedAt - 1);
    const source = rate === null ? null : rate.basis;
    return {
      ...part('attemptCost', sum(own), 'micros'),
      formula: 'Σ rate · share · time',
      source: use.machineName,
      inputs: [
        {
          ...part('machineRate', rate?.microsPerHour ?? 0, 'microsPerHour'),
          source,
          asOf: rate?.since ?? null,
        },
        part('gpusHeld', use.gpus, 'gpus'),
        part('ownGpus', use.machineGpus, 'gpus'),
        part('attemptTime', use.endedAt - use.startedAt, 'ms'),
      ],
    };
  });
  return { ...part('runCost', cost.soFarMicros, 'micros'), formula: 'Σ attempts', inputs };
}

/**
 * What is still to come: (steps left ÷ steps done) × time of all attempts so far, at the rate and share that it has now. Null where it
 * prints no steps, or has done none.
 */
function remainingMicros(
  { step, totalSteps }: RunSummary,
  { uses, newest, rates, now }: { uses: readonly Use[]; newest: Use; rates: RateSource; now: number },
): number | null {
  if (step === null || totalSteps === null || step <= 0 || totalSteps < step) return null;
  const usedMs = uses.reduce((total, { startedAt, endedAt }) => total + (endedAt - startedAt), 0);
  const leftMs = (usedMs * (totalSteps - step)) / step;
  const rate = rateAt(rates.ratesOf(newest.machineId), now)?.microsPerHour ?? 0;
  const share = (sharesOf([newest]).get(newest) ?? 0) / wholeMachine;
  return Math.min(Math.ceil((rate * share * leftMs) / 3_600_000), Number.MAX_SAFE_INTEGER / 2);
}

function basisOf(charges: readonly Charge[]): RunCost['basis'] {
  const bases = new Set<'own' | 'offer' | 'none'>();
  for (const charge of charges) {
    for (const basis of charge.bases) bases.add(basis);
    if (charge.unpricedMs > 0) bases.add('none');
  }
  const [only] = bases;
  return bases.size > 1 ? 'mixed' : (only ?? 'none');
}

const sum = (charges: readonly Charge[]): number => charges.reduce((total, { micros }) => total + micros, 0);

const part = (key: string, value: number, unit: Figure['unit']): Figure => ({
  key,
  value,
  unit,
  formula: '',
  inputs: [],
  source: null,
  asOf: null,
});
