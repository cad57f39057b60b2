import './list.css';
import { useEffect, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { pointAtRun, usePointing } from '#renderer/app/command-context.ts';
import { Link } from '#renderer/app/link.tsx';
import { navigationWidth } from '#renderer/app/navigation.tsx';
import { paths } from '#renderer/app/routes.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { askMove, canMove } from '#renderer/features/moves/ask-move.ts';
import { beginDrag, endDrag } from '#renderer/features/moves/drag.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Button,
  EmptyState,
  ErrorState,
  formatInteger,
  type MenuEntry,
  Skeleton,
  VirtualTable,
} from '#renderer/ui/index.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { ActionDialog } from './action-dialog.tsx';
import { actionLabels, allows, type RunAction } from './actions.ts';
import { runColumns } from './list-columns.tsx';
import { Filters } from './list-filters.tsx';
import {
  defaultFilter,
  type ListFilter,
  noteVisible,
  openList,
  reloadList,
  rowAt,
  setFilter,
  useRunList,
} from './run-list-store.ts';
import { useRuns } from './run-store.ts';

const idOf = (run: RunSummary) => run.id;
const nameOf = (run: RunSummary) => run.name;

export function RunsPage() {
  const t = useT();
  const [, navigate] = useLocation();
  const { filter, total, revision, error } = useRunList();
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const [dialog, setDialog] = useState<{ action: RunAction; runs: RunSummary[] } | null>(null);
  const columns = useMemo(() => runColumns(t), [t]);
  useEffect(openList, []);
  usePointing();

  const may = useMay('operator');
  const menuOf = (run: RunSummary): MenuEntry[] => [
    { label: t('runs.open'), onSelect: () => navigate(paths.run(run.id)) },
    { label: t('move.ask'), disabled: !canMove(run), onSelect: () => askMove(run) },
    { label: t('runs.duplicate'), onSelect: () => navigate(`${paths.newRun}?from=${run.id}`) },
    { kind: 'rule' },
    ...(['stop', 'kill', run.archived ? 'unarchive' : 'archive', 'delete'] as const).map(
      (action): MenuEntry => ({
        label: t(actionLabels[action]),
        danger: action === 'kill' || action === 'delete',
        disabled: !allows(action, run),
        onSelect: () => setDialog({ action, runs: [run] }),
      }),
    ),
  ];
  const sortBy = (key: string) => {
    const sort = key as ListFilter['sort'];
    setFilter({ sort, descending: filter.sort === sort ? !filter.descending : sort === 'created' });
  };
  return (
    <div className="page runs">
      <div className="page__head">
        <h1>{t('runs.title')}</h1>
        {selection.size > 0 ? (
          <SelectionBar
            selection={selection}
            onClear={() => setSelection(new Set())}
            onAct={(action, runs) => setDialog({ action, runs })}
          />
        ) : (
          <span className="quiet num" aria-live="polite">
            {total === null ? '' : t('runs.total', { count: total, n: formatInteger(total) })}
          </span>
        )}
      </div>
      <Filters />
      {error ? <ErrorState error={error} onRetry={() => void reloadList()} /> : null}
      {total === null ? (
        error ? null : (
          <Skeleton rows={14} />
        )
      ) : total === 0 ? (
        <NoRuns filtered={isFiltered(filter)} />
      ) : (
        <VirtualTable
          id="runs"
          label={t('runs.title')}
          columns={columns}
          total={total}
          rowAt={rowAt}
          idOf={idOf}
          nameOf={nameOf}
          revision={revision}
          list={filter}
          onVisible={noteVisible}
          sort={{ key: filter.sort, descending: filter.descending }}
          onSort={sortBy}
          selection={selection}
          onSelection={setSelection}
          firstSize={expectedSize()}
          onOpen={(run) => navigate(paths.run(run.id))}
          onCursor={pointAtRun}
          {...(may ? { menuOf, onRowDrag: beginDrag, onRowDragEnd: endDrag } : {})}
        />
      )}
      {dialog ? (
        <ActionDialog
          {...dialog}
          onClose={() => setDialog(null)}
          onDone={() => {
            if (dialog.action !== 'stop' && dialog.action !== 'kill') setSelection(new Set());
          }}
        />
      ) : null}
    </div>
  );
}

/** The window without what layout.css puts around the table. */
const expectedSize = () => ({
  width: window.innerWidth - navigationWidth(),
  height: window.innerHeight - 154,
});

function isFiltered({ search, states, machineId, archived }: ListFilter): boolean {
  return search !== '' || states.length > 0 || machineId !== undefined || archived;
}

function SelectionBar({
  selection,
  onClear,
  onAct,
}: {
  selection: ReadonlySet<string>;
  onClear(): void;
  onAct(action: RunAction, runs: RunSummary[]): void;
}) {
  const t = useT();
  const may = useMay('operator');
  const byId = useRuns((state) => state.byId);
  // What the selected runs allow changes with them.
  useRuns(({ version }) => version);
  const runs = [...selection].flatMap((id) => byId.get(id) ?? []);
  const offered = (['stop', 'archive', 'unarchive', 'delete'] as const)
    .map((action) => ({ action, runs: runs.filter((run) => allows(action, run)) }))
    .filter(({ action, runs: able }) => action !== 'unarchive' || able.length > 0);
  return (
    <div className="runs__selection">
      <span className="num" aria-live="polite">
        {t('runs.selected', { count: selection.size, n: formatInteger(selection.size) })}
      </span>
      {may ? <MoveSelected runs={runs} /> : null}
      {may
        ? offered.map(({ action, runs: able }) => (
            <Button
              key={action}
              look={action === 'delete' ? 'danger' : 'plain'}
              disabled={able.length === 0}
              onClick={() => onAct(action, able)}
            >
              {t(actionLabels[action])}
              {able.length > 0 && able.length < selection.size ? (
                <span className="quiet num">{formatInteger(able.length)}</span>
              ) : null}
            </Button>
          ))
        : null}
      <Button look="quiet" onClick={onClear}>
        {t('runs.clearSelection')}
      </Button>
    </div>
  );
}

/** One run can be moved at a time: where to is asked of each. */
function MoveSelected({ runs }: { runs: readonly RunSummary[] }) {
  const t = useT();
  const [run] = runs;
  const able = run !== undefined && runs.length === 1 && canMove(run);
  return (
    <Button disabled={!able} onClick={() => (run ? askMove(run) : undefined)}>
      {t('move.ask')}
    </Button>
  );
}

function NoRuns({ filtered }: { filtered: boolean }) {
  const t = useT();
  const may = useMay('operator');
  if (filtered) {
    return (
      <EmptyState
        title={t('runs.noMatch')}
        actions={
          <Button onClick={() => setFilter({ ...defaultFilter, machineId: undefined })}>
            {t('runs.showAll')}
          </Button>
        }
      >
        {t('runs.noMatchText')}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={t('runs.none')}
      actions={
        may ? (
          <Link className="button button--primary" href={paths.newRun}>
            {t('app.newRun')}
          </Link>
        ) : null
      }
    >
      {t('runs.noneText')}
    </EmptyState>
  );
}
