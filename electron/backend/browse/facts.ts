import type { FileEntry } from '#shared/domain/box-file.ts';
import { textOf } from './names.ts';

/** One thing as resources/remote/browse.sh tells of it. */
export interface Facts {
  entry: FileEntry;
  /** Size, mtime and inode in the box's own words. */
  version: string;
}

const recordEnd = Buffer.from('//\n');
type Kind = FileEntry['kind'];

const kindOfLetter: Record<string, Kind> = { f: 'file', d: 'directory', l: 'link' };
const kindOfMode = new Map<number, Kind>([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'link'],
]);

/** Reads what the script lists, from one place on. Whatever is no record of it ends the reading: a box may print what it likes. */
export class FactsReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  /** Up to the next NUL; null: there is none. */
  field(): Buffer | null {
    return this.#upTo(0);
  }

  /** Whether this letter comes next; then it is passed. */
  mark(letter: string): boolean {
    if (this.#bytes[this.#at] !== letter.charCodeAt(0)) return false;
    this.#at += 1;
    return true;
  }

  /** The next thing; null: no more of them here. */
  next(): Facts | null {
    switch (this.#bytes[this.#at]) {
      case 0x66: // f
        return this.#ofFind();
      case 0x73: // s
      case 0x62: // b
        return this.#ofStat();
      default:
        return null;
    }
  }

  /** What a link leads to, of those whose record could not hold it: name, target, letter. */
  nextLink(): { name: string; target: string; letter: string } | null {
    if (this.#bytes[this.#at] !== 0x6c) return null;
    const name = this.#upTo(0);
    const target = this.#upTo(0);
    const letter = this.#upTo(0);
    if (name === null || target === null || letter === null) return null;
    return { name: nameIn(name.subarray(2)), target: textOf(target), letter: letter.toString('latin1') };
  }

  /** `f MODE TYPE SIZE MTIME INODE THERE`, owner, name, target */
  #ofFind(): Facts | null {
    const head = this.#upTo(0)?.toString('latin1');
    const owner = this.#upTo(0);
    const name = this.#upTo(0);
    const target = this.#upTo(0);
    if (head === undefined || owner === null || name === null || target === null) return null;
    const match = /^f ([0-7]+) (\S) (\d+) (-?[\d.]+) (\d+) (\S+)$/.exec(head);
    if (match === null) return null;
    const [, mode = '', type = '', size = '', mtime = '', inode = '', there = ''] = match;
    const kind = kindOfLetter[type] ?? 'other';
    return {
      version: `${size} ${mtime} ${inode}`,
      entry: {
        name: textOf(name),
        kind,
        bytes: sizeOf(size),
        modifiedAt: millisecondsOf(mtime),
        mode: modeText(Number.parseInt(mode, 8)),
        owner: textOf(owner),
        target: kind === 'link' ? { path: textOf(target), kind: kindThere(there) } : null,
      },
    };
  }

  /** `s HEX SIZE INODE|MTIME|OWNER/NAME//` */
  #ofStat(): Facts | null {
    const record = this.#upTo(recordEnd);
    if (record === null) return null;
    const text = record.toString('latin1');
    const match = /^[sb] ([0-9a-fA-F]+) (\d+) (\d+)\|([^|]*)\|([^/]*)\//.exec(text);
    if (match === null) return null;
    const [whole, hex = '', size = '', inode = '', mtime = '', owner = ''] = match;
    const mode = Number.parseInt(hex, 16);
    const kind = kindOfMode.get(mode & 0o170000) ?? 'other';
    return {
      version: `${size} ${mtime} ${inode}`,
      entry: {
        name: nameIn(record.subarray(whole.length)),
        kind,
        bytes: sizeOf(size),
        modifiedAt: millisecondsOf(mtime),
        mode: modeText(mode & 0o7777),
        owner: textOf(Buffer.from(owner, 'latin1')),
        target: kind === 'link' ? { path: '', kind: null } : null,
      },
    };
  }

  #upTo(end: Buffer | 0): Buffer | null {
    const found = this.#bytes.indexOf(end, this.#at);
    if (found < 0) return null;
    const piece = this.#bytes.subarray(this.#at, found);
    this.#at = found + (end === 0 ? 1 : end.length);
    return piece;
  }
}

/** What is there, by the letter that the script gives: null for nothing and for a loop. */
export function kindThere(letter: string): Kind | null {
  if (letter === 'N' || letter === 'L' || letter === '?') return null;
  return kindOfLetter[letter] ?? 'other';
}

/** Puts into a link's entry what was told apart. */
export function setTarget(entry: FileEntry, link: { target: string; letter: string }): void {
  if (entry.target !== null) entry.target = { path: link.target, kind: kindThere(link.letter) };
}

/** `./name` as it is called in its directory. */
const nameIn = (name: Buffer): string => textOf(name).replace(/^\.\//, '');

const sizeOf = (text: string): number => {
  const bytes = Number(text);
  return Number.isSafeInteger(bytes) ? bytes : 0;
};

/** The time in a version, epoch ms; 0 where there is none. */
export const modifiedAtOf = (version: string): number =>
  millisecondsOf(version.trim().replace(/^\d+ (.*) \d+$/, '$1'));

/** Seconds with decimals, or `2026-11-28 19:55:43.123456789 +0000`. */
export function millisecondsOf(text: string): number {
  const seconds = Number(text);
  if (text !== '' && Number.isFinite(seconds)) return Math.floor(seconds * 1000);
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))? ([+-]\d\d)(\d\d)$/.exec(text);
  if (match === null) return 0;
  const [, day, time, fraction = '0', hours, minutes] = match;
  return Date.parse(`${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${hours}:${minutes}`) || 0;
}

/** As `ls` writes it. */
export function modeText(mode: number): string {
  const bits = (shift: number) => (mode >> shift) & 7;
  const part = (value: number, special: boolean, letter: string) =>
    (value & 4 ? 'r' : '-') +
    (value & 2 ? 'w' : '-') +
    (special ? (value & 1 ? letter : letter.toUpperCase()) : value & 1 ? 'x' : '-');
  return (
    part(bits(6), (mode & 0o4000) !== 0, 's') +
    part(bits(3), (mode & 0o2000) !== 0, 's') +
    part(bits(0), (mode & 0o1000) !== 0, 't')
  );
}
