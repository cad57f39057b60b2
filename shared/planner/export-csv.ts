import type { Placement, PortfolioProblem, PortfolioSolution } from '../domain/plan.ts';

export type Cell = string | number | null | undefined;

/** RFC 4180, and an apostrophe before what a spreadsheet would take for a formula (OWASP, "CSV injection"). */
function cellOf(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const tame = /^\s*[=+\-@\t\r\n|%]/.test(value) ? `'${value}` : value;
  return `"${tame.replaceAll('"', '""')}"`;
}

/** Rows as CSV with CRLF, the header first. */
export const csvOf = (header: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [header, ...rows].map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');

/** Exactly: an amount has six digits behind the point at most. */
export const dollars = (micros: number | undefined): number | null =>
  micros === undefined ? null : micros / 1e6;
export const hours = (ms: number | undefined): number | null =>
  ms === undefined ? null : Math.round((ms / 3_600_000) * 1000) / 1000;
export const time = (at: number | null): string => (at === null ? '' : new Date(at).toISOString());

/** Every alternative of one run's plan: amounts in US dollars, times in hours. Words in English: it is read by programs. */
export const placementCsv = (placement: Placement): string =>
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
      dollars(one.costMicros?.p10),
      dollars(one.costMicros?.p50),
      dollars(one.costMicros?.p90),
      dollars(one.parts?.computeMicros),
      dollars(one.parts?.storageMicros),
      dollars(one.parts?.egressMicros),
      hours(one.durationMs?.p10),
      hours(one.durationMs?.p50),
      hours(one.durationMs?.p90),
      one.parts?.expectedInterruptions,
      one.fit?.need.lowBytes,
      one.fit?.need.highBytes,
      one.fit?.availableBytes,
      one.carbonGrams,
      time(one.pricedAt),
      one.reasons.map(({ message }) => message).join(' '),
    ]),
  );

/** Every run of a plan over many: where, when, what it costs, and why. */
export function solutionCsv(problem: PortfolioProblem, solution: PortfolioSolution): string {
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
        dollars(one.costMicros),
        one.reasons.map(({ message }) => message).join(' '),
      ];
    }),
  );
}
