import type { CostGroup, CostSummary, IdleCost, RunCost } from '#shared/domain/cost.ts';
import type { CsvMoney } from '#shared/planner/csv-money.ts';
import { type Cell, csvOf, hours, time } from '#shared/planner/export-csv.ts';

export type ExportWhat = 'runs' | 'projects' | 'users' | 'machines' | 'idle';

/** Header first; columns whose name says USD hold micro-dollars. */
type Rows = readonly [readonly string[], ...(readonly Cell[])[]];

/** Comma-separated, one line a run or a group, amounts in US dollars and in what is shown, times in UTC. */
export function exportCosts(
  what: ExportWhat,
  summary: CostSummary,
  runs: readonly RunCost[],
  money: CsvMoney,
): { fileName: string; text: string } {
  const rows: Record<ExportWhat, () => Rows> = {
    runs: () => runRows(runs),
    projects: () => groupRows('project', summary.byProject),
    users: () => groupRows('user', summary.byUser),
    machines: () => groupRows('machine', summary.byMachine),
    idle: () => idleRows(summary.idle),
  };
  const [header, ...lines] = rows[what]();
  return {
    fileName: `costs-${what}-${day(summary.from)}-to-${day(summary.to - 1)}.csv`,
    text: csvOf(header, lines, money),
  };
}

const runRows = (runs: readonly RunCost[]): Rows => [
  [
    'run',
    'name',
    'project',
    'user',
    'machine',
    'state',
    'started',
    'ended',
    'GPU hours',
    'in period USD',
    'so far USD',
    'projected USD',
    'planned USD',
    'planned hours',
    'priced by',
  ],
  ...runs.map((run) => [
    run.runId,
    run.name,
    run.project,
    run.user,
    run.machineName,
    run.state,
    time(run.startedAt),
    time(run.endedAt),
    thousandths(run.gpuHours),
    run.periodMicros,
    run.soFarMicros,
    run.projectedMicros,
    run.plannedMicros,
    hours(run.plannedMs ?? undefined),
    run.basis,
  ]),
];

const groupRows = (what: string, groups: readonly CostGroup[]): Rows => [
  [what, 'runs', 'GPU hours', 'USD'],
  ...groups.map(({ label, runs, gpuHours, micros }) => [label, runs, thousandths(gpuHours), micros]),
];

const idleRows = (idle: readonly IdleCost[]): Rows => [
  ['machine', 'GPUs', 'paid GPU hours', 'idle GPU hours', 'idle USD'],
  ...idle.map(({ machineName, gpus, paidGpuHours, idleGpuHours, idleMicros }) => [
    machineName,
    gpus,
    thousandths(paidGpuHours),
    thousandths(idleGpuHours),
    idleMicros,
  ]),
];

const thousandths = (value: number): number => Number(value.toFixed(3));
const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
