import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type PointerEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Checkbox } from './field.tsx';
import { type Column, type LaidOutColumn, layOut, useColumnWidths } from './table-columns.ts';
import { actionOfKey, toggled } from './table-cursor.ts';

const rowHeight = 28;
const pickWidth = 32;

export interface VirtualTableProps<R> {
  /** Names the table for the kept column widths. */
  id: string;
  label: string;
  columns: readonly Column<R>[];
  total: number;
  /** Undefined while that row is not loaded. */
  rowAt(index: number): R | undefined;
  idOf(row: R): string;
  /** Changes whenever rows or their order change: the row under the eyes and the cursor stay where they are. */
  revision: unknown;
  onVisible?(first: number, last: number): void;
  sort?: { key: string; descending: boolean };
  onSort?(key: string): void;
  selection?: ReadonlySet<string>;
  onSelection?(selection: ReadonlySet<string>): void;
  onOpen(row: R): void;
  nameOf(row: R): string;
}

/** A table of any length: only the rows in view are in the document. Sorting and loading are its owner's work. */
export function VirtualTable<R>(props: VirtualTableProps<R>) {
  const { columns, total, rowAt, idOf, revision, onVisible, selection, onSelection, onOpen } = props;
  const t = useT();
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const { widths, setWidth } = useColumnWidths(props.id);
  const available = useWidth(scroller);
  const picks = onSelection !== undefined;
  const laid = useMemo(
    () => layOut(columns, widths, available - (picks ? pickWidth : 0)),
    [columns, widths, available, picks],
  );
  const width = laid.reduce((sum, column) => sum + column.px, picks ? pickWidth : 0);

  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    useFlushSync: false,
    paddingStart: 0,
    scrollPaddingStart: rowHeight,
  });
  const items = virtual.getVirtualItems();
  const pool = usePool(items.length);
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (total > 0) onVisible?.(first, last);
  }, [first, last, total, onVisible]);

  const cursor = useCursor(props, scroller);
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

  return (
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
          allPicked={total > 0 && (selection?.size ?? 0) >= total}
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
                />
              );
            })}
        </div>
      </div>
    </div>
  );
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
    >
      {picks ? (
        <Cell px={pickWidth} className="table__cell--pick">
          {row === undefined ? null : (
            <Checkbox
              label={props.pickLabel}
              hideLabel
              checked={selected}
              tabIndex={-1}
              onChecked={() => undefined}
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

function TableHead<R>({
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

/** The keyboard's row, and the row under the eyes, kept by identity when rows come and go above them. */
function useCursor<R>(props: VirtualTableProps<R>, scroller: { current: HTMLDivElement | null }) {
  const { total, rowAt, idOf, revision } = props;
  const [index, setIndex] = useState(-1);
  const held = useRef<{ cursorId: string | null; topIndex: number; topId: string | null }>({
    cursorId: null,
    topIndex: 0,
    topId: null,
  });
  const idAt = (at: number) => {
    const row = at >= 0 && at < total ? rowAt(at) : undefined;
    return row === undefined ? null : idOf(row);
  };
  const find = (id: string, near: number) => {
    for (let away = 0; away < 400; away++) {
      if (idAt(near + away) === id) return near + away;
      if (idAt(near - away) === id) return near - away;
    }
    return null;
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new revision moves rows
  useLayoutEffect(() => {
    const { cursorId, topId, topIndex } = held.current;
    if (cursorId !== null && index >= 0) {
      const at = find(cursorId, index);
      if (at !== null && at !== index) setIndex(at);
      else if (at === null && index >= total) setIndex(total - 1);
    }
    const element = scroller.current;
    if (element && topId !== null && element.scrollTop > rowHeight) {
      const at = find(topId, topIndex);
      if (at !== null && at !== topIndex) element.scrollTop += (at - topIndex) * rowHeight;
    }
    held.current.topId = idAt(held.current.topIndex);
  }, [revision]);

  // What is under the eyes is noted when it scrolls, and after new rows; asking the element at every drawing would make
  // the browser lay the page out each time.
  const note = useStable((scrollTop: number) => {
    const topIndex = Math.floor(scrollTop / rowHeight);
    held.current.topIndex = topIndex;
    held.current.topId = idAt(topIndex);
  });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const listen = () => note(element.scrollTop);
    element.addEventListener('scroll', listen, { passive: true });
    return () => element.removeEventListener('scroll', listen);
  }, [scroller, note]);

  return {
    index: Math.min(index, total - 1),
    set(next: number) {
      held.current.cursorId = idAt(next);
      setIndex(next);
    },
  };
}

/** j, k and the arrows work without clicking into the table first, when nothing else has the focus. */
function useKeysFromAnywhere(scroller: { current: HTMLDivElement | null }): void {
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      const free = document.activeElement === document.body || document.activeElement?.id === 'content';
      if (!free || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (!['j', 'k', 'ArrowDown', 'ArrowUp'].includes(event.key)) return;
      event.preventDefault();
      scroller.current?.focus();
      scroller.current?.dispatchEvent(new KeyboardEvent('keydown', { key: event.key, bubbles: true }));
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [scroller]);
}

function useWidth(element: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) return;
    setWidth(target.clientWidth);
    const observer = new ResizeObserver(() => setWidth(target.clientWidth));
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** At least as many as are ever drawn at once, and never fewer than before: a smaller pool would make all rows anew. */
function usePool(drawn: number): number {
  const most = useRef(64);
  if (drawn > most.current) most.current = drawn * 2;
  return most.current;
}

/** A function that keeps its identity while doing what the newest render says. */
function useStable<A extends unknown[]>(call: (...args: A) => void): (...args: A) => void {
  const newest = useRef(call);
  useLayoutEffect(() => {
    newest.current = call;
  });
  return useCallback((...args: A) => newest.current(...args), []);
}
