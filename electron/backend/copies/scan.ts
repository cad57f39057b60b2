import { nameOf } from './names.ts';

/** One thing below a place, as it was when it was looked at. */
export interface Entry {
  /** Relative; '' is the place itself. */
  path: string;
  kind: 'file' | 'directory' | 'link' | 'other';
  mode: number;
  bytes: number;
  /** Seconds since the epoch with up to nine decimals, as text: a number could not hold it. */
  mtime: string;
  ctime: string;
  /** Size, times to the nanosecond and inode: another one means that it was written to, or is another file. */
  stamp: string;
  /** Has holes. */
  sparse: boolean;
  /** Of a link: where it leads, as written. */
  target: string;
}

const end = Buffer.from('//\n');

/**
 * Reads what copy.sh lists, in each of its three forms. Anything that is none of them is passed over: a box may print what
 * it likes. Never throws.
 */
export function parseListing(bytes: Buffer): Entry[] {
  const entries: Entry[] = [];
  const byPath = new Map<string, Entry>();
  let at = 0;
  const upTo = (mark: Buffer | 0): Buffer | null => {
    const found = bytes.indexOf(mark, at);
    if (found < 0) return null;
    const piece = bytes.subarray(at, found);
    at = found + (mark === 0 ? 1 : mark.length);
    return piece;
  };
  while (at < bytes.length) {
    const form = bytes[at];
    if (form === 0x66 || form === 0x6c) {
      const head = upTo(0);
      const target = upTo(0);
      if (head === null || target === null) break;
      if (form === 0x66) add(entryOf(head, nameOf(target)));
      else setTarget(byPath.get(relative(head.subarray(2))), target);
    } else if (form === 0x73 || form === 0x62) {
      const head = upTo(end);
      if (head === null) break;
      add(entryOf(head, ''));
    } else at += 1;
  }
  return entries;

  function add(entry: Entry | null): void {
    if (entry === null || byPath.has(entry.path)) return;
    entries.push(entry);
    byPath.set(entry.path, entry);
  }
}

function setTarget(entry: Entry | undefined, target: Buffer): void {
  if (entry?.kind === 'link') entry.target = nameOf(target);
}

const relative = (name: Buffer): string => {
  const text = nameOf(name);
  return text === '.' ? '' : text.startsWith('./') ? text.slice(2) : text;
};

const kinds: Record<string, Entry['kind']> = { f: 'file', d: 'directory', l: 'link' };
/** The file type bits of a mode. */
const kindOfMode = new Map<number, Entry['kind']>([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'link'],
]);

/** `FORM MODE TYPE SIZE MTIME CTIME INODE BLOCKS NAME` */
function entryOf(head: Buffer, target: string): Entry | null {
  const text = head.toString('latin1');
  const match =
    /^([fsb]) ([0-9a-fA-F]+) (\S) (\d+) (?:([\d.-]+) ([\d.-]+)|([^|]*)\|([^|]*)\|) (\d+) (\d+) /.exec(text);
  if (match === null) return null;
  const [
    whole,
    form = '',
    mode = '',
    type = '',
    size = '',
    m,
    c,
    mText = '',
    cText = '',
    inode = '',
    blocks = '',
  ] = match;
  const mtime = m === undefined ? fromText(mText) : seconds(m);
  const ctime = c === undefined ? fromText(cText) : seconds(c);
  const bits = Number.parseInt(mode, form === 'f' ? 8 : 16);
  const kind = form === 'f' ? (kinds[type] ?? 'other') : (kindOfMode.get(bits & 0o170000) ?? 'other');
  const bytes = Number(size);
  if (!Number.isSafeInteger(bytes)) return null;
  return {
    path: relative(head.subarray(whole.length)),
    kind,
    mode: bits & 0o7777,
    bytes: kind === 'file' ? bytes : 0,
    mtime,
    ctime,
    stamp: `${size} ${mtime} ${ctime} ${inode}`,
    sparse: kind === 'file' && Number(blocks) * 512 < bytes - 1_048_576,
    target,
  };
}

/** At most nine decimals, and none that say nothing. */
function seconds(text: string): string {
  const [whole = '0', fraction = ''] = text.split('.');
  const digits = fraction.slice(0, 9).replace(/0+$/, '');
  return digits === '' ? whole : `${whole}.${digits}`;
}

/** `2026-11-28 19:55:43.123456789 +0000`, as small systems' stat prints it. */
function fromText(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))? ([+-]\d\d)(\d\d)$/.exec(text);
  if (match === null) return '0';
  const [, day, time, fraction = '', hours, minutes] = match;
  return seconds(`${Date.parse(`${day}T${time}${hours}:${minutes}`) / 1000}.${fraction}`);
}
