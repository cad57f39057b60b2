import { broken } from '#shared/domain/broken-sentences.ts';
import type { CheckpointVerdict } from '#shared/domain/checkpoint.ts';
import { pickleWords, storedParts } from '../formats/pickle-words.ts';
import { readWhole } from '../formats/read.ts';
import { zipProblem } from '../formats/zip.ts';
import type { Recognised } from '../recogniser.ts';
import { stepOfName } from '../steps.ts';
import { join, nameOf, type TreeIndex } from '../tree-index.ts';
import { complete, fileDamaged, fileMissing, fileUnreadable, staleIndex } from '../verdicts.ts';

const part = /^__(\d{1,6})_(\d{1,6})\.distcp$/;
const metadata = '.metadata';
const largestMetadata = 64 * 1024 * 1024;

export interface Dcp {
  /** In the order to copy them: `.metadata` last, as it was written. */
  files: string[];
  problem: CheckpointVerdict | null;
}

export const isDcp = (index: TreeIndex, directory: string): boolean =>
  index.names(directory).some((name) => name === metadata || part.test(name));

/** torch.distributed.checkpoint: a directory of `__R_N.distcp` and `.metadata`, which is renamed into place when all are written. */
export async function torchDcp(index: TreeIndex): Promise<Recognised[]> {
  const found = index.directories().filter((directory) => isDcp(index, directory));
  return Promise.all(
    found.map(async (directory) => {
      const { files, problem } = await judgeDcp(index, directory);
      const named = stepOfName(nameOf(directory === '' ? index.tree.root : directory));
      return { framework: 'torch-dcp', path: directory, ...named, files, problem, verdict: complete() };
    }),
  );
}

/**
 * `.metadata` is a pickle: its words are read (which part holds how many bytes), it is never loaded. One that is older than a
 * part belongs to the save before, in the same directory.
 */
export async function judgeDcp(index: TreeIndex, directory: string): Promise<Dcp> {
  const path = join(directory, metadata);
  const all = index.below(directory).filter((file) => file !== path);
  const entry = index.file(path);
  if (entry === null) return { files: all, problem: fileMissing(path) };
  const files = [...all, path];
  const stale = index.names(directory).some((name) => {
    const one = part.test(name) ? index.file(join(directory, name)) : null;
    return one !== null && one.modifiedNs > entry.modifiedNs;
  });
  if (stale) return { files, problem: staleIndex(path) };
  if (entry.bytes === 0) return { files, problem: fileDamaged(path, broken('BROKEN_EMPTY')) };
  if (entry.bytes > largestMetadata) return { files, problem: await tailsProblem(index, directory) };
  const bytes = await readWhole(index.tree, entry);
  if (bytes === null) return { files, problem: fileUnreadable(path) };
  const words = pickleWords(bytes);
  if (!words.whole) return { files, problem: fileDamaged(path, broken('BROKEN_EARLY')) };
  const listed = storedParts(words.words);
  for (const [name, end] of listed) {
    if (!part.test(name)) continue;
    const stored = index.file(join(directory, name));
    if (stored === null) return { files, problem: fileMissing(join(directory, name)) };
    if (stored.bytes < end)
      return {
        files,
        problem: fileDamaged(stored.path, broken('BROKEN_LISTED', { bytes: stored.bytes, said: end })),
      };
  }
  return { files, problem: listed.size > 0 ? null : await tailsProblem(index, directory) };
}

/** Each part is a row of zips; the last must be whole. */
async function tailsProblem(index: TreeIndex, directory: string): Promise<CheckpointVerdict | null> {
  const parts = index.fileNames(directory).filter((name) => part.test(name));
  if (parts.length === 0) return fileMissing(join(directory, '__0_0.distcp'));
  const judged = await Promise.all(
    parts.map(async (name) => {
      const entry = index.file(join(directory, name));
      const problem = entry === null ? { what: broken('BROKEN_GONE') } : await zipProblem(index, entry, true);
      return problem === null ? null : fileDamaged(join(directory, name), problem.what);
    }),
  );
  return judged.find((problem) => problem !== null) ?? null;
}
