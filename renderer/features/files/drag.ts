import type { DragEvent } from 'react';
import { create } from 'zustand';
import type { FileEntry } from '#shared/domain/box-file.ts';
import { joinPath, showName } from './box-path.ts';
import { leadsTo } from './entry-words.ts';
import { browserAddress } from './transfers/start.ts';

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
  const [first] = files.entries;
  if (first && files.entries.length === 1 && leadsTo(first) === 'file' && !window.trainyard)
    event.dataTransfer.setData('DownloadURL', downloadAddress(files, first.name));
  // A document that changes within this event would end the drag in some engines.
  setTimeout(() => useDraggedFiles.setState({ files }), 0);
}

/** By this Chromium saves a file that is dragged out of the window, as "Save with the browser" does. */
export function downloadAddress({ machineId, directory }: DraggedFiles, name: string): string {
  const address = browserAddress(machineId, joinPath(directory, name), name);
  // A colon ends the name there.
  return `application/octet-stream:${showName(name).replaceAll(':', '_')}:${location.origin}${address}`;
}

export const endFileDrag = (): void => {
  setTimeout(() => useDraggedFiles.setState({ files: null }), 0);
};

/** Whether a drag carries files of the operating system. */
export const carriesOwnFiles = (event: DragEvent): boolean => [...event.dataTransfer.types].includes('Files');
