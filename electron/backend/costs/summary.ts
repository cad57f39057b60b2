import type { CostGroup, CostSummary, IdleCost } from '#shared/domain/cost.ts';
import type { Figure } from '#shared/domain/figure.ts';
import type { Charge } from './charge.ts';
import { hours } from './idle.ts';
import { dayMs, type Period, startOfDay } from './period.ts';
import type { RunFacts } from './run-facts.ts';
import { costsReason } from './sentences.ts';
import type { Spending } from './spending.ts';

/** More than anyone reads of how a sum came about; the rest is one line. */
const mostInputs = 20;

/** Everything that was spent in a period, from the same charges, so that each way of grouping adds up to the same. */
export function summarise(
  period: Period,
  { charges }: Spending,
  facts: ReadonlyMap<string, RunFacts>,
  idle: IdleCost[],
): CostSummary {
  const unpriced = new Set(charges.filter(({ unpricedMs }) => unpricedMs > 0).map(({ use }) => use.runId));
  const leftovers = new Set(charges.filter((charge) => charge.leftovers).map(({ use }) => use.runId));
  const names = new Map(charges.map(({ use }) => [use.machineId, use.machineName]));
  const byMachine = grouped(charges, ({ use }) => use.machineId).map((group) => ({
    ...group,
    label: names.get(group.key ?? '') ?? group.key,
  }));
  const totalMicros = charges.reduce((sum, { micros }) => sum + micros, 0);
  return {
    ...period,
    totalMicros,
    gpuHours: hours(charges.reduce((sum, { gpuMs }) => sum + gpuMs, 0)),
    unpricedRuns: unpriced.size,
    byProject: grouped(charges, ({ use }) => facts.get(use.runId)?.project ?? null),
    byUser: grouped(charges, ({ use }) => facts.get(use.runId)?.user ?? null),
    byMachine,
    byDay: byDay(period, charges),
    idle,
    notes: [
      ...(unpriced.size > 0 ? [costsReason('COSTS_UNPRICED', { runs: unpriced.size })] : []),
      ...(leftovers.size > 0 ? [costsReason('COSTS_LEFTOVERS', { runs: leftovers.size })] : []),
    ],
    figure: totalFigure(totalMicros, byMachine),
  };
}

/** Dearest first. */
function grouped(charges: readonly Charge[], keyOf: (charge: Charge) => string | null): CostGroup[] {
  const groups = new Map<string | null, { runs: Set<string>; gpuMs: number; micros: number }>();
  for (const charge of charges) {
    const key = keyOf(charge);
    const group = groups.get(key) ?? { runs: new Set(), gpuMs: 0, micros: 0 };
    groups.set(key, group);
    group.runs.add(charge.use.runId);
    group.gpuMs += charge.gpuMs;
    group.micros += charge.micros;
  }
  return [...groups]
    .map(([key, { runs, gpuMs, micros }]) => ({
      key,
      label: key,
      runs: runs.size,
      gpuHours: hours(gpuMs),
      micros,
    }))
    .sort((a, b) => b.micros - a.micros || b.gpuHours - a.gpuHours || compareKeys(a.key, b.key));
}

/** Every day of the period has its entry, also those on which nothing was spent. */
function byDay({ from, to }: Period, charges: readonly Charge[]): CostSummary['byDay'] {
  const days = new Map<number, number>();
  for (let day = startOfDay(from); day < to; day += dayMs) days.set(day, 0);
  for (const { from: at, micros } of charges) {
    const day = startOfDay(at);
    days.set(day, (days.get(day) ?? 0) + micros);
  }
  return [...days].sort(([a], [b]) => a - b).map(([day, micros]) => ({ day, micros }));
}

function totalFigure(total: number, machines: readonly CostGroup[]): Figure {
  const shown = machines.slice(0, mostInputs);
  const rest = machines.slice(mostInputs).reduce((sum, { micros }) => sum + micros, 0);
  const inputs = shown.map(({ label, micros, gpuHours }) =>
    spent('machineSpent', micros, 'Σ rate · share · time', label, [
      {
        key: 'usedGpuHours',
        value: gpuHours,
        unit: 'gpuHours',
        formula: '',
        inputs: [],
        source: null,
        asOf: null,
      },
    ]),
  );
  if (rest > 0) inputs.push(spent('otherMachinesSpent', rest, 'Σ rate · share · time', null, []));
  return spent('spent', total, 'Σ machines', null, inputs);
}

const spent = (
  key: string,
  value: number,
  formula: string,
  source: string | null,
  inputs: Figure[],
): Figure => ({ key, value, unit: 'micros', formula, inputs, source, asOf: null });

const compareKeys = (a: string | null, b: string | null): number =>
  a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1;
