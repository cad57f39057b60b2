import './checkpoints.css';
import { useMemo, useState } from 'react';
import { Link } from '#renderer/app/link.tsx';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { said } from '#renderer/features/moves/said.ts';
import { type Translate, useT } from '#renderer/i18n/index.ts';
import {
  Age,
  type Column,
  compareNames,
  formatBytes,
  formatInteger,
  StatusDot,
  VirtualTable,
} from '#renderer/ui/index.ts';
import type { FoundCheckpoint, RunCheckpoint } from '#shared/domain/checkpoint.ts';

/** What both a run's checkpoints and those found in any directory have. */
type Row = Omit<FoundCheckpoint, 'files'> &
  Partial<Pick<RunCheckpoint, 'gone' | 'manifest' | 'copies' | 'epoch'>> & { id: string };

export type CheckpointSort = 'step' | 'path' | 'bytes' | 'modified';

/** Sorted by one thing; equal ones by step, then by path. */
export function sortCheckpoints<R extends Row>(
  rows: readonly R[],
  key: CheckpointSort,
  descending: boolean,
): R[] {
  const turn = descending ? -1 : 1;
  const by: Record<CheckpointSort, (a: R, b: R) => number> = {
    step: (a, b) => (a.step ?? -1) - (b.step ?? -1),
    path: (a, b) => compareNames(a.path, b.path),
    bytes: (a, b) => a.bytes - b.bytes,
    modified: (a, b) => a.modifiedAt - b.modifiedAt,
  };
  return [...rows].sort(
    (a, b) => turn * by[key](a, b) || turn * by.step(a, b) || compareNames(a.path, b.path),
  );
}

export function CheckpointTable({ checkpoints }: { checkpoints: readonly Row[] }) {
  const t = useT();
  const [sort, setSort] = useState<{ key: CheckpointSort; descending: boolean }>({
    key: 'step',
    descending: true,
  });
  const remembered = checkpoints.some(({ copies }) => copies !== undefined);
  const columns = useMemo(() => columnsOf(t, remembered), [t, remembered]);
  const rows = useMemo(() => sortCheckpoints(checkpoints, sort.key, sort.descending), [checkpoints, sort]);
  return (
    <VirtualTable
      id={remembered ? 'checkpoints' : 'found-checkpoints'}
      label={t('checkpoints.title')}
      columns={columns}
      total={rows.length}
      rowAt={(index) => rows[index]}
      idOf={(row) => row.id}
      nameOf={(row) => row.path}
      revision={rows}
      sort={sort}
      onSort={(key) =>
        setSort((before) =>
          before.key === key
            ? { ...before, descending: !before.descending }
            : { key: key as CheckpointSort, descending: key !== 'path' },
        )
      }
      onOpen={() => undefined}
    />
  );
}

function columnsOf(t: Translate, remembered: boolean): Column<Row>[] {
  const columns: Column<Row>[] = [
    {
      key: 'step',
      title: t('checkpoints.step'),
      width: 84,
      align: 'right',
      sortKey: 'step',
      cell: ({ step }) => <span className="num">{step === null ? '–' : formatInteger(step)}</span>,
    },
    {
      key: 'path',
      title: t('checkpoints.path'),
      width: 170,
      minWidth: 110,
      sortKey: 'path',
      cell: (row) => <Path row={row} />,
    },
    {
      key: 'complete',
      title: t('checkpoints.complete'),
      width: 240,
      minWidth: 130,
      grows: true,
      cell: (row) => <Complete row={row} />,
    },
    {
      key: 'framework',
      title: t('checkpoints.framework'),
      width: 110,
      drop: 2,
      cell: ({ framework }) => <span className="soft clip">{t(`checkpoints.framework.${framework}`)}</span>,
    },
    {
      key: 'size',
      title: t('checkpoints.size'),
      width: 84,
      align: 'right',
      sortKey: 'bytes',
      cell: ({ bytes }) => <span className="num">{formatBytes(bytes)}</span>,
    },
    {
      key: 'age',
      title: t('checkpoints.age'),
      width: 92,
      align: 'right',
      sortKey: 'modified',
      cell: ({ modifiedAt }) => (
        <span className="soft num">
          <Age at={modifiedAt} />
        </span>
      ),
    },
  ];
  if (!remembered) return columns;
  return [
    ...columns,
    {
      key: 'hashed',
      title: t('checkpoints.hashed'),
      width: 96,
      drop: 3,
      cell: ({ manifest }) =>
        manifest ? (
          <span className="soft clip" title={`${manifest.algorithm} ${manifest.digest}`}>
            {manifest.algorithm}
          </span>
        ) : (
          <span className="quiet">–</span>
        ),
    },
    {
      key: 'copies',
      title: t('checkpoints.copies'),
      width: 190,
      minWidth: 90,
      drop: 1,
      cell: ({ copies }) => <Copies copies={copies ?? []} />,
    },
  ];
}

/** Where it is known to lie, it leads to the files there. */
function Path({ row: { path, gone, copies } }: { row: Row }) {
  const look = `mono clip ${gone ? 'checkpoints__gone' : ''}`;
  const [copy] = copies ?? [];
  return copy && !gone ? (
    <Link className={look} href={paths.files(copy.machineId, copy.path)} title={path}>
      {path}
    </Link>
  ) : (
    <span className={look} title={path}>
      {path}
    </span>
  );
}

function Complete({ row }: { row: Row }) {
  const t = useT();
  const why = said(row.why);
  const word = t(row.gone ? 'checkpoints.gone' : row.complete ? 'checkpoints.yes' : 'checkpoints.no');
  return (
    <>
      <StatusDot
        tone={row.gone ? 'idle' : row.complete ? 'ok' : 'warn'}
        shape={row.gone ? 'square' : row.complete ? 'tick' : 'half'}
      />
      <span className="clip" title={`${word}. ${why}`}>
        {word} {row.gone ? null : <span className="quiet">{why}</span>}
      </span>
    </>
  );
}

function Copies({ copies }: { copies: NonNullable<Row['copies']> }) {
  const t = useT();
  if (copies.length === 0) return <span className="quiet">–</span>;
  const text = copies
    .map(({ machineId, machineName, kind, verifiedAt }) =>
      t(verifiedAt === null ? 'checkpoints.copyUnverified' : 'checkpoints.copyOn', {
        machine: placeName(machineId, machineName, t),
        kind: t(`checkpoints.kind.${kind}`),
      }),
    )
    .join(', ');
  const paths = copies.map(({ machineName, path }) => `${machineName}:${path}`).join('\n');
  return (
    <span className="clip soft" title={`${text}\n${paths}`}>
      {text}
    </span>
  );
}
