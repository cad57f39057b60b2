import { numberAfter } from '../formats/pickle-words.ts';
import { isLegacyTorch, isTorchZip, startOf, torchFile, wordsOfHead } from '../formats/torch-file.ts';
import type { Recognised } from '../recogniser.ts';
import { stepOfName } from '../steps.ts';
import { join, nameOf, type TreeIndex } from '../tree-index.ts';
import { complete, completeByStability } from '../verdicts.ts';

const ours = /\.(?:pt|pth|ckpt|pth\.tar|pt\.tar|pkl|bin)$/i;
/** Named like torch's, but by others and for something else. */
const others = /^(?:training_args|tokenizer)\b/;
/** How much of a file's beginning may tell its step. */
const headSize = 65_536;

/** Files of `torch.save` that belong to no framework's directory. */
export async function torch(index: TreeIndex): Promise<Recognised[]> {
  const paths = index
    .directories()
    .flatMap((directory) => index.fileNames(directory).map((name) => join(directory, name)))
    .filter((path) => ours.test(path) && !others.test(nameOf(path)));
  const found = await Promise.all(index.newest(paths).map((path) => judge(index, path)));
  return found.filter((one) => one !== null);
}

async function judge(index: TreeIndex, path: string): Promise<Recognised | null> {
  const entry = index.file(path);
  if (entry === null || index.entry(path)?.kind === 'link') return null;
  const head = entry.bytes === 0 ? Buffer.alloc(0) : await startOf(index, entry, headSize);
  const certain = head !== null && (isTorchZip(head) || isLegacyTorch(head));
  // Many things end in .bin and .pkl.
  if (/\.(?:bin|pkl)$/i.test(path) && !certain) return null;
  const { problem, endless } = await torchFile(index, path);
  const named = stepOfName(nameOf(path));
  const step = named.step ?? (head === null ? null : stepWithin(head));
  return {
    framework: 'torch',
    path,
    step,
    order: step ?? named.order,
    files: [path],
    problem,
    verdict: endless ? completeByStability() : complete(),
  };
}

/**
 * The step that a checkpoint tells of itself: the words of its pickle are read, it is not loaded.
 */
export function stepWithin(head: Buffer): number | null {
  const words = wordsOfHead(head);
  for (const key of ['global_step', 'step', 'iteration', 'iter', 'num_updates']) {
    const value = numberAfter(words, key);
    if (value !== undefined && Number.isSafeInteger(value) && value >= 0) return value;
  }
  return null;
}
