import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type DragEvent,
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { ContextMenu } from './context-menu.tsx';
import { useRowHeight } from './density.ts';
import type { MenuEntry } from './menu-rows.tsx';
import { type LaidOutColumn, layOut, useColumnWidths } from './table-columns.ts';
import { actionOfKey, toggled } from './table-cursor.ts';
import { pickWidth, TableHead } from './table-head.tsx';
import { useCursor, useKeysFromAnywhere, usePool, useStable, useWidth } from './table-hooks.ts';
import type { VirtualTableProps } from './table-props.ts';

/** As table.css has it. */
const headHeight = 28;

/** A table of any length: only the rows in view are in the document. Sorting and loading are its owner's work. */
export function VirtualTable<R>(props: VirtualTableProps<R>) {
  const { columns, total, rowAt, idOf, revision, onVisible, selection, onSelection, onOpen } = props;
  const t = useT();
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const { widths, setWidth } = useColumnWidths(props.id);
  const available = useWidth(scroller, props.firstSize?.width ?? 0);
  const picks = onSelection !== undefined;
  const laid = useMemo(
    () => layOut(columns, widths, available - (picks ? pickWidth : 0)),
    [columns, widths, available, picks],
  );
  const width = laid.reduce((sum, column) => sum + column.px, picks ? pickWidth : 0);

  const rowHeight = useRowHeight();
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    useFlushSync: false,
    ...(props.firstSize ? { initialRect: props.firstSize } : {}),
    paddingStart: 0,
    scrollPaddingStart: headHeight,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows have other places
  useLayoutEffect(() => virtual.measure(), [rowHeight]);
  const items = virtual.getVirtualItems();
  const pool = usePool(items.length);
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (total > 0) onVisible?.(first, last);
  }, [first, last, total, onVisible]);

  const cursor = useCursor(props, scroller);
  const { onCursor } = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new revision may have put another row there
  useEffect(() => {
    onCursor?.(cursor.index >= 0 ? rowAt(cursor.index) : undefined);
  }, [cursor.index, revision, onCursor]);
  const go = (index: number) => {
    cursor.set(index);
    virtual.scrollToIndex(index, { align: 'auto' });
  };

  const select = (index: number, how: 'toggle' | 'range') => {
    const row = rowAt(index);
    if (!row || !selection || !onSelection) return;
    if (how === 'toggle') {
      onSelection(toggled(selection, idOf(row)));
      cursor.set(index);
      return;
    }
    const from = Math.max(0, cursor.index);
    const next = new Set(selection);
    for (let at = Math.min(from, index); at <= Math.max(from, index); at++) {
      const between = rowAt(at);
      if (between) next.add(idOf(between));
    }
    onSelection(next);
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new revision may have loaded rows
  const allPicked = useMemo(() => {
    if (!selection || selection.size === 0) return false;
    for (let index = 0; index < total; index++) {
      const row = rowAt(index);
      if (row && !selection.has(idOf(row))) return false;
    }
    return true;
  }, [selection, revision, total]);

  const selectLoaded = () => {
    if (!onSelection) return;
    const all = new Set<string>();
    for (let index = 0; index < total; index++) {
      const row = rowAt(index);
      if (row) all.add(idOf(row));
    }
    onSelection(all);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || (event.target as HTMLElement).closest('.table__grip, .table__sort')) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / rowHeight) - 2);
    const action = actionOfKey(
      { key: event.key, shift: event.shiftKey, command: event.ctrlKey || event.metaKey },
      cursor.index,
      total,
      page,
    );
    if (!action || (action.kind === 'clear' && (selection?.size ?? 0) === 0)) return;
    event.preventDefault();
    event.stopPropagation();
    if (action.kind === 'move') {
      if (action.extend) select(action.to, 'range');
      go(action.to);
    } else if (action.kind === 'open') {
      const row = rowAt(cursor.index);
      if (row) onOpen(row);
    } else if (action.kind === 'toggle') select(cursor.index, 'toggle');
    else if (action.kind === 'select-all') selectLoaded();
    else onSelection?.(new Set());
  };
  useKeysFromAnywhere(scroller);

  const onRowClick = useStable((event: MouseEvent, index: number) => {
    if ((event.target as HTMLElement).closest('.checkbox, .check')) {
      select(index, event.shiftKey ? 'range' : 'toggle');
      return;
    }
    // A link that is asked to open elsewhere is the browser's.
    const link = (event.target as HTMLElement).closest('a');
    if (link && (event.ctrlKey || event.metaKey)) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      if (!picks) return;
      event.preventDefault();
      select(index, event.shiftKey ? 'range' : 'toggle');
      return;
    }
    if ((event.target as HTMLElement).closest('button, input')) return;
    event.preventDefault();
    cursor.set(index);
    const row = rowAt(index);
    if (row) onOpen(row);
  });

  const drags = props.onRowDrag !== undefined;
  const onRowDrag = useStable((event: DragEvent, index: number) => {
    const row = rowAt(index);
    if (row) props.onRowDrag?.(event, row);
  });
  /** The row that a context menu is asked for: the one under the pointer, or the keyboard's. */
  const menuFor = (event: MouseEvent): MenuEntry[] => {
    const at = (event.target as HTMLElement).closest('[role="row"]')?.getAttribute('aria-rowindex');
    const index = at === null || at === undefined ? cursor.index : Number(at) - 2;
    const row = index >= 0 ? rowAt(index) : undefined;
    if (!row || !props.menuOf) return [];
    cursor.set(index);
    return props.menuOf(row);
  };

  const table = (
    <div className="table">
      <div
        ref={scroller}
        className="table__scroll"
        role="grid"
        tabIndex={0}
        aria-label={props.label}
        aria-rowcount={total + 1}
        aria-multiselectable={picks || undefined}
        aria-activedescendant={
          cursor.index >= first && cursor.index <= last ? `${gridId}-${cursor.index}` : undefined
        }
        onKeyDown={onKeyDown}
      >
        <TableHead
          {...props}
          laid={laid}
          width={width}
          setWidth={setWidth}
          allPicked={allPicked}
          onPickAll={picks ? (all) => (all ? selectLoaded() : onSelection(new Set())) : undefined}
        />
        <div
          className="table__inner"
          role="rowgroup"
          style={{ height: virtual.getTotalSize(), width }}
          data-revision={String(revision)}
        >
          {/* Rows are used again for others as they leave the view: changing one costs a fraction of making one. In the
              order of their keys, for which nothing is moved in the document; each says its own row number. */}
          {items
            .toSorted((a, b) => (a.index % pool) - (b.index % pool))
            .map((item) => {
              const row = rowAt(item.index);
              return (
                <TableRow
                  key={item.index % pool}
                  id={`${gridId}-${item.index}`}
                  index={item.index}
                  top={item.start}
                  width={width}
                  row={row as unknown}
                  columns={laid as unknown as LaidOutColumn<unknown>[]}
                  picks={picks}
                  selected={row !== undefined && (selection?.has(idOf(row)) ?? false)}
                  active={item.index === cursor.index}
                  pickLabel={row === undefined ? '' : `${t('ui.selectRow')}: ${props.nameOf(row)}`}
                  onClick={onRowClick}
                  onDrag={drags ? onRowDrag : undefined}
                  onDragEnd={props.onRowDragEnd}
                />
              );
            })}
        </div>
      </div>
    </div>
  );
  return props.menuOf ? <ContextMenu entriesFor={menuFor}>{table}</ContextMenu> : table;
}

