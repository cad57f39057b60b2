export type BrowserAction = 'up' | 'rename' | 'remove' | 'all' | 'folder' | 'copy-path' | 'filter';

/** What a key does in a directory beside what it does in every table; null: nothing of ours. */
export function actionOfBrowserKey({
  key,
  shift,
  command,
  alt,
  selectsText,
}: {
  key: string;
  shift: boolean;
  command: boolean;
  alt: boolean;
  /** Some text is selected: Ctrl-C copies that. */
  selectsText: boolean;
}): BrowserAction | null {
  const letter = key.toLowerCase();
  if (command && !alt) {
    if (shift) return letter === 'n' ? 'folder' : null;
    if (letter === 'a') return 'all';
    if (letter === 'c') return selectsText ? null : 'copy-path';
    return key === 'ArrowUp' ? 'up' : null;
  }
  if (alt) return key === 'ArrowUp' && !shift ? 'up' : null;
  if (shift) return null;
  switch (key) {
    case 'Backspace':
      return 'up';
    case 'F2':
      return 'rename';
    case 'Delete':
      return 'remove';
    // Where the browser keeps Ctrl+Shift+N to itself.
    case 'F7':
      return 'folder';
    case '/':
      return 'filter';
    default:
      return null;
  }
}
