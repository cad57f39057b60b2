import { broken } from '#shared/domain/broken-sentences.ts';
import type { CheckpointVerdict } from '#shared/domain/checkpoint.ts';
import type { TreeIndex } from '../tree-index.ts';
import { fileDamaged, fileMissing, fileUnreadable } from '../verdicts.ts';
import { readExactly } from './read.ts';

const signature = Buffer.from('894844460d0a1a0a', 'hex');

/** Whether an HDF5 file is as long as its superblock says. */
export async function hdf5Problem(index: TreeIndex, path: string): Promise<CheckpointVerdict | null> {
  const entry = index.file(path);
  if (entry === null) return fileMissing(path);
  if (entry.bytes < 48) return fileDamaged(path, broken('BROKEN_ONLY', { bytes: entry.bytes }));
  const head = await readExactly(index.tree, entry, 0, 48);
  if (head === null) return fileUnreadable(path);
  if (!head.subarray(0, 8).equals(signature)) return fileDamaged(path, broken('BROKEN_NO_HDF5'));
  const version = head.readUInt8(8);
  const end = Number(head.readBigUInt64LE(version >= 2 ? 28 : 40));
  return end === entry.bytes
    ? null
    : fileDamaged(path, broken('BROKEN_LENGTH', { bytes: entry.bytes, said: end }));
}
