import { broken } from '#shared/domain/broken-sentences.ts';
import type { CheckpointVerdict } from '#shared/domain/checkpoint.ts';
import type { TreeEntry } from '../interface.ts';
import type { TreeIndex } from '../tree-index.ts';
import { fileDamaged, fileMissing, fileUnreadable, leadsOut } from '../verdicts.ts';
import { pickleWords, type Word } from './pickle-words.ts';
import { readExactly } from './read.ts';
import { zipProblem } from './zip.ts';

/** Pickle protocol 2, then torch's magic number: how files were written before 1.6. They end without a mark. */
const legacyStart = Buffer.from('80028a0a6cfc9c46f9206aa85019', 'hex');
const zipStart = Buffer.from('PK\x03\x04', 'latin1');

export interface TorchFile {
  problem: CheckpointVerdict | null;
  /** Of the old format, or a bare pickle: its end cannot be told. */
  endless: boolean;
}

/** Judges a file that `torch.save` (or `pickle`) wrote, by its first and last bytes. */
export async function torchFile(index: TreeIndex, path: string): Promise<TorchFile> {
  const bad = (problem: CheckpointVerdict): TorchFile => ({ problem, endless: false });
  const entry = index.file(path);
  if (entry === null) return bad(index.entry(path)?.kind === 'link' ? leadsOut(path) : fileMissing(path));
  if (entry.bytes === 0) return bad(fileDamaged(path, broken('BROKEN_EMPTY')));
  const start = await startOf(index, entry);
  if (start === null) return bad(fileUnreadable(path));
  if (start.subarray(0, 4).equals(zipStart)) {
    const problem = await zipProblem(index, entry);
    return { problem: problem === null ? null : fileDamaged(path, problem.what), endless: false };
  }
  return { problem: await pickleProblem(index, entry, start), endless: true };
}

/** The same for several, which are read together. The first problem counts. */
export async function torchFiles(index: TreeIndex, paths: readonly string[]): Promise<TorchFile> {
  const judged = await Promise.all(paths.map((path) => torchFile(index, path)));
  return {
    problem: judged.find(({ problem }) => problem !== null)?.problem ?? null,
    endless: judged.some(({ endless }) => endless),
  };
}

export const isTorchZip = (start: Buffer): boolean => start.subarray(0, 4).equals(zipStart);
export const isLegacyTorch = (start: Buffer): boolean =>
  start.subarray(0, legacyStart.length).equals(legacyStart);

export const startOf = (index: TreeIndex, entry: TreeEntry, length = 16): Promise<Buffer | null> =>
  readExactly(index.tree, entry, 0, Math.min(length, entry.bytes));

/** A pickle begins with its protocol and, unless raw data follows it as in torch's old format, ends with a full stop. */
async function pickleProblem(
  index: TreeIndex,
  entry: TreeEntry,
  start: Buffer,
): Promise<CheckpointVerdict | null> {
  if (isLegacyTorch(start)) return null;
  const protocol = start[1] ?? 0;
  if (start[0] !== 0x80 || protocol < 2 || protocol > 5)
    return fileDamaged(entry.path, broken('BROKEN_START'));
  const last = await readExactly(index.tree, entry, entry.bytes - 1, 1);
  return last?.[0] === 0x2e ? null : fileDamaged(entry.path, broken('BROKEN_END_MISSING'));
}

const localHeaderSize = 30;

/**
 * The words of a torch file's `data.pkl`, as far as they lie in its first bytes: it is the first file in the zip, and stored as
 * it is. Empty for anything else.
 */
export function wordsOfHead(head: Buffer): readonly Word[] {
  if (!isTorchZip(head) || head.length < localHeaderSize) return [];
  const nameLength = head.readUInt16LE(26);
  const name = head.toString('latin1', localHeaderSize, localHeaderSize + nameLength);
  const at = localHeaderSize + nameLength + head.readUInt16LE(28);
  return name.endsWith('/data.pkl') && at < head.length ? pickleWords(head.subarray(at)).words : [];
}

/** The same of a file, by so many of its first bytes. */
export async function wordsOfFile(index: TreeIndex, path: string, length: number): Promise<readonly Word[]> {
  const entry = index.file(path);
  const head = entry === null || entry.bytes === 0 ? null : await startOf(index, entry, length);
  return head === null ? [] : wordsOfHead(head);
}
