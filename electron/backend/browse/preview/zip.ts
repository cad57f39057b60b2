import { constants, inflateRawSync } from 'node:zlib';
import { Beyond, Cursor } from './cursor.ts';
import { Damaged, TooLarge } from './damaged.ts';
import type { PreviewFile } from './file.ts';

export interface ZipMember {
  name: string;
  /** 0: stored as it is, 8: deflated. */
  method: number;
  packedBytes: number;
  bytes: number;
  headerAt: number;
}

const endSize = 22;
const longestComment = 65_535;
const largestDirectory = 16 * 1024 * 1024;
const portionBytes = 4 * 1024 * 1024;
const unknown32 = 0xffffffff;

/** What a zip's directory lists. Throws Damaged, TooLarge. */
export async function readZip(file: PreviewFile): Promise<ZipMember[]> {
  const tailBytes = Math.min(file.bytes, endSize + longestComment);
  const tail = await file.read(file.bytes - tailBytes, tailBytes);
  const end = await findEnd(file, tail);
  if (end.size > largestDirectory) throw new TooLarge(largestDirectory);
  const parts: Buffer[] = [];
  for (let at = 0; at < end.size; at += portionBytes)
    parts.push(await file.read(end.at + at, Math.min(portionBytes, end.size - at)));
  return readZipDirectory(Buffer.concat(parts), end.shift);
}

/** `shift`: what lies before the zip itself (a program that unpacks it, say). */
async function findEnd(
  file: PreviewFile,
  tail: Buffer,
): Promise<{ at: number; size: number; shift: number }> {
  const tailAt = file.bytes - tail.length;
  for (let at = tail.length - endSize; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== 0x06054b50 || at + endSize + tail.readUInt16LE(at + 20) > tail.length)
      continue;
    let size = tail.readUInt32LE(at + 12);
    let offset = tail.readUInt32LE(at + 16);
    let closingAt = tailAt + at;
    if (at >= 20 && tail.readUInt32LE(at - 20) === 0x07064b50) {
      const long = new Cursor(await file.read(closingAt - 20 - 56, 56));
      if (long.bytes.length < 56 || long.u32() !== 0x06064b50) throw new Damaged('DAMAGED_END');
      long.at = 40;
      size = long.u64();
      offset = long.u64();
      closingAt -= 76;
    } else if (size === unknown32 || offset === unknown32) continue;
    const start = closingAt - size;
    if (start < 0 || start < offset) throw new Damaged('DAMAGED_END_LENGTH');
    return { at: start, size, shift: start - offset };
  }
  throw new Damaged('DAMAGED_NO_END');
}

/** Throws Damaged. */
export function readZipDirectory(bytes: Buffer, shift: number): ZipMember[] {
  const members: ZipMember[] = [];
  const at = new Cursor(bytes);
  try {
    while (at.at + 46 <= bytes.length) {
      if (at.u32() !== 0x02014b50) break;
      at.skip(6);
      const method = at.u16();
      at.skip(8);
      const [packed, size] = [at.u32(), at.u32()];
      const [nameLength, extraLength, commentLength] = [at.u16(), at.u16(), at.u16()];
      at.skip(8);
      const offset = at.u32();
      const name = at.take(nameLength).toString('utf8');
      const long = longSizes(at.take(extraLength), [size, packed, offset]);
      at.skip(commentLength);
      const [full = 0, packedBytes = 0, headerAt = 0] = long;
      members.push({ name, method, packedBytes, bytes: full, headerAt: headerAt + shift });
    }
  } catch (thrown) {
    if (thrown instanceof Beyond) throw new Damaged('DAMAGED_DIRECTORY_CUT');
    throw thrown;
  }
  return members;
}

/** Those that did not fit into 32 bits stand in an extra field. */
function longSizes(extra: Buffer, sizes: number[]): number[] {
  if (!sizes.includes(unknown32)) return sizes;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const field = new Cursor(extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2)));
    return sizes.map((size) => (size === unknown32 ? field.u64() : size));
  }
  return sizes;
}

/** The first bytes of a member, at most so many; unpacked. Throws Damaged. */
export async function memberHead(file: PreviewFile, member: ZipMember, most: number): Promise<Buffer> {
  const header = await file.read(member.headerAt, 30);
  if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50)
    throw new Damaged('DAMAGED_MEMBER_ABSENT', { member: member.name.slice(0, 100) });
  const dataAt = member.headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (member.method === 0) return file.read(dataAt, Math.min(most, member.bytes));
  if (member.method !== 8) throw new Damaged('DAMAGED_MEMBER_PACKING', { member: member.name.slice(0, 100) });
  // Deflate makes things a thousandth at best, so what comes out of this is bounded.
  const packed = await file.read(dataAt, Math.min(most, member.packedBytes));
  try {
    const maxOutputLength = most <= 65_536 ? most * 1100 : most;
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength };
    return inflateRawSync(packed, options).subarray(0, most);
  } catch {
    throw new Damaged('DAMAGED_MEMBER_PACKED', { member: member.name.slice(0, 100) });
  }
}
