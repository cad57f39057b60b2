import type { FileEntry } from '#shared/domain/box-file.ts';
import { bytesOf } from './names.ts';

export interface Order {
  by: 'name' | 'bytes' | 'modifiedAt' | 'kind';
  descending: boolean;
  /** Part of a name; case does not count. */
  search: string;
  hidden: boolean;
}

/** The entries that are asked for, as people expect them: `step-9` before `step-10`, folders before files. */
export function sorted(
  entries: readonly FileEntry[],
  { by, descending, search, hidden }: Order,
): FileEntry[] {
  const wanted = search.normalize('NFC').toLowerCase();
  const keyed: { entry: FileEntry; rank: number; key: string | number; name: string }[] = [];
  for (const entry of entries) {
    if (!hidden && entry.name.startsWith('.')) continue;
    if (wanted !== '' && !entry.name.normalize('NFC').toLowerCase().includes(wanted)) continue;
    const name = naturalKey(entry.name);
    keyed.push({ entry, rank: rankOf(entry, by), key: keyOf(entry, by), name });
  }
  const sign = descending ? -1 : 1;
  keyed.sort(
    (a, b) =>
      a.rank - b.rank ||
      (a.key < b.key ? -sign : a.key > b.key ? sign : 0) ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : byBytes(a.entry.name, b.entry.name)) *
        (by === 'name' ? sign : 1),
  );
  return keyed.map(({ entry }) => entry);
}

/** A folder, or a link that leads to one. */
const isFolder = (entry: FileEntry): boolean =>
  entry.kind === 'directory' || entry.target?.kind === 'directory';

/** Folders come first, whichever way it goes; but the newest is the newest, whatever it is. */
const rankOf = (entry: FileEntry, by: Order['by']): number =>
  by === 'modifiedAt' || isFolder(entry) ? 0 : 1;

function keyOf(entry: FileEntry, by: Order['by']): string | number {
  if (by === 'bytes') return isFolder(entry) ? 0 : entry.bytes;
  if (by === 'modifiedAt') return entry.modifiedAt;
  if (by === 'kind') return `${entry.kind} ${/\.([^.]+)$/.exec(entry.name)?.[1]?.toLowerCase() ?? ''}`;
  return '';
}

/** Compared as plain texts, such keys are in natural order: case, accents and leading zeros do not count, numbers by their value. */
export function naturalKey(name: string): string {
  const folded = /^[\x20-\x7e]*$/.test(name) ? name : name.normalize('NFKD').replace(/\p{M}+/gu, '');
  return folded.toLowerCase().replace(/\d+/g, (digits) => {
    const value = digits.replace(/^0+(?=\d)/, '');
    // How many digits a number has decides before they do. A name has at most 255 bytes.
    return `0${String.fromCharCode(0x30 + value.length)}${value}`;
  });
}

const byBytes = (a: string, b: string): number => Buffer.compare(bytesOf(a), bytesOf(b));
