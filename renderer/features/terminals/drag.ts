import type { DragEvent } from 'react';
import type { Side } from './layout.ts';

const terminalType = 'application/x-trainyard-terminal';
const tabType = 'application/x-trainyard-terminal-tab';

/** For a tab or the head of a pane. A tab is one until it is dropped beside a pane: then its focused terminal goes there. */
export const dragOf = (terminalId: string, tabId: string | null) => ({
  draggable: true,
  onDragStart(event: DragEvent) {
    event.dataTransfer.setData(terminalType, terminalId);
    if (tabId !== null) event.dataTransfer.setData(tabType, tabId);
    event.dataTransfer.effectAllowed = 'move' as const;
  },
});

export const isTerminalDrag = (data: DataTransfer): boolean => data.types.includes(terminalType);

/** What was dropped; null: nothing of ours. */
export function droppedTerminal(data: DataTransfer): { terminalId: string; tabId: string | null } | null {
  const terminalId = data.getData(terminalType);
  return terminalId === '' ? null : { terminalId, tabId: data.getData(tabType) || null };
}

/** The side of the box that the point is nearest to. */
export function sideAt(box: Pick<DOMRect, 'left' | 'top' | 'width' | 'height'>, x: number, y: number): Side {
  const fromLeft = (x - box.left) / box.width;
  const fromTop = (y - box.top) / box.height;
  const distances: [Side, number][] = [
    ['left', fromLeft],
    ['right', 1 - fromLeft],
    ['up', fromTop],
    ['down', 1 - fromTop],
  ];
  return distances.sort((a, b) => a[1] - b[1])[0]?.[0] ?? 'right';
}
