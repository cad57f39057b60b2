import type { Translate } from '#renderer/i18n/index.ts';
import { type Column, formatBytes, formatDateTime, formatWhen } from '#renderer/ui/index.ts';
import type { FileEntry } from '#shared/domain/box-file.ts';
import { showName } from './box-path.ts';
import { kindWord, leadsTo } from './entry-words.ts';

/** Columns of a directory's table. Kinds are words; a folder's name ends with a slash as in a shell. */
export function fileColumns(t: Translate, now: number, openName: string | null): Column<FileEntry>[] {
  return [
    {
      key: 'name',
      title: t('files.name'),
      width: 200,
      minWidth: 140,
      sortKey: 'name',
      grows: true,
      cell: (entry) => <Name entry={entry} open={entry.name === openName} />,
    },
    {
      key: 'kind',
      title: t('files.kind'),
      width: 96,
      sortKey: 'kind',
      drop: 2,
      cell: (entry) => <span className="quiet clip">{kindWord(entry, t)}</span>,
    },
    {
      key: 'bytes',
      title: t('files.size'),
      width: 82,
      align: 'right',
      sortKey: 'bytes',
      cell: (entry) =>
        entry.kind === 'file' ? (
          <span className="num soft">{formatBytes(entry.bytes)}</span>
        ) : (
          <span className="quiet">–</span>
        ),
    },
    {
      key: 'modifiedAt',
      title: t('files.modified'),
      width: 116,
      align: 'right',
      sortKey: 'modifiedAt',
      drop: 1,
      cell: (entry) => (
        <span className="num soft" title={formatDateTime(entry.modifiedAt)}>
          {formatWhen(entry.modifiedAt, now)}
        </span>
      ),
    },
    {
      key: 'mode',
      title: t('files.mode'),
      width: 92,
      drop: 3,
      cell: (entry) => <span className="mono quiet">{entry.mode}</span>,
    },
    {
      key: 'owner',
      title: t('files.owner'),
      width: 80,
      drop: 4,
      cell: (entry) => <span className="quiet clip">{showName(entry.owner)}</span>,
    },
  ];
}

function Name({ entry, open }: { entry: FileEntry; open: boolean }) {
  const isDirectory = leadsTo(entry) === 'directory';
  return (
    <span
      className={`clip files__entry ${isDirectory ? 'files__entry--directory' : ''} ${
        open ? 'files__entry--open' : entry.name.startsWith('.') ? 'soft' : ''
      }`}
      aria-current={open ? 'true' : undefined}
      title={showName(entry.name)}
    >
      {showName(entry.name)}
      {isDirectory ? <span className="quiet">/</span> : null}
      {entry.kind === 'link' ? <span className="quiet"> → {showName(entry.target?.path ?? '?')}</span> : null}
    </span>
  );
}
