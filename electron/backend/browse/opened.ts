import type { Described } from './box.ts';
import { isADirectory, notFound, notRegular } from './errors.ts';
import type { Facts } from './facts.ts';

/** The file that a described place is, or leads to. Throws FILE_IS_A_DIRECTORY, FILE_NOT_FOUND, FILE_NOT_REGULAR. */
export function opened({ path, entry, there }: Described, machine: string): Facts {
  if (there.entry.kind === 'file') return there;
  if (there.entry.kind === 'directory') throw isADirectory(path, machine);
  if (there.entry.kind === 'link' && entry.target?.kind === null) throw notFound(path, machine);
  throw notRegular(path, machine);
}
