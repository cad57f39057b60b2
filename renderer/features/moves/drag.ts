import type { DragEvent } from 'react';
import { useState } from 'react';
import { create } from 'zustand';
import { useMay } from '#renderer/app/session-store.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { askMove, canMove } from './ask-move.ts';

/** The run under the pointer while it is dragged. What is dropped is taken from here: other windows' drags carry none. */
export const useDraggedRun = create<{ run: RunSummary | null }>()(() => ({ run: null }));

const kind = 'application/x-trainyard-run';

/** Begins the drag of a run; where it cannot be moved nothing is begun and a link stays a link. */
export function beginDrag(event: DragEvent, run: RunSummary): void {
  if (!canMove(run)) return;
  event.dataTransfer.setData(kind, run.id);
  event.dataTransfer.effectAllowed = 'move';
  // A document that changes within this event would end the drag in some engines.
  setTimeout(() => useDraggedRun.setState({ run }), 0);
}

export const endDrag = (): void => {
  setTimeout(() => useDraggedRun.setState({ run: null }), 0);
};

/** Makes an element the start of a drag of `run`. */
export function useDragOf(run: RunSummary) {
  const may = useMay('operator');
  if (!may || !canMove(run)) return {};
  return {
    draggable: true,
    onDragStart: (event: DragEvent) => beginDrag(event, run),
    onDragEnd: endDrag,
  };
}

/** Makes an element a place where a run can be dropped: the dialog opens with this machine chosen. */
export function useDropOn(machineId: string) {
  const [over, setOver] = useState(false);
  const dragged = useDraggedRun(({ run }) => run);
  const takes = dragged !== null && dragged.machineId !== machineId;
  return {
    over: over && takes,
    takes,
    drop: {
      onDragOver: (event: DragEvent) => {
        if (!takes) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'move';
        setOver(true);
      },
      onDragLeave: () => setOver(false),
      onDrop: (event: DragEvent) => {
        setOver(false);
        if (!takes) return;
        event.preventDefault();
        endDrag();
        askMove(dragged, machineId);
      },
    },
  };
}
