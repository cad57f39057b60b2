import { create } from 'zustand';
import type { Side } from './layout.ts';

/** What is dragged through the workspace; null: nothing of ours. */
export const useDragged = create<{ terminalId: string | null; tabId: string | null }>()(() => ({
  terminalId: null,
  tabId: null,
}));

const dragType = 'application/x-trainyard-terminal';

/** For a tab or the head of a pane. A tab is one until it is dropped beside a pane: then its focused terminal goes there. */
export const dragOf = (terminalId: string, tabId: string | null) => ({
  draggable: true,
  onDragStart(event: React.DragEvent) {
    event.dataTransfer.setData(dragType, terminalId);
    event.dataTransfer.effectAllowed = 'move' as const;
    // Chrome ends a drag whose page changes in the very event.
    setTimeout(() => useDragged.setState({ terminalId, tabId }), 0);
  },
  onDragEnd: () => useDragged.setState({ terminalId: null, tabId: null }),
});

export const isTerminalDrag = (data: DataTransfer): boolean => data.types.includes(dragType);

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
