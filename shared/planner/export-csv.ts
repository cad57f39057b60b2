import type { Reason } from '../domain/figure.ts';
import type { Placement, PortfolioProblem, PortfolioSolution } from '../domain/plan.ts';
import { type CsvMoney, inDollars, moneyColumns } from './csv-money.ts';
import { sayReason } from './sentences.ts';

export type Cell = string | number | null | undefined;

/** RFC 4180, and an apostrophe before what a spreadsheet would take for a formula (OWASP, "CSV injection"). */
function cellOf(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const tame = /^\s*[=+\-@\t\r\n|%]/.test(value) ? `'${value}` : value;
  return `"${tame.replaceAll('"', '""')}"`;
}

/**
 * Rows as CSV with CRLF, the header first. A column whose name says `usd` is given in micro-dollars: it is written in dollars, and
 * where another currency is shown, beside it in that one, with the rate and its day at the end.
 */
export function csvOf(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  money: CsvMoney = inDollars,
): string {
  const { names, cells } = moneyColumns(header, money);
  return [names, ...rows.map(cells)].map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');
}

/** Reasons one after the other, in English, their amounts in the currency that is shown. */
export const reasonsText = (reasons: readonly Reason[], { words }: CsvMoney): string =>
  reasons.map((reason) => sayReason(reason, words)).join(' ');
export const hours = (ms: number | undefined): number | null =>
  ms === undefined ? null : Math.round((ms / 3_600_000) * 1000) / 1000;
export const time = (at: number | null): string => (at === null ? '' : new Date(at).toISOString());

/** Every alternative of one run's plan, times in hours. Words in English: it is read by programs. */
export const placementCsv = (placement: Placement, money: CsvMoney = inDollars): string =>
  csvOf(
    [
      'recommended',
      'excluded',
      'pareto',
      'kind',
      'place',
      'provider',
      'region',
      'country',
      'accelerator',
      'gpus',
      'nodes',
      'cost_usd_p10',
      'cost_usd_p50',
      'cost_usd_p90',
      'compute_usd',
      'storage_usd',
      'egress_usd',
      'hours_p10',
      'hours_p50',
      'hours_p90',
      'expected_interruptions',
      'memory_low_bytes',
      'memory_high_bytes',
      'memory_available_bytes',
      'carbon_g',
      'priced_at',
      'reasons',
    ],
    placement.alternatives.map((one, index) => [
      index === placement.recommended ? 'yes' : '',
      one.excluded ? 'yes' : '',
      one.pareto ? 'yes' : '',
      one.place.kind,
      one.place.title,
      one.place.provider,
      one.place.region,
      one.place.country,
      one.place.accelerator,
      one.place.gpus,
      one.place.nodes,
      one.costMicros?.p10,
      one.costMicros?.p50,
      one.costMicros?.p90,
      one.parts?.computeMicros,
      one.parts?.storageMicros,
      one.parts?.egressMicros,
      hours(one.durationMs?.p10),
      hours(one.durationMs?.p50),
      hours(one.durationMs?.p90),
      one.parts?.expectedInterruptions,
      one.fit?.need.lowBytes,
      one.fit?.need.highBytes,
      one.fit?.availableBytes,
      one.carbonGrams,
      time(one.pricedAt),
      reasonsText(one.reasons, money),
    ]),
    money,
  );

/** Every run of a plan over many: where, when, what it costs, and why. */
export function solutionCsv(
  problem: PortfolioProblem,
  solution: PortfolioSolution,
  money: CsvMoney = inDollars,
): string {
  const runs = new Map(problem.runs.map((run) => [run.id, run]));
  const pools = new Map(problem.pools.map((pool) => [pool.id, pool]));
  return csvOf(
    [
      'run',
      'name',
      'project',
      'priority',
      'deadline',
      'placed',
      'kind',
      'place',
      'gpus',
      'start',
      'end',
      'late',
      'cost_usd',
      'reasons',
    ],
    solution.assignments.map((one) => {
      const run = runs.get(one.runId);
      const place = one.poolId === null ? undefined : pools.get(one.poolId)?.place;
      const deadlineAt = run?.deadlineAt ?? null;
      const late = deadlineAt !== null && one.endAt !== null && one.endAt > deadlineAt;
      return [
        one.runId,
        run?.name,
        run?.project,
        run?.priority,
        time(deadlineAt),
        one.poolId === null ? 'no' : 'yes',
        place?.kind,
        place?.title,
        one.poolId === null ? null : one.gpus,
        time(one.startAt),
        time(one.endAt),
        late ? 'yes' : '',
        one.costMicros,
        reasonsText(one.reasons, money),
      ];
    }),
    money,
  );
}
