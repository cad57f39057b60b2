import type { DesktopBridge } from '#shared/contract/desktop.ts';

/** Something of this computer that was chosen or dropped, and where it lies. */
export interface OwnTop {
  name: string;
  isDirectory: boolean;
  source: string;
}
type Bridge = Pick<DesktopBridge, 'pathOf'> | undefined;

/**
 * Where dropped files lie; null where that is not known of every one, as in a browser. To be called within the drop's event. What is
 * known is copied by the backend, which needs no page for it.
 */
export function droppedPaths(items: Iterable<DataTransferItem>, bridge: Bridge): OwnTop[] | null {
  const tops = [...items].flatMap((item): (OwnTop | null)[] => {
    const file = item.kind === 'file' ? item.getAsFile() : null;
    if (file === null) return [];
    return [topOf(file.name, item.webkitGetAsEntry()?.isDirectory ?? false, bridge?.pathOf(file))];
  });
  return whole(tops);
}

/** Of files that were chosen by a field: of a folder the folder itself. */
export function chosenPaths(files: Iterable<File>, bridge: Bridge): OwnTop[] | null {
  const tops = new Map<string, OwnTop | null>();
  for (const file of files) {
    const within = file.webkitRelativePath === '' ? file.name : file.webkitRelativePath;
    const [name = within, ...below] = within.split('/');
    if (tops.has(name)) continue;
    const path = bridge?.pathOf(file) ?? '';
    const source = path.slice(0, path.length - (within.length - name.length));
    tops.set(name, topOf(name, below.length > 0, source));
  }
  return whole([...tops.values()]);
}

// A path of Windows is none that the shell of a copy knows: there the page sends the files itself.
const topOf = (name: string, isDirectory: boolean, source = ''): OwnTop | null =>
  source.startsWith('/') ? { name, isDirectory, source } : null;

/** null: of one of them it is not known, and so of none. */
const whole = (tops: readonly (OwnTop | null)[]): OwnTop[] | null =>
  tops.length > 0 && tops.every((top) => top !== null) ? tops.filter((top) => top !== null) : null;
