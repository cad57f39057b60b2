import type { Translate } from '#renderer/i18n/index.ts';
import type { MenuEntry } from '#renderer/ui/index.ts';
import type { FileEntry } from '#shared/domain/box-file.ts';
import { leadsTo } from './entry-words.ts';

export interface FileActions {
  open(entry: FileEntry): void;
  download(entries: readonly FileEntry[]): void;
  /** null where the page is not in a browser. */
  saveInBrowser: ((entry: FileEntry) => void) | null;
  copyTo(entries: readonly FileEntry[]): void;
  /** Into the directory of the other pane; null where there is none. */
  copyAcross: ((entries: readonly FileEntry[]) => void) | null;
  copyPath(entries: readonly FileEntry[]): void;
  terminal: ((entry: FileEntry) => void) | null;
  inspect(entry: FileEntry): void;
  rename(entry: FileEntry): void;
  remove(entries: readonly FileEntry[]): void;
  may: boolean;
}

/** What can be done with the entries that are meant, the last of which is under the pointer. */
export function fileMenu(
  entry: FileEntry,
  entries: readonly FileEntry[],
  actions: FileActions,
  t: Translate,
): MenuEntry[] {
  const one = entries.length === 1;
  const to = leadsTo(entry);
  const { saveInBrowser, copyAcross, terminal, may } = actions;
  return [
    ...(one && to !== 'nothing' ? [item(t('files.open'), () => actions.open(entry), 'Enter')] : []),
    ...(may ? [item(t('files.download'), () => actions.download(entries))] : []),
    ...(saveInBrowser && one && to === 'file'
      ? [item(t('files.saveInBrowser'), () => saveInBrowser(entry))]
      : []),
    ...(may ? [item(t('files.copyTo'), () => actions.copyTo(entries))] : []),
    ...(may && copyAcross ? [item(t('files.copyAcross'), () => copyAcross(entries))] : []),
    item(t('files.copyPath'), () => actions.copyPath(entries)),
    ...(one && to === 'directory' && may
      ? [
          { kind: 'rule' as const },
          ...(terminal ? [item(t('files.terminalHere'), () => terminal(entry))] : []),
          item(t('files.inspect'), () => actions.inspect(entry)),
        ]
      : []),
    ...(may
      ? [
          { kind: 'rule' as const },
          ...(one ? [item(t('files.rename'), () => actions.rename(entry), 'F2')] : []),
          { ...item(t('files.removeAsk'), () => actions.remove(entries), 'Del'), danger: true },
        ]
      : []),
  ];
}

const item = (label: string, onSelect: () => void, hint?: string) => ({
  label,
  onSelect,
  ...(hint ? { hint } : {}),
});
