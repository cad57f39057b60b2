import type { DragEvent } from 'react';
import type { MenuEntry } from './menu-rows.tsx';
import type { Column } from './table-columns.ts';

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
  /** Changes when the rows are another list (a filter, an order): it is shown from its top. */
  list?: unknown;
  onVisible?(first: number, last: number): void;
  sort?: { key: string; descending: boolean };
  onSort?(key: string): void;
  selection?: ReadonlySet<string>;
  onSelection?(selection: ReadonlySet<string>): void;
  /** How large it will be, as far as can be said before it is there: right, it is drawn once; wrong, twice. */
  firstSize?: { width: number; height: number };
  onOpen(row: R): void;
  /** The keyboard's row is this one now; undefined: none, or one that is not loaded. */
  onCursor?(row: R | undefined): void;
  /** What can be done with a row, by its context menu (pointer or menu key). */
  menuOf?(row: R): MenuEntry[];
  /** A row is dragged away. */
  onRowDrag?(event: DragEvent, row: R): void;
  onRowDragEnd?(event: DragEvent): void;
  nameOf(row: R): string;
}
