import type { CheckpointFramework } from '#shared/domain/checkpoint.ts';
import { accelerate } from './frameworks/accelerate.ts';
import { deepspeed } from './frameworks/deepspeed.ts';
import { huggingface } from './frameworks/huggingface.ts';
import { keras } from './frameworks/keras.ts';
import { lightning } from './frameworks/lightning.ts';
import { megatron } from './frameworks/megatron.ts';
import { nemo } from './frameworks/nemo.ts';
import { orbax } from './frameworks/orbax.ts';
import { type OwnWay, own } from './frameworks/own.ts';
import { safetensors } from './frameworks/safetensors.ts';
import { tensorflow } from './frameworks/tensorflow.ts';
import { torch } from './frameworks/torch.ts';
import { torchDcp } from './frameworks/torch-dcp.ts';
import type { CheckpointTree } from './interface.ts';
import type { Recognised, Recogniser } from './recogniser.ts';
import { naturally, TreeIndex } from './tree-index.ts';

/** The most particular first: what one has claimed the others leave alone (DeepSpeed's parts in a Trainer's checkpoint). */
const recognisers: readonly { framework: CheckpointFramework; find: Recogniser }[] = [
  { framework: 'huggingface', find: huggingface },
  { framework: 'megatron', find: megatron },
  { framework: 'nemo', find: nemo },
  { framework: 'accelerate', find: accelerate },
  { framework: 'lightning', find: lightning },
  { framework: 'orbax', find: orbax },
  { framework: 'tensorflow', find: tensorflow },
  { framework: 'keras', find: keras },
  { framework: 'deepspeed', find: deepspeed },
  { framework: 'torch-dcp', find: torchDcp },
  { framework: 'safetensors', find: safetensors },
  { framework: 'torch', find: torch },
];

/**
 * The checkpoints in a tree, the newest last, judged by marker and structure. `framework` null: found out. `way`: with `own`,
 * what the user says finds them; by default everything at the top.
 */
export async function recognise(
  tree: CheckpointTree,
  framework: CheckpointFramework | null,
  way: OwnWay = { pattern: '*' },
): Promise<Recognised[]> {
  const index = new TreeIndex(tree);
  const found: Recognised[] = [];
  if (framework === 'own') found.push(...(await own(index, way)));
  for (const recogniser of recognisers) {
    if (framework !== null && recogniser.framework !== framework) continue;
    const claimed = new Claims(found);
    for (const one of await recogniser.find(index)) if (!claimed.holds(one)) found.push(one);
  }
  const links = linksTo(index);
  const here = found.map((one) => ({ ...one, files: presentOf(index, links, one) }));
  return inOrder(index, here);
}

/** What earlier recognisers took. A checkpoint that is the root itself takes its files only. */
class Claims {
  readonly #directories: Set<string>;
  readonly #files: Set<string>;

  constructor(found: readonly Recognised[]) {
    this.#directories = new Set(found.map(({ path }) => path).filter((path) => path !== ''));
    this.#files = new Set(found.flatMap(({ files }) => files));
  }

  holds({ path, files }: Recognised): boolean {
    if (this.#files.has(path) || this.#directories.has(path)) return true;
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      if (this.#directories.has(path.slice(0, at))) return true;
    return files.some((file) => this.#files.has(file) && file !== path) && path !== '';
  }
}

/** Links by what they lead to within the tree. */
function linksTo(index: TreeIndex): Map<string, string[]> {
  const links = new Map<string, string[]>();
  for (const { kind, path } of index.tree.entries) {
    const target = kind === 'link' ? index.resolve(path)?.path : undefined;
    if (target !== undefined) links.set(target, [...(links.get(target) ?? []), path]);
  }
  return links;
}

/** Its files that are there, once each, and last of all the links that lead to it ("last.ckpt"). */
const presentOf = (
  index: TreeIndex,
  links: ReadonlyMap<string, string[]>,
  { path, files }: Recognised,
): string[] => [
  ...new Set([...files.filter((file) => index.entry(file) !== undefined), ...(links.get(path) ?? [])]),
];

/** By step where all tell one, else by when they were written. */
function inOrder(index: TreeIndex, found: Recognised[]): Recognised[] {
  const newest = new Map(found.map((one) => [one, newestOf(index, one)]));
  const byOrder = found.every(({ order }) => order !== null);
  return found.sort((one, other) => {
    const [a, b] = [newest.get(one) ?? 0n, newest.get(other) ?? 0n];
    const time = a < b ? -1 : a > b ? 1 : 0;
    const order = (one.order ?? 0) - (other.order ?? 0);
    return (byOrder ? order || time : time || order) || naturally(one.path, other.path);
  });
}

export function newestOf(index: TreeIndex, { files }: Pick<Recognised, 'files'>): bigint {
  let newest = 0n;
  for (const file of files) {
    const at = index.entry(file)?.modifiedNs ?? 0n;
    if (at > newest) newest = at;
  }
  return newest;
}
