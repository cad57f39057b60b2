import { type DragEvent, useRef, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { t } from '#renderer/i18n/index.ts';
import { toast } from '#renderer/ui/index.ts';
import type { FileEntry } from '#shared/domain/box-file.ts';
import { joinPath, showName } from './box-path.ts';
import { carriesOwnFiles, type DraggedFiles, endFileDrag, useDraggedFiles } from './drag.ts';
import { leadsTo } from './entry-words.ts';
import { sayArrival } from './transfers/arrivals.ts';
import { readDrop } from './transfers/drop-entries.ts';
import { droppedPaths } from './transfers/own-paths.ts';
import { copyEntries, upload } from './transfers/start.ts';
import { undoMs } from './use-file-actions.ts';

const nothing = { files: [], directories: [] };

/**
 * Makes a table of a directory a place for drops: into the directory, or onto the row of a folder into that. Files of the operating
 * system are sent there; entries of another machine are copied, those of the same machine moved (with Ctrl, copied).
 */
export function useDropZone(
  machineId: string,
  directory: string,
  rowAt: (index: number) => FileEntry | undefined,
) {
  const may = useMay('operator');
  const [over, setOver] = useState<string | null>(null);
  const row = useRef<Element | null>(null);
  const mark = (element: Element | null) => {
    if (row.current === element) return;
    row.current?.classList.remove('files__over');
    element?.classList.add('files__over');
    row.current = element;
  };
  const target = (event: DragEvent): { element: Element | null; path: string } => {
    const element = event.target instanceof Element ? event.target.closest('.table__row') : null;
    const entry = element ? rowAt(Number(element.getAttribute('aria-rowindex')) - 2) : undefined;
    if (!element || !entry || leadsTo(entry) !== 'directory') return { element: null, path: directory };
    return { element, path: joinPath(directory, entry.name) };
  };
  /** Whether what is dragged could be dropped there: not where it is already, and not into itself. */
  const takes = (event: DragEvent, path: string): boolean => {
    if (!may) return false;
    if (carriesOwnFiles(event)) return true;
    const { files } = useDraggedFiles.getState();
    if (!files) return false;
    if (files.machineId !== machineId) return true;
    if (files.directory === path) return false;
    return !files.entries.some(({ name }) => {
      const source = joinPath(files.directory, name);
      return path === source || path.startsWith(`${source}/`);
    });
  };
  const leave = () => {
    mark(null);
    setOver(null);
  };
  return {
    over,
    drop: {
      onDragOver(event: DragEvent) {
        const { element, path } = target(event);
        if (!takes(event, path)) return leave();
        event.preventDefault();
        const { files } = useDraggedFiles.getState();
        event.dataTransfer.dropEffect = files?.machineId === machineId && !event.ctrlKey ? 'move' : 'copy';
        mark(element);
        setOver(path);
      },
      onDragLeave(event: DragEvent) {
        if (event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)) return;
        leave();
      },
      onDrop(event: DragEvent) {
        const { path } = target(event);
        leave();
        if (!takes(event, path)) return;
        event.preventDefault();
        if (carriesOwnFiles(event)) {
          const { dataTransfer } = event;
          const own = droppedPaths(dataTransfer.items, window.trainyard);
          const read = own === null ? readDrop(dataTransfer) : nothing;
          void upload(machineId, path, () => read, own);
          return;
        }
        const { files } = useDraggedFiles.getState();
        endFileDrag();
        if (!files) return;
        if (files.machineId === machineId && !event.ctrlKey) void moveAndSay(files, path);
        else void copyEntries(files, { machineId, directory: path });
      },
    },
  };
}

/** Resolves to the names of those that are there now; what stood in the way of the others is said. */
async function moveEntries(from: DraggedFiles, directory: string): Promise<string[]> {
  const { machineId } = from;
  const moved: string[] = [];
  try {
    for (const { name } of from.entries) {
      await rpc().files.rename({
        machineId,
        path: joinPath(from.directory, name),
        to: joinPath(directory, name),
      });
      moved.push(name);
    }
  } catch (thrown) {
    sayError(thrown);
  } finally {
    sayArrival(machineId, from.directory);
    sayArrival(machineId, directory);
  }
  return moved;
}

/** A drop is easily made by mistake: it can be taken back. */
async function moveAndSay(files: DraggedFiles, directory: string): Promise<void> {
  const { machineId } = files;
  const moved = await moveEntries(files, directory);
  if (moved.length === 0) return;
  const entries = files.entries.filter(({ name }) => moved.includes(name));
  toast('info', t('files.moved', { count: moved.length, to: showName(directory) }), {
    forMs: undoMs,
    actions: [
      {
        label: t('files.undo'),
        run: () => void moveEntries({ machineId, directory, entries }, files.directory),
      },
    ],
  });
}
