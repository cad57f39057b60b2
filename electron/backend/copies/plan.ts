import { createHash } from 'node:crypto';
import { parentsOf } from './names.ts';
import type { Entry } from './scan.ts';

/** From here on a file travels alone, in pieces; smaller ones go together. */
export const largeBytes = 8 * 1_048_576;
const packBytes = 32 * 1_048_576;
const packFiles = 4_000;

/** What a copy has to do, from what is on both sides. */
export interface Plan {
  /** Directories to be made, parents first. */
  newDirectories: Entry[];
  /** All of them, for their modes and times at the end. */
  directories: Entry[];
  /** The source's own directory. */
  root: Entry | null;
  /** Links to be made or made anew. */
  links: Entry[];
  /** Files that the destination lacks, or has in another size. */
  missing: Entry[];
  /** Files that are there with the same size: their hashes decide. */
  alike: Entry[];
  /** At the destination in the way of something of another kind; removed only where a mirror is wanted, or where it is a link. */
  inTheWay: { path: string; isLink: boolean }[];
  /** At the destination, not at the source, deepest first. */
  extra: Entry[];
}

export function planOf(
  source: readonly Entry[],
  destination: ReadonlyMap<string, Entry>,
  except: (path: string) => boolean,
): Plan {
  const plan: Plan = {
    newDirectories: [],
    directories: [],
    root: source.find(({ path, kind }) => path === '' && kind === 'directory') ?? null,
    links: [],
    missing: [],
    alike: [],
    inTheWay: [],
    extra: [],
  };
  const wanted = new Map(source.map((entry) => [entry.path, entry]));
  for (const entry of source) {
    const there = destination.get(entry.path);
    if (entry.kind === 'other' || (entry.path === '' && entry.kind === 'directory')) continue;
    const isOther = there !== undefined && there.kind !== entry.kind;
    // A link or file in the place of a file or link is simply replaced by the rename.
    if (isOther && (there.kind === 'directory' || entry.kind === 'directory')) {
      plan.inTheWay.push({ path: entry.path, isLink: there.kind === 'link' });
    }
    if (entry.kind === 'directory') {
      plan.directories.push(entry);
      if (there?.kind !== 'directory') plan.newDirectories.push(entry);
    } else if (entry.kind === 'link') {
      if (there?.kind !== 'link' || there.target !== entry.target) plan.links.push(entry);
    } else if (there?.kind === 'file' && there.bytes === entry.bytes) plan.alike.push(entry);
    else plan.missing.push(entry);
  }
  for (const [path, entry] of destination) {
    if (path !== '' && !wanted.has(path) && !except(path) && !parentsOf(path).some(except))
      plan.extra.push(entry);
  }
  plan.extra.sort((a, b) => b.path.split('/').length - a.path.split('/').length);
  plan.newDirectories.sort((a, b) => a.path.split('/').length - b.path.split('/').length);
  return plan;
}

export type Unit = { kind: 'pack'; files: Entry[]; bytes: number } | { kind: 'large'; file: Entry };

/** In the order given: small neighbours go together. `nameBytes`: so many bytes of names in one pack. */
export function unitsOf(
  files: readonly Entry[],
  { nameBytes = 4_000_000, alone = false }: { nameBytes?: number; alone?: boolean } = {},
): Unit[] {
  const units: Unit[] = [];
  let pack: Entry[] = [];
  let bytes = 0;
  let names = 0;
  const close = () => {
    if (pack.length > 0) units.push({ kind: 'pack', files: pack, bytes });
    pack = [];
    bytes = 0;
    names = 0;
  };
  for (const file of files) {
    if (alone || file.bytes >= largeBytes) {
      close();
      units.push({ kind: 'large', file });
      continue;
    }
    const nameLength = Buffer.byteLength(file.path) + 3;
    if (bytes + file.bytes > packBytes || pack.length >= packFiles || names + nameLength > nameBytes) close();
    pack.push(file);
    bytes += file.bytes;
    names += nameLength;
  }
  close();
  return units;
}

/** What a large file is called while it comes: another one as soon as anything about the file changes. */
export const partName = (file: Entry): string =>
  `f${createHash('sha256').update(`${file.path}\0${file.stamp}`).digest('hex').slice(0, 24)}`;
