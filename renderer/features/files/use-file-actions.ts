import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { paths } from '#renderer/app/routes.ts';
import { sayError, useMay, useSession } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { copyText, toast } from '#renderer/ui/index.ts';
import type { FileEntry } from '#shared/domain/box-file.ts';
import { joinPath, quoted, showName } from './box-path.ts';
import { leadsTo } from './entry-words.ts';
import type { FileActions } from './file-menu.ts';
import { sayArrival } from './transfers/arrivals.ts';
import { browserAddress, copyEntries, download } from './transfers/start.ts';

export type FileDialog =
  | { kind: 'folder' | 'file' }
  | { kind: 'rename'; entry: FileEntry }
  | { kind: 'remove' | 'copy'; entries: readonly FileEntry[] }
  | { kind: 'inspect'; path: string };

export interface Place {
  machineId: string;
  directory: string;
}

/** So long a rename or a move can be taken back. */
export const undoMs = 30_000;

/** What can be done in a directory. Dialogs are named by `dialog`; their owner draws them. */
export function useFileActions({
  place,
  across,
  onGo,
  onFile,
}: {
  place: Place;
  /** Where the other pane is. */
  across: Place | null;
  onGo(path: string): void;
  onFile(path: string): void;
}) {
  const t = useT();
  const may = useMay('operator');
  const isBrowser = useSession(({ info }) => info?.host === 'headless');
  const [, navigate] = useLocation();
  const [dialog, setDialog] = useState<FileDialog | null>(null);
  const { machineId, directory } = place;
  const actions = useMemo((): FileActions => {
    const pathOf = ({ name }: FileEntry) => joinPath(directory, name);
    return {
      may,
      open(entry) {
        const to = leadsTo(entry);
        if (to === 'directory') onGo(pathOf(entry));
        // What leads nowhere has a pane, too: it says why.
        else onFile(pathOf(entry));
      },
      download: (entries) => void download(machineId, directory, entries),
      saveInBrowser: isBrowser
        ? (entry) => fetchInBrowser(browserAddress(machineId, pathOf(entry), entry.name), entry.name)
        : null,
      copyTo: (entries) => setDialog({ kind: 'copy', entries }),
      copyAcross: across ? (entries) => void copyEntries({ machineId, directory, entries }, across) : null,
      copyPath: (entries) =>
        void copyText(entries.map((entry) => quoted(pathOf(entry))).join(' ')).then(() =>
          toast('info', t('files.pathCopied', { count: entries.length })),
        ),
      terminal: (entry) => void openTerminal(machineId, pathOf(entry), navigate),
      inspect: (entry) => setDialog({ kind: 'inspect', path: pathOf(entry) }),
      rename: (entry) => setDialog({ kind: 'rename', entry }),
      remove: (entries) => setDialog({ kind: 'remove', entries }),
    };
  }, [machineId, directory, across, may, isBrowser, t, navigate, onGo, onFile]);
  const rename = async (entry: FileEntry, name: string) => {
    await renameTo(machineId, directory, entry.name, name);
    toast('info', t('files.renamed', { from: showName(entry.name), to: showName(name) }), {
      forMs: undoMs,
      actions: [
        {
          label: t('files.undo'),
          run: () => void renameTo(machineId, directory, name, entry.name).catch(sayError),
        },
      ],
    });
  };
  return { actions, dialog, setDialog, rename };
}

async function renameTo(machineId: string, directory: string, from: string, to: string): Promise<void> {
  await rpc().files.rename({ machineId, path: joinPath(directory, from), to: joinPath(directory, to) });
  sayArrival(machineId, directory);
}

/** A shell of that machine in that directory, on the page of terminals. */
export async function openTerminal(
  machineId: string,
  directory: string,
  navigate: (path: string) => void,
): Promise<void> {
  try {
    const { openNew } = await import('#renderer/features/terminals/terminal-store.ts');
    await openNew({ machineId, directory });
    navigate(paths.terminals);
  } catch (thrown) {
    sayError(thrown);
  }
}

function fetchInBrowser(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
