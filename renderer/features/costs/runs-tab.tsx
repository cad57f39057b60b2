import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { paths } from '#renderer/app/routes.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { EmptyState, ErrorState, Skeleton, VirtualTable } from '#renderer/ui/index.ts';
import type { RunCost } from '#shared/domain/cost.ts';
import type { ChosenPeriod } from './period.ts';
import { ProjectDialog } from './project-dialog.tsx';
import { type RunSort, runColumns, sortRuns } from './run-columns.tsx';
import { useCosts } from './use-costs.ts';

const mostRuns = 20_000;
const idOf = ({ runId }: RunCost) => runId;
const nameOf = ({ name }: RunCost) => name;

/** Every run that used a machine in the period: so far, projected, planned. */
export function RunsTab({ period: { from, to } }: { period: ChosenPeriod }) {
  const t = useT();
  const may = useMay('operator');
  const [, navigate] = useLocation();
  const [sort, setSort] = useState<{ key: RunSort; descending: boolean }>({
    key: 'period',
    descending: true,
  });
  const [asked, setAsked] = useState<RunCost | null>(null);
  const { value, failure, again } = useCosts(`${from}-${to}`, (client) =>
    client.costs.runs({ from, to, limit: mostRuns }),
  );
  const rows = useMemo(() => sortRuns(value ?? [], sort.key, sort.descending), [value, sort]);
  const columns = useMemo(() => runColumns(t), [t]);
  if (value === null)
    return failure ? <ErrorState error={failure} onRetry={again} /> : <Skeleton rows={12} />;
  if (rows.length === 0) return <EmptyState title={t('costs.nothing')}>{t('costs.nothingText')}</EmptyState>;
  return (
    <div className="costs__runs">
      <VirtualTable
        id="costs.runs"
        label={t('costs.runs')}
        columns={columns}
        total={rows.length}
        rowAt={(index) => rows[index]}
        idOf={idOf}
        nameOf={nameOf}
        revision={rows}
        list={`${from}-${to}-${sort.key}-${sort.descending}`}
        sort={sort}
        onSort={(key) =>
          setSort(({ key: before, descending }) => ({
            key: key as RunSort,
            descending: before === key ? !descending : true,
          }))
        }
        onOpen={({ runId, state }) => {
          if (state !== 'deleted') navigate(paths.run(runId));
        }}
        menuOf={(row) => [
          {
            label: t('costs.openRun'),
            disabled: row.state === 'deleted',
            onSelect: () => navigate(paths.run(row.runId)),
          },
          { label: t('costs.setProject'), disabled: !may, onSelect: () => setAsked(row) },
        ]}
      />
      {asked ? (
        <ProjectDialog
          run={{ id: asked.runId, name: asked.name, project: asked.project }}
          onClose={() => setAsked(null)}
          onDone={again}
        />
      ) : null}
    </div>
  );
}
