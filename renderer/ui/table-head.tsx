import type { PointerEvent } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Checkbox } from './field.tsx';
import type { LaidOutColumn } from './table-columns.ts';
import type { VirtualTableProps } from './table-props.ts';

/** Width of the column of boxes to choose rows by. */
export const pickWidth = 32;

/** The line of titles: sorts, and sets widths by dragging or by the arrow keys. */
export function TableHead<R>({
  laid,
  width,
  setWidth,
  sort,
  onSort,
  selection,
  allPicked,
  onPickAll,
}: VirtualTableProps<R> & {
  laid: LaidOutColumn<R>[];
  width: number;
  setWidth(key: string, width: number): void;
  allPicked: boolean;
  onPickAll: ((all: boolean) => void) | undefined;
}) {
  const t = useT();
  return (
    <div className="table__head" role="row" aria-rowindex={1} style={{ width }}>
      {onPickAll ? (
        <div className="table__cell table__cell--pick" role="columnheader" style={{ width: pickWidth }}>
          <Checkbox
            label={t('ui.selectAll')}
            hideLabel
            checked={allPicked}
            mixed={!allPicked && (selection?.size ?? 0) > 0}
            onChecked={onPickAll}
          />
        </div>
      ) : null}
      {laid.map((column) => (
        <HeadCell
          key={column.key}
          column={column}
          sorted={sort && column.sortKey === sort.key ? (sort.descending ? 'descending' : 'ascending') : null}
          onSort={onSort}
          setWidth={setWidth}
        />
      ))}
    </div>
  );
}

function HeadCell<R>({
  column,
  sorted,
  onSort,
  setWidth,
}: {
  column: LaidOutColumn<R>;
  sorted: 'ascending' | 'descending' | null;
  onSort: ((key: string) => void) | undefined;
  setWidth(key: string, width: number): void;
}) {
  const t = useT();
  const { sortKey } = column;
  const startDrag = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    const grip = event.currentTarget;
    const from = event.clientX - column.px;
    grip.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent) => setWidth(column.key, Math.max(48, moved.clientX - from));
    grip.addEventListener('pointermove', move);
    grip.addEventListener('lostpointercapture', () => grip.removeEventListener('pointermove', move), {
      once: true,
    });
  };
  return (
    <div
      className={`table__cell table__headcell ${column.align === 'right' ? 'table__cell--right' : ''}`}
      role="columnheader"
      aria-sort={sorted ?? undefined}
      style={{ width: column.px }}
    >
      {sortKey && onSort ? (
        <button
          type="button"
          className="table__sort"
          aria-pressed={sorted !== null}
          title={t('ui.sortBy', { column: column.title })}
          onClick={() => onSort(sortKey)}
        >
          {column.title}
          <span aria-hidden="true">{sorted === 'ascending' ? '↑' : sorted === 'descending' ? '↓' : ''}</span>
        </button>
      ) : (
        <span className="clip">{column.title}</span>
      )}
      <span
        className="table__grip"
        role="separator"
        aria-orientation="vertical"
        aria-label={t('ui.resizeColumn', { column: column.title })}
        aria-valuenow={Math.round(column.px)}
        tabIndex={0}
        onPointerDown={startDrag}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') setWidth(column.key, Math.max(48, column.px - 16));
          if (event.key === 'ArrowRight') setWidth(column.key, column.px + 16);
        }}
      />
    </div>
  );
}
