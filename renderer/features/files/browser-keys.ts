import { actionsOf, type KeyList, keyLine } from '#renderer/ui/key-list.ts';

export type BrowserAction = 'up' | 'rename' | 'remove' | 'folder' | 'copy-path';

/** What a directory's table has beside the keys of every table. */
export const browserKeys: KeyList<BrowserAction> = {
  title: 'files.title',
  keys: [
    keyLine('files.up', 'up', 'Backspace', 'alt+arrowup'),
    keyLine('files.rename', 'rename', 'F2'),
    keyLine('files.removeAsk', 'remove', 'Delete'),
    // F7 where a browser keeps the other to itself.
    keyLine('files.newFolder', 'folder', 'mod+shift+n', 'F7'),
    keyLine('files.copyPath', 'copy-path', 'mod+c'),
  ],
};
const actions = actionsOf(browserKeys);

/** What a press, written as key-names.ts does, does in a directory; 'all' and 'filter' are every table's, done for all there is. */
export function actionOfBrowserKey(
  press: string,
  { selectsText }: { selectsText: boolean },
): BrowserAction | 'all' | 'filter' | null {
  if (press === 'mod+a') return 'all';
  if (press === '/') return 'filter';
  const action = actions.get(press) ?? null;
  // Some text is selected: that is what is copied.
  return action === 'copy-path' && selectsText ? null : action;
}
