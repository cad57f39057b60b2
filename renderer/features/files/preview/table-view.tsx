import { useMemo } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { type Column, formatInteger, VirtualTable } from '#renderer/ui/index.ts';
import type { FilePreview } from '#shared/domain/box-file.ts';
import { showName } from '../box-path.ts';
import { numericColumns } from './numeric-columns.ts';

interface Row {
  number: number;
  cells: readonly string[];
}

/** A CSV or TSV as a table of any length. */
export function TableView({ preview }: { preview: Extract<FilePreview, { kind: 'table' }> }) {
  const t = useT();
  const columns = useMemo((): Column<Row>[] => {
    const numeric = numericColumns(preview.columns.length, preview.rows);
    return [
      {
        key: '#',
        title: '#',
        width: 56,
        align: 'right',
        cell: ({ number }) => <span className="quiet num">{number}</span>,
      },
      ...preview.columns.map((title, index): Column<Row> => {
        const widest = Math.max(
          title.length,
          ...preview.rows.slice(0, 50).map((row) => row[index]?.length ?? 0),
        );
        return {
          key: `${index}`,
          title: showName(title),
          width: Math.min(260, Math.max(64, widest * 7.5 + 18)),
          ...(numeric[index] ? { align: 'right' as const } : {}),
          cell: ({ cells }) => <span className="clip">{showName(cells[index] ?? '')}</span>,
        };
      }),
    ];
  }, [preview]);
  return (
    <>
      <p className="files__textbar quiet num">
        {t(preview.cut ? 'files.tableCut' : 'files.table', {
          rows: formatInteger(preview.rows.length),
          columns: formatInteger(preview.columns.length),
        })}
      </p>
      <VirtualTable<Row>
        id={`files-data-${preview.columns.length}`}
        label={t('files.tableLabel')}
        columns={columns}
        total={preview.rows.length}
        rowAt={(index) => {
          const cells = preview.rows[index];
          return cells ? { number: index + 1, cells } : undefined;
        }}
        idOf={({ number }) => `${number}`}
        nameOf={({ number }) => `${number}`}
        revision={preview}
        list={preview}
        onOpen={() => undefined}
      />
    </>
  );
}
