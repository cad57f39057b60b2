import type { DragEvent } from 'react';
import { create } from 'zustand';
import type { FileEntry } from '#shared/domain/box-file.ts';

export interface DraggedFiles {
  machineId: string;
  directory: string;
  entries: readonly FileEntry[];
}

/** The entries under the pointer while they are dragged within the page. */
export const useDraggedFiles = create<{ files: DraggedFiles | null }>()(() => ({ files: null }));

const kind = 'application/x-trainyard-files';

export function beginFileDrag(event: DragEvent, files: DraggedFiles): void {
  event.dataTransfer.setData(kind, String(files.entries.length));
  event.dataTransfer.effectAllowed = 'copyMove';
  // A document that changes within this event would end the drag in some engines.
  setTimeout(() => useDraggedFiles.setState({ files }), 0);
}

export const endFileDrag = (): void => {
  setTimeout(() => useDraggedFiles.setState({ files: null }), 0);
};

/** Whether a drag carries files of the operating system. */
export const carriesOwnFiles = (event: DragEvent): boolean => [...event.dataTransfer.types].includes('Files');
