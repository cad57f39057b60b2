import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { showName } from '../box-path.ts';

/** Files and folders as they are chosen or dropped: each with its path below the place where they go. */
export interface Chosen {
  files: { path: string; file: File }[];
  /** Every folder, those above first, empty ones too. */
  directories: string[];
}

/** More than this at once is a job for a copy from this computer, which needs no page. */
export const mostFiles = 100_000;

export class TooMany extends Error {}

/**
 * What was dropped. To be called within the drop's event: what the browser gives out afterwards is empty. Throws TooMany, and
 * UPLOAD_DROP_UNREADABLE.
 */
export async function readDrop(data: DataTransfer): Promise<Chosen> {
  const entries = [...data.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  const plain = entries.length === 0 ? [...data.files] : [];
  const chosen: Chosen = { files: plain.map((file) => ({ path: file.name, file })), directories: [] };
  for (const entry of entries) await walk(entry, entry.name, chosen);
  return chosen;
}

async function walk(entry: FileSystemEntry, path: string, chosen: Chosen): Promise<void> {
  if (isFile(entry)) {
    const file = await given<File>(path, (resolve, reject) => entry.file(resolve, reject));
    chosen.files.push({ path, file });
    if (chosen.files.length > mostFiles) throw new TooMany();
    return;
  }
  if (!isDirectory(entry)) return;
  chosen.directories.push(path);
  const reader = entry.createReader();
  for (;;) {
    // It gives a hundred at a time, and none when there are no more.
    const some = await given<FileSystemEntry[]>(path, (resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const child of some) await walk(child, `${path}/${child.name}`, chosen);
  }
}

/** What may not be read, or has a name that the browser cannot say to the system (any but ASCII where it has no UTF-8 locale). */
async function given<T>(
  path: string,
  ask: (resolve: (value: T) => void, reject: (why: unknown) => void) => void,
): Promise<T> {
  try {
    return await new Promise<T>(ask);
  } catch (thrown) {
    const name = showName(path);
    throw new TrainyardError(
      'UPLOAD_DROP_UNREADABLE',
      `The browser cannot read ${name}, so nothing was sent. See to its permissions and its name, then drop it anew.`,
      { params: { name }, details: String(thrown) },
    );
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** What was chosen by a field for files, or for a folder: those say where each lies in it. */
export function readField(files: Iterable<File>): Chosen {
  const chosen: Chosen = { files: [], directories: [] };
  const directories = new Set<string>();
  for (const file of files) {
    const path = file.webkitRelativePath === '' ? file.name : file.webkitRelativePath;
    const parts = path.split('/').slice(0, -1);
    for (const [index] of parts.entries()) directories.add(parts.slice(0, index + 1).join('/'));
    chosen.files.push({ path, file });
  }
  chosen.directories = [...directories].sort();
  return chosen;
}

/** The names that are new in the directory where they go: the first part of each path. */
export function topsOf({ files, directories }: Chosen): { name: string; isDirectory: boolean }[] {
  const tops = new Map<string, boolean>();
  for (const path of directories) tops.set(path.split('/')[0] ?? path, true);
  for (const { path } of files) {
    const [top = path, ...below] = path.split('/');
    if (!tops.has(top)) tops.set(top, below.length > 0);
  }
  return [...tops].map(([name, isDirectory]) => ({ name, isDirectory }));
}

/** The same under other names at the top; null leaves it out. */
export function renamedTops(chosen: Chosen, names: ReadonlyMap<string, string | null>): Chosen {
  const moved = (path: string): string | null => {
    const [top = path, ...below] = path.split('/');
    const name = names.has(top) ? (names.get(top) ?? null) : top;
    return name === null ? null : [name, ...below].join('/');
  };
  return {
    files: chosen.files.flatMap(({ path, file }) => {
      const to = moved(path);
      return to === null ? [] : [{ path: to, file }];
    }),
    directories: chosen.directories.map(moved).filter((path) => path !== null),
  };
}
