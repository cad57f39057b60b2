import type { TreeEntry } from '../snapshot/types.ts';

/**
 * Tar archives as GNU tar writes them (long names in `L` and `K` members): what GNU, busybox, toybox and BSD tar all
 * read. The same entries give the same bytes, so that an interrupted transfer can go on where it stopped.
 */
export interface Member {
  name: string;
  type: '0' | '2' | '5';
  mode: number;
  size: number;
  mtimeMs: number;
  target: string;
}

export const blockBytes = 512;
export const endOfArchive = Buffer.alloc(2 * blockBytes);
const longName = 99;

export function memberOf(entry: TreeEntry): Member {
  const { path: name, kind } = entry;
  if (kind === 'file')
    return { name, type: '0', mode: entry.mode, size: entry.size, mtimeMs: entry.mtimeMs, target: '' };
  if (kind === 'link') return { name, type: '2', mode: 0o777, size: 0, mtimeMs: 0, target: entry.target };
  return { name: `${name}/`, type: '5', mode: entry.mode, size: 0, mtimeMs: 0, target: '' };
}

/** What stands before a member's content: its header, and members that hold its name and target where they are long. */
export function headerOf(member: Member): Buffer {
  const name = Buffer.from(member.name);
  const target = Buffer.from(member.target);
  const blocks: Buffer[] = [];
  if (target.length > longName) blocks.push(longMember('K', target));
  if (name.length > longName) blocks.push(longMember('L', name));
  blocks.push(header(name, member, target));
  return blocks.length === 1 ? (blocks[0] ?? Buffer.alloc(0)) : Buffer.concat(blocks);
}

/** Zeros that fill a member's content up to whole blocks. */
export const paddingOf = (size: number): Buffer =>
  endOfArchive.subarray(0, (blockBytes - (size % blockBytes)) % blockBytes);

/** Bytes of the whole archive. */
export function archiveBytes(members: readonly Member[]): number {
  const padded = (size: number) => Math.ceil(size / blockBytes) * blockBytes;
  const long = (text: string) => {
    const bytes = Buffer.byteLength(text);
    return bytes > longName ? blockBytes + padded(bytes + 1) : 0;
  };
  return members.reduce(
    (sum, { name, target, size }) => sum + long(name) + long(target) + blockBytes + padded(size),
    endOfArchive.length,
  );
}

/** A whole archive of small things that are in memory. */
export function archiveOf(files: readonly { name: string; content: Buffer }[]): Buffer {
  const parts = files.flatMap(({ name, content }) => [
    headerOf({ name, type: '0', mode: 0o600, size: content.length, mtimeMs: 0, target: '' }),
    content,
    paddingOf(content.length),
  ]);
  return Buffer.concat([...parts, endOfArchive]);
}

function longMember(type: 'L' | 'K', text: Buffer): Buffer {
  const content = Buffer.concat([text, Buffer.alloc(1)]);
  const about = { mode: 0o644, size: content.length, mtimeMs: 0, type };
  return Buffer.concat([
    header(Buffer.from('././@LongLink'), about, Buffer.alloc(0)),
    content,
    paddingOf(content.length),
  ]);
}

function header(
  name: Buffer,
  { type, mode, size, mtimeMs }: { type: string; mode: number; size: number; mtimeMs: number },
  target: Buffer,
): Buffer {
  const block = Buffer.alloc(blockBytes);
  name.copy(block, 0, 0, longName);
  block.write(octal(mode, 7), 100, 'latin1');
  block.write(octal(0, 7), 108, 'latin1');
  block.write(octal(0, 7), 116, 'latin1');
  writeSize(block, size);
  block.write(octal(Math.max(0, Math.min(Math.floor(mtimeMs / 1000), 0o77777777777)), 11), 136, 'latin1');
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  target.copy(block, 157, 0, longName);
  block.write('ustar  \0', 257, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return block;
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

/** Up to 8 GiB in octal, beyond that in base 256 with the top bit set. */
function writeSize(block: Buffer, size: number): void {
  if (size <= 0o77777777777) block.write(octal(size, 11), 124, 'latin1');
  else {
    block.writeUInt32BE(0x80000000, 124);
    block.writeBigUInt64BE(BigInt(size), 128);
  }
}
