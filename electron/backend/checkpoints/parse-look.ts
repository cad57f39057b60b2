import type { CheckpointTree, TreeEntry } from './interface.ts';

type Look = Omit<CheckpointTree, 'read'>;
type Kind = TreeEntry['kind'];

const gnuKinds: Record<string, Kind> = { f: 'file', d: 'directory', l: 'link' };
/** The type bits of a mode, in hexadecimal: 8 a file, 4 a directory, a a link. */
const modeKinds: Record<string, Kind> = { '8': 'file', '4': 'directory', a: 'link' };

/** Reads what `checkpoints.sh look` printed; null where it makes no sense. Names may hold anything. */
export function parseLook(output: Buffer): Look | null {
  const rootEnd = output.indexOf(0x0a);
  // A root with a newline in it would shift everything: the clock's line then is none.
  const nowEnd = output.indexOf(0x0a, rootEnd + 1);
  if (rootEnd < 1 || nowEnd < 0) return null;
  const root = output.toString('utf8', 0, rootEnd);
  const nowNs = nanoseconds(output.toString('latin1', rootEnd + 1, nowEnd));
  if (!root.startsWith('/') || nowNs === null) return null;
  const fields = splitAtNul(output.subarray(nowEnd + 1));
  const end = fields.findLastIndex((field, at) => field.equals(endMark) && fields[at - 1]?.length === 0);
  if (end < 1) return null;
  const [way] = fields;
  const body = fields.slice(1, end - 1);
  const open = openedIn(root, fields.slice(end + 1));
  const drafts = way?.toString() === 'gnu' ? fromGnu(body) : fromLines(body);
  if (drafts === null) return null;
  const entries = drafts.map((draft) => ({
    ...draft,
    openForWriting: open === null ? null : open.has(draft.path),
  }));
  return { root: root === '/' ? '' : root, nowNs, entries };
}

const endMark = Buffer.from('end');
type Draft = Omit<TreeEntry, 'openForWriting'>;

function fromGnu(fields: readonly Buffer[]): Draft[] | null {
  const drafts: Draft[] = [];
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const facts = /^(\w) (\d+) (-?[\d.]+) (\d+)$/.exec(fields[at]?.toString('latin1') ?? '');
    const modifiedNs = nanoseconds(facts?.[3] ?? '');
    if (!facts || modifiedNs === null) return null;
    drafts.push(
      draft(
        fields[at + 1] ?? endMark,
        gnuKinds[facts[1] ?? ''] ?? 'other',
        Number(facts[2]),
        modifiedNs,
        facts[4] ?? '',
        fields[at + 2],
      ),
    );
  }
  return drafts;
}

/** busybox's and BSD's `stat`: a line each, then the links. */
function fromLines(fields: readonly Buffer[]): Draft[] | null {
  const [lines, ...links] = fields;
  if (lines === undefined) return null;
  const targets = new Map<string, Buffer>();
  for (let at = 0; at + 1 < links.length; at += 2)
    targets.set(links[at]?.toString('latin1') ?? '', links[at + 1] ?? endMark);
  const drafts: Draft[] = [];
  for (const line of lines.toString('latin1').split('\n')) {
    if (line === '') continue;
    const facts = /^(?:0x)?([0-9a-fA-F]{4,}) (\d+) (-?\d+) (\d+) \/([^/]*)\/ \.\/(.+)$/.exec(line);
    if (!facts) continue;
    const seconds = nanoseconds(facts[3] ?? '');
    const fraction = /[.](\d{1,9})/.exec(facts[5] ?? '')?.[1];
    if (seconds === null) continue;
    const modifiedNs = seconds + BigInt((fraction ?? '0').padEnd(9, '0'));
    const kind = modeKinds[(facts[1] ?? '').at(-4)?.toLowerCase() ?? ''] ?? 'other';
    const name = facts[6] ?? '';
    drafts.push(
      draft(
        Buffer.from(name, 'latin1'),
        kind,
        Number(facts[2]),
        modifiedNs,
        facts[4] ?? '',
        targets.get(`./${name}`),
      ),
    );
  }
  return drafts;
}

function draft(
  name: Buffer,
  kind: Kind,
  bytes: number,
  modifiedNs: bigint,
  inode: string,
  target: Buffer | undefined,
): Draft {
  const path = name.toString('utf8');
  const faithful = Buffer.from(path, 'utf8').equals(name);
  return {
    path: faithful ? path : escaped(name),
    // What cannot be named cannot be asked for.
    kind: faithful || kind === 'directory' ? kind : 'other',
    bytes,
    modifiedNs,
    inode,
    target: kind === 'link' ? (target?.toString('utf8') ?? '') : null,
  };
}

const escaped = (name: Buffer): string =>
  [...name]
    .map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`))
    .join('');

/** Paths below the root that are open for writing; null: this system does not tell. */
function openedIn(root: string, fields: readonly Buffer[]): Set<string> | null {
  if (fields[0]?.toString() !== 'known') return null;
  const prefix = root === '/' ? '/' : `${root}/`;
  const open = new Set<string>();
  for (const field of fields.slice(1)) {
    const path = field.toString('utf8');
    if (path.startsWith(prefix)) open.add(path.slice(prefix.length));
  }
  return open;
}

function splitAtNul(bytes: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, from)) {
    fields.push(bytes.subarray(from, at));
    from = at + 1;
  }
  return fields;
}

/** "1700000000.1234567890" as nanoseconds; without a fraction where the system's `date` and `stat` know none. */
function nanoseconds(text: string): bigint | null {
  const match = /^(-?\d{1,12})(?:\.(\d{0,12}))?/.exec(text.trim());
  if (match?.[1] === undefined) return null;
  const fraction = BigInt((match[2] ?? '').slice(0, 9).padEnd(9, '0'));
  const seconds = BigInt(match[1]) * 1_000_000_000n;
  return seconds < 0n ? seconds - fraction : seconds + fraction;
}
