import { csvLine } from '#backend/activity/index.ts';
import type { CostGroup, CostSummary, IdleCost, RunCost } from '#shared/domain/cost.ts';
import { microsPerDollar } from '#shared/domain/money.ts';

export type ExportWhat = 'runs' | 'projects' | 'users' | 'machines' | 'idle';

/** Comma-separated, one line a run or a group, amounts in US dollars to the micro-dollar, times in UTC. */
export function exportCosts(
  what: ExportWhat,
  summary: CostSummary,
  runs: readonly RunCost[],
): { fileName: string; text: string } {
  const rows: Record<ExportWhat, () => string[][]> = {
    runs: () => runLines(runs),
    projects: () => groupLines('project', summary.byProject),
    users: () => groupLines('user', summary.byUser),
    machines: () => groupLines('machine', summary.byMachine),
    idle: () => idleLines(summary.idle),
  };
  return {
    fileName: `costs-${what}-${day(summary.from)}-to-${day(summary.to - 1)}.csv`,
    text: rows[what]().map(csvLine).join(''),
  };
}

const runLines = (runs: readonly RunCost[]): string[][] => [
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
  ].concat(['projected USD', 'planned USD', 'planned hours', 'priced by']),
  ...runs.map((run) => [
    run.runId,
    run.name,
    run.project ?? '',
    run.user ?? '',
    run.machineName,
    run.state,
    time(run.startedAt),
    time(run.endedAt),
    run.gpuHours.toFixed(3),
    dollars(run.periodMicros),
    dollars(run.soFarMicros),
    dollars(run.projectedMicros),
    dollars(run.plannedMicros),
    run.plannedMs === null ? '' : (run.plannedMs / 3_600_000).toFixed(3),
    run.basis,
  ]),
];

const groupLines = (what: string, groups: readonly CostGroup[]): string[][] => [
  [what, 'runs', 'GPU hours', 'USD'],
  ...groups.map(({ label, runs, gpuHours, micros }) => [
    label ?? '',
    String(runs),
    gpuHours.toFixed(3),
    dollars(micros),
  ]),
];

const idleLines = (idle: readonly IdleCost[]): string[][] => [
  ['machine', 'GPUs', 'paid GPU hours', 'idle GPU hours', 'idle USD'],
  ...idle.map(({ machineName, gpus, paidGpuHours, idleGpuHours, idleMicros }) => [
    machineName,
    String(gpus),
    paidGpuHours.toFixed(3),
    idleGpuHours.toFixed(3),
    dollars(idleMicros),
  ]),
];

/** Digits moved by hand: no amount goes through a float. */
export function dollars(micros: number | null): string {
  if (micros === null) return '';
  const whole = BigInt(micros) / BigInt(microsPerDollar);
  const rest = String(BigInt(micros) % BigInt(microsPerDollar)).padStart(6, '0');
  return `${whole}.${rest}`;
}

const time = (at: number | null): string => (at === null ? '' : new Date(at).toISOString());
const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
