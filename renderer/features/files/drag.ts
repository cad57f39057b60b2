import type { DragEvent } from 'react';
import { create } from 'zustand';
import { t } from '#renderer/i18n/index.ts';
import { toast } from '#renderer/ui/index.ts';
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
/** The last that was begun: known at once. */
let begun: DraggedFiles | null = null;

export function beginFileDrag(event: DragEvent, files: DraggedFiles): void {
  event.dataTransfer.setData(kind, String(files.entries.length));
  event.dataTransfer.effectAllowed = 'copyMove';
  const single = singleFile(files);
  if (single && !window.trainyard)
    event.dataTransfer.setData('DownloadURL', downloadAddress(files, single.name));
  begun = files;
  // A document that changes within this event would end the drag in some engines.
  setTimeout(() => useDraggedFiles.setState({ files }), 0);
}

/** All that a browser takes out of its window is one file. */
function singleFile({ entries }: DraggedFiles): FileEntry | null {
  const [first] = entries;
  return first && entries.length === 1 && leadsTo(first) === 'file' ? first : null;
}

/** Whoever lets go outside of the window what nobody takes there is told so, with the way that there is; null: there is none for them. */
export function sayWhatStays(
  event: DragEvent,
  download: ((entries: readonly FileEntry[]) => void) | null,
): void {
  const files = begun;
  const { clientX: x, clientY: y } = event;
  const isOutside = x < 0 || y < 0 || x >= window.innerWidth || y >= window.innerHeight;
  if (!files || !isOutside || event.dataTransfer.dropEffect !== 'none') return;
  if (singleFile(files) && !window.trainyard) return;
  toast('info', t(window.trainyard ? 'files.noneLeaves' : 'files.oneLeaves'), {
    actions: download ? [{ label: t('files.download'), run: () => download(files.entries) }] : [],
  });
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
