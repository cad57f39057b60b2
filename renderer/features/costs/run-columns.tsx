import type { Key, Translate } from '#renderer/i18n/index.ts';
import { type Column, formatMoney } from '#renderer/ui/index.ts';
import type { RunCost } from '#shared/domain/cost.ts';
import { formatHours } from './hours.ts';

/** What a run costs in the end, as far as is known: projected while it goes on, else what it has cost. */
export const inTheEnd = ({ projectedMicros, soFarMicros }: RunCost): number => projectedMicros ?? soFarMicros;

/** More (or less) than was planned; null where nothing was. */
export const difference = (run: RunCost): number | null =>
  run.plannedMicros === null ? null : inTheEnd(run) - run.plannedMicros;

const sorts = {
  name: (run: RunCost) => run.name,
  project: (run: RunCost) => run.project,
  user: (run: RunCost) => run.user,
  machine: (run: RunCost) => run.machineName,
  gpuHours: (run: RunCost) => run.gpuHours,
  period: (run: RunCost) => run.periodMicros,
  soFar: (run: RunCost) => run.soFarMicros,
  projected: (run: RunCost) => run.projectedMicros,
  planned: (run: RunCost) => run.plannedMicros,
  difference,
} satisfies Record<string, (run: RunCost) => string | number | null>;
export type RunSort = keyof typeof sorts;

/** What there is nothing of comes last, whichever way. */
export function sortRuns(runs: readonly RunCost[], key: RunSort, descending: boolean): RunCost[] {
  const value: (run: RunCost) => string | number | null = sorts[key];
  return [...runs].sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === b) return one.runId < other.runId ? -1 : 1;
    if (a === null) return 1;
    if (b === null) return -1;
    return a < b === descending ? 1 : -1;
  });
}

/** The state of a run in words, also of one that was deleted since. */
export const stateKey = (state: string): Key =>
  state === 'deleted' ? 'costs.deleted' : (`runs.state.${state}` as Key);

export function runColumns(t: Translate): Column<RunCost>[] {
  const nothing = <span className="quiet">–</span>;
  const money = (micros: number | null) =>
    micros === null ? nothing : <span className="num">{formatMoney(micros)}</span>;
  const unpriced = <span className="costs__unpriced">{t('costs.noPrice')}</span>;
  const priced = (run: RunCost, micros: number | null) => (run.basis === 'none' ? unpriced : money(micros));
  const column = (
    key: RunSort,
    title: Key,
    width: number,
    cell: (run: RunCost) => Column<RunCost>['cell'] extends (row: RunCost) => infer N ? N : never,
    more: Partial<Column<RunCost>> = {},
  ): Column<RunCost> => ({ key, title: t(title), width, sortKey: key, cell, ...more });
  const right = { align: 'right' as const };
  return [
    column('name', 'costs.run', 200, (run) => <span className="clip">{run.name}</span>, { grows: true }),
    column('project', 'costs.by.project', 110, ({ project }) => project ?? nothing, { drop: 3 }),
    column('user', 'costs.by.user', 90, ({ user }) => user ?? nothing, { drop: 5 }),
    column('machine', 'costs.by.machine', 110, ({ machineName }) => machineName, { drop: 4 }),
    {
      key: 'state',
      title: t('costs.stateOf'),
      width: 92,
      drop: 2,
      cell: ({ state }) => t(stateKey(state)),
    },
    column(
      'gpuHours',
      'costs.gpuHours',
      104,
      ({ gpuHours }) => <span className="num">{formatHours(gpuHours)}</span>,
      {
        ...right,
        drop: 1,
      },
    ),
    column('period', 'costs.inPeriod', 124, (run) => priced(run, run.periodMicros), right),
    column('soFar', 'costs.soFar', 106, (run) => priced(run, run.soFarMicros), right),
    column('projected', 'costs.projected', 106, (run) => money(run.projectedMicros), right),
    column('planned', 'costs.planned', 106, (run) => money(run.plannedMicros), right),
    column('difference', 'costs.difference', 112, (run) => <Difference run={run} />, right),
  ];
}

export function Difference({ run }: { run: RunCost }) {
  const more = difference(run);
  if (more === null) return <span className="quiet">–</span>;
  const sign = more > 0 ? '+' : more < 0 ? '−' : '';
  return (
    <span className={`num ${more > 0 ? 'costs__more' : ''}`}>{`${sign}${formatMoney(Math.abs(more))}`}</span>
  );
}
