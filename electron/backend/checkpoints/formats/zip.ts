import type { Told } from '#shared/domain/because.ts';
import { broken } from '#shared/domain/broken-sentences.ts';
import type { TreeEntry } from '../interface.ts';
import type { TreeIndex } from '../tree-index.ts';
import { readExactly } from './read.ts';

const endSize = 22;
const endMark = 0x06054b50;
const locatorSize = 20;
const locatorMark = 0x07064b50;
const end64Size = 56;
const end64Mark = 0x06064b50;
const directoryMark = 0x02014b50;
const unknown32 = 0xffffffff;

/** Where a zip's directory lies, counted from the zip's own start. */
export interface ZipEnd {
  directoryOffset: number;
  directorySize: number;
  /** Where the directory ends and the closing records begin, in the bytes that were given. */
  closingAt: number;
}

/** Reads the closing records in the last bytes of a zip without a comment; null: they are not there. */
export function zipEnd(tail: Buffer): ZipEnd | null {
  const at = tail.length - endSize;
  if (at < 0 || tail.readUInt32LE(at) !== endMark) return null;
  if (tail.readUInt16LE(at + 20) !== 0 || tail.readUInt16LE(at + 10) === 0) return null;
  const directorySize = tail.readUInt32LE(at + 12);
  const directoryOffset = tail.readUInt32LE(at + 16);
  const locator = at - locatorSize;
  const has64 = locator >= end64Size && tail.readUInt32LE(locator) === locatorMark;
  if (!has64) {
    if (directorySize === unknown32 || directoryOffset === unknown32) return null;
    return { directoryOffset, directorySize, closingAt: at };
  }
  const end64 = locator - end64Size;
  if (tail.readUInt32LE(end64) !== end64Mark) return null;
  return {
    directorySize: Number(tail.readBigUInt64LE(end64 + 40)),
    directoryOffset: Number(tail.readBigUInt64LE(end64 + 48)),
    closingAt: end64,
  };
}

const tailSize = endSize + locatorSize + end64Size;

/**
 * What keeps a file from being one whole zip, in words; null: it is whole, as far as its first bytes, its directory's place
 * and its closing records tell. `stream`: several in one file (as DCP writes them), of which the last is looked at.
 */
export async function zipProblem(
  index: TreeIndex,
  entry: TreeEntry,
  stream = false,
): Promise<{ what: Told } | null> {
  if (entry.bytes < tailSize) return { what: broken('BROKEN_ONLY', { bytes: entry.bytes }) };
  const tail = await readExactly(index.tree, entry, entry.bytes - tailSize, tailSize);
  if (tail === null) return { what: broken('BROKEN_END_UNREADABLE') };
  const end = zipEnd(tail);
  if (end === null) return { what: broken('BROKEN_END_MISSING') };
  const closingAt = entry.bytes - tailSize + end.closingAt;
  const directoryAt = closingAt - end.directorySize;
  const startAt = directoryAt - end.directoryOffset;
  if (directoryAt < 0 || startAt < 0 || (!stream && startAt !== 0))
    return { what: broken('BROKEN_END_LENGTH') };
  const mark = await readExactly(index.tree, entry, directoryAt, 4);
  return mark?.readUInt32LE(0) === directoryMark ? null : { what: broken('BROKEN_DIRECTORY') };
}