interface RowProps {
  id: string;
  index: number;
  top: number;
  width: number;
  row: unknown;
  columns: LaidOutColumn<unknown>[];
  picks: boolean;
  selected: boolean;
  active: boolean;
  pickLabel: string;
  onClick(event: MouseEvent, index: number): void;
  onDrag: ((event: DragEvent, index: number) => void) | undefined;
  onDragEnd: ((event: DragEvent) => void) | undefined;
}

const TableRow = memo(function TableRow(props: RowProps) {
  const { row, columns, picks, selected, active } = props;
  const names = `table__row ${selected ? 'table__row--selected' : ''} ${active ? 'table__row--active' : ''}`;
  return (
    <div
      id={props.id}
      className={names}
      role="row"
      aria-rowindex={props.index + 2}
      aria-selected={picks ? selected : undefined}
      style={{ transform: `translateY(${props.top}px)`, width: props.width }}
      onClick={(event) => props.onClick(event, props.index)}
      draggable={props.onDrag !== undefined && row !== undefined}
      onDragStart={(event) => props.onDrag?.(event, props.index)}
      onDragEnd={props.onDragEnd}
    >
      {picks ? (
        <Cell px={pickWidth} className="table__cell--pick">
          {row === undefined ? null : (
            <input
              type="checkbox"
              className="checkbox"
              aria-label={props.pickLabel}
              tabIndex={-1}
              checked={selected}
              // The row's click turns it over.
              readOnly
            />
          )}
        </Cell>
      ) : null}
      {columns.map((column) => (
        <Cell
          key={column.key}
          px={column.px}
          className={column.align === 'right' ? 'table__cell--right' : ''}
        >
          {row === undefined ? <span className="skeleton" style={{ width: '60%' }} /> : column.cell(row)}
        </Cell>
      ))}
    </div>
  );
});

const Cell = ({ px, className, children }: { px: number; className: string; children: ReactNode }) => (
  <div className={`table__cell ${className}`} role="gridcell" style={{ width: px }}>
    {children}
  </div>
);
