import { constants, gunzipSync } from 'node:zlib';
import type { FilePreview } from '#shared/domain/box-file.ts';
import { textOf } from '../names.ts';
import { Damaged } from './damaged.ts';
import type { PreviewFile } from './file.ts';

type ArchivePreview = Extract<FilePreview, { kind: 'archive' }>;

export const mostNames = 5_000;
/** Members of a tar lie one behind the other: each that is further away costs a question. */
const mostJumps = 60;
const block = 512;
/** So little makes at most some 16 MB. */
const packedBytes = 16 * 1024;

/** Whether a tar begins so: its name for itself, and a sum that is right. */
export function looksLikeTar(head: Buffer): boolean {
  return (
    head.length >= block && head.toString('latin1', 257, 262) === 'ustar' && sumFits(head.subarray(0, block))
  );
}

export async function tarPreview(file: PreviewFile): Promise<ArchivePreview> {
  const names: string[] = [];
  let part = file.head;
  let partAt = 0;
  let at = 0;
  let jumps = 0;
  for (;;) {
    if (names.length >= mostNames) return { kind: 'archive', format: 'tar', names, cut: true };
    if (at - partAt + block > part.length) {
      if (at + block > file.bytes) break;
      if (jumps >= mostJumps) return { kind: 'archive', format: 'tar', names, cut: true };
      jumps += 1;
      // What follows a small member is small too, as a rule.
      part = await file.read(at, Math.min(16_384, file.bytes - at));
      partAt = at;
    }
    const step = readTarHeader(part, at - partAt, names);
    if (step === null) break;
    at += step;
  }
  if (names.length === 0) throw new Damaged('DAMAGED_LISTS_NOTHING');
  return { kind: 'archive', format: 'tar', names, cut: false };
}

/** Adds the member's name; returns how far on the next one is. null: there are no more. Throws Damaged. */
function readTarHeader(bytes: Buffer, at: number, names: string[]): number | null {
  const head = bytes.subarray(at, at + block);
  if (head.length < block || head.every((byte) => byte === 0)) return null;
  if (!sumFits(head)) throw new Damaged('DAMAGED_MEMBER_HEADER');
  const size = tarSize(head.subarray(124, 136));
  const type = String.fromCharCode(head[156] ?? 0);
  // Extended headers: of other members, and of them all.
  if (!'xgLK'.includes(type) || type === '\0') {
    const prefix =
      head.toString('latin1', 257, 263) === 'ustar\0' ? textUpToNul(head.subarray(345, 500)) : '';
    const name = textUpToNul(head.subarray(0, 100));
    names.push(prefix === '' ? name : `${prefix}/${name}`);
  }
  return block + Math.ceil(size / block) * block;
}

function tarSize(field: Buffer): number {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const size = Number(field.readBigUInt64BE(4));
    if (!Number.isSafeInteger(size)) throw new Damaged('DAMAGED_MEMBER_LARGE');
    return size;
  }
  const size = Number.parseInt(textUpToNul(field).trim() || '0', 8);
  if (!Number.isSafeInteger(size) || size < 0) throw new Damaged('DAMAGED_MEMBER_NO_SIZE');
  return size;
}

function sumFits(head: Buffer): boolean {
  const said = Number.parseInt(textUpToNul(head.subarray(148, 156)).trim(), 8);
  let sum = 8 * 0x20;
  for (let at = 0; at < block; at += 1) if (at < 148 || at >= 156) sum += head[at] ?? 0;
  return said === sum;
}

function textUpToNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return textOf(end < 0 ? bytes : bytes.subarray(0, end));
}

/** A packed tar by its first members, or what one packed file was called. Throws Damaged. */
export async function gzipPreview(file: PreviewFile): Promise<ArchivePreview> {
  let unpacked: Buffer;
  try {
    unpacked = gunzipSync(file.head.subarray(0, packedBytes), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: packedBytes * 1100,
    });
  } catch {
    throw new Damaged('DAMAGED_PACKED');
  }
  if (!looksLikeTar(unpacked))
    return { kind: 'archive', format: 'gzip', names: [packedName(file)], cut: false };
  const names: string[] = [];
  const isWhole = file.bytes <= packedBytes;
  for (let at = 0; at + block <= unpacked.length && names.length < mostNames; ) {
    const step = readTarHeader(unpacked, at, names);
    if (step === null) return { kind: 'archive', format: 'tar', names, cut: false };
    at += step;
  }
  return { kind: 'archive', format: 'tar', names, cut: !isWhole || names.length >= mostNames };
}

/** As the header has it, else the file's own without its ending. */
function packedName({ head, name }: PreviewFile): string {
  const flags = head[3] ?? 0;
  let at = 10;
  if (flags & 4) at += 2 + (head.length >= 12 ? head.readUInt16LE(10) : 0);
  const own = flags & 8 ? textUpToNul(head.subarray(at, at + 1024)) : '';
  return own !== '' ? own : name.replace(/\.gz$/i, '');
}
