import { type ReactNode, useCallback, useState } from 'react';

export interface Column<R> {
  key: string;
  title: string;
  /** CSS pixels until the user drags it. */
  width: number;
  minWidth?: number;
  align?: 'right';
  /** Set where the list can be sorted by it. */
  sortKey?: string;
  /** Takes the room that is left. One column of a table. */
  grows?: boolean;
  /** Left out where the table is too narrow for all, the highest first. Absent: always shown. */
  drop?: number;
  cell(row: R): ReactNode;
}

type Widths = Record<string, number>;

function readWidths(id: string): Widths {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(`columns.${id}`) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return {};
    return Object.fromEntries(
      Object.entries(stored).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
    );
  } catch {
    // Kept by an older version or edited by hand: the widths of the design are as good.
    return {};
  }
}

/** The columns' widths as the user has dragged them, kept for the next time. */
export function useColumnWidths(id: string): { widths: Widths; setWidth(key: string, width: number): void } {
  const [widths, setWidths] = useState(() => readWidths(id));
  const setWidth = useCallback(
    (key: string, width: number) => {
      setWidths((before) => {
        const after = { ...before, [key]: Math.round(width) };
        localStorage.setItem(`columns.${id}`, JSON.stringify(after));
        return after;
      });
    },
    [id],
  );
  return { widths, setWidth };
}

export interface LaidOutColumn<R> extends Column<R> {
  px: number;
}

/**
 * Final widths: what was dragged, else the design's. Columns that do not fit are left out by their `drop`; the growing
 * column takes what `available` leaves, never less than its own.
 */
export function layOut<R>(
  columns: readonly Column<R>[],
  widths: Widths,
  available: number,
): LaidOutColumn<R>[] {
  let laid = columns.map((column) => ({
    ...column,
    px: Math.max(column.minWidth ?? 48, widths[column.key] ?? column.width),
  }));
  const total = () => laid.reduce((sum, column) => sum + column.px, 0);
  while (available > 0 && total() > available) {
    const next = Math.max(0, ...laid.map((column) => column.drop ?? 0));
    if (next === 0) break;
    laid = laid.filter((column) => column.drop !== next);
  }
  const growing = laid.find((column) => column.grows);
  if (growing) growing.px += Math.max(0, available - total());
  return laid;
}
