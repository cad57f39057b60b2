import { useMemo } from 'react';
import { type Translate, useT } from '#renderer/i18n/index.ts';
import { type Column, formatMoney, formatWhen, VirtualTable } from '#renderer/ui/index.ts';
import type { Assignment, Pool } from '#shared/domain/plan.ts';
import { sentence } from '../words.ts';
import { type ManyRun, useMany } from './many-store.ts';

interface Row {
  run: ManyRun;
  assignment: Assignment | undefined;
  pool: Pool | undefined;
}

/** Every run with what was asked and what came of it. */
export function PlanTable({
  selection,
  onSelection,
  onChoose,
}: {
  selection: ReadonlySet<string>;
  onSelection(selection: ReadonlySet<string>): void;
  onChoose(runId: string): void;
}) {
  const t = useT();
  const { runs, solution, judged } = useMany();
  const at = judged?.at ?? Date.now();
  const columns = useMemo(() => columnsOf(t, at), [t, at]);
  const rows = useMemo(() => {
    const byRun = new Map(solution?.assignments.map((one) => [one.runId, one]));
    const pools = new Map(judged?.pools.map((pool) => [pool.id, pool]));
    return runs.map((run): Row => {
      const assignment = byRun.get(run.id);
      return { run, assignment, pool: pools.get(assignment?.poolId ?? '') };
    });
  }, [runs, solution, judged]);
  return (
    <VirtualTable<Row>
      id="plan-many"
      label={t('plan.runs')}
      columns={columns}
      total={rows.length}
      rowAt={(index) => rows[index]}
      idOf={({ run }) => run.id}
      revision={rows}
      nameOf={({ run }) => run.name}
      selection={selection}
      onSelection={onSelection}
      onOpen={({ run }) => onChoose(run.id)}
    />
  );
}

const isLate = ({ run, assignment }: Row): boolean =>
  run.deadlineAt !== null && (assignment?.endAt ?? 0) > run.deadlineAt;

function columnsOf(t: Translate, at: number): Column<Row>[] {
  const when = (value: number | null | undefined) =>
    value === null || value === undefined ? (
      <span className="quiet">–</span>
    ) : (
      <span className="num">{formatWhen(value, at)}</span>
    );
  return [
    {
      key: 'name',
      title: t('plan.run'),
      width: 150,
      minWidth: 90,
      cell: ({ run }) => (
        <span className="clip" title={run.name}>
          {run.name}
        </span>
      ),
    },
    {
      key: 'project',
      title: t('plan.project'),
      width: 84,
      drop: 5,
      cell: ({ run }) => <span className="clip soft">{run.project ?? '–'}</span>,
    },
    {
      key: 'priority',
      title: t('plan.priority'),
      width: 64,
      align: 'right',
      drop: 4,
      cell: ({ run }) => <span className="num">{run.priority}</span>,
    },
    {
      key: 'where',
      title: t('plan.place'),
      width: 150,
      minWidth: 90,
      cell: ({ assignment, pool }) =>
        pool ? (
          <span className="clip" title={pool.place.title}>
            {pool.place.title} <span className="quiet num">{assignment?.gpus} GPU</span>
          </span>
        ) : assignment ? (
          <span className="plan--bad">{t('plan.notPlaced')}</span>
        ) : (
          <span className="quiet">–</span>
        ),
    },
    {
      key: 'start',
      title: t('plan.start'),
      width: 112,
      align: 'right',
      drop: 3,
      cell: ({ assignment }) => when(assignment?.startAt),
    },
    {
      key: 'end',
      title: t('plan.end'),
      width: 112,
      align: 'right',
      cell: (row) => <span className={isLate(row) ? 'plan--bad' : ''}>{when(row.assignment?.endAt)}</span>,
    },
    {
      key: 'deadline',
      title: t('plan.deadline'),
      width: 112,
      align: 'right',
      drop: 2,
      cell: ({ run }) => when(run.deadlineAt),
    },
    {
      key: 'cost',
      title: t('plan.cost'),
      width: 84,
      align: 'right',
      cell: ({ assignment }) =>
        assignment && assignment.poolId !== null ? (
          <span className="num">{formatMoney(assignment.costMicros)}</span>
        ) : (
          <span className="quiet">–</span>
        ),
    },
    {
      key: 'why',
      title: t('plan.why'),
      width: 180,
      minWidth: 100,
      grows: true,
      drop: 1,
      cell: ({ assignment }) => {
        const words = (assignment?.reasons ?? []).map(sentence).join(' ');
        return (
          <span className="clip soft" title={words}>
            {words}
          </span>
        );
      },
    },
  ];
}
