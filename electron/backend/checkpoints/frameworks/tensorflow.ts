import { broken } from '#shared/domain/broken-sentences.ts';
import type { CheckpointVerdict } from '#shared/domain/checkpoint.ts';
import { readText } from '../formats/read.ts';
import { bundleProblem } from '../formats/tensor-bundle.ts';
import type { Recognised } from '../recogniser.ts';
import { stepOfName } from '../steps.ts';
import { directoryOf, join, nameOf, naturally, type TreeIndex } from '../tree-index.ts';
import { complete, fileDamaged, fileMissing } from '../verdicts.ts';

const data = /^(.+)\.data-(\d{5})-of-(\d{5})$/;
const tracker = 'checkpoint';

/** TensorFlow: `NAME.index`, written last, and `NAME.data-I-of-N`; `checkpoint` names the newest. */
export async function tensorflow(index: TreeIndex): Promise<Recognised[]> {
  const prefixes = new Map<string, Set<number>>();
  for (const { path, kind } of index.tree.entries) {
    const match = kind === 'file' ? data.exec(nameOf(path)) : null;
    if (!match?.[1]) continue;
    const prefix = join(directoryOf(path), match[1]);
    prefixes.set(prefix, (prefixes.get(prefix) ?? new Set()).add(Number(match[3])));
  }
  for (const { path, kind } of index.tree.entries) {
    const prefix = path.replace(/\.index$/, '');
    if (kind !== 'file' || prefix === path || prefixes.has(prefix)) continue;
    if (index.names(directoryOf(path)).includes(tracker)) prefixes.set(prefix, new Set());
  }
  const trackers = new Map<string, string | null>();
  for (const directory of new Set([...prefixes.keys()].map(directoryOf)))
    trackers.set(directory, await readText(index, join(directory, tracker), 1024 * 1024));
  return Promise.all(
    [...prefixes].map(([prefix, counts]) =>
      judge(index, prefix, [...counts], trackers.get(directoryOf(prefix)) ?? null),
    ),
  );
}

async function judge(
  index: TreeIndex,
  prefix: string,
  counts: readonly number[],
  said: string | null,
): Promise<Recognised> {
  const count = Math.max(0, ...counts);
  const pad = (shard: number) => String(shard).padStart(5, '0');
  const shards = Array.from({ length: count }, (_shard, at) => `${prefix}.data-${pad(at)}-of-${pad(count)}`);
  const newest = said === null ? undefined : /^model_checkpoint_path:\s*"([^"\n]*)"/m.exec(said)?.[1];
  const named = newest !== undefined && nameOf(newest) === nameOf(prefix);
  const files = [...shards, `${prefix}.index`];
  return {
    framework: 'tensorflow',
    path: prefix,
    ...stepOfName(nameOf(prefix)),
    files: named ? [...files, join(directoryOf(prefix), tracker)] : files,
    problem: await problemOf(index, prefix, shards, counts),
    verdict: complete(),
  };
}

async function problemOf(
  index: TreeIndex,
  prefix: string,
  shards: readonly string[],
  counts: readonly number[],
): Promise<CheckpointVerdict | null> {
  const path = `${prefix}.index`;
  if (index.file(path) === null) return fileMissing(path);
  if (counts.length === 0) return fileMissing(`${prefix}.data-00000-of-00001`);
  if (counts.length > 1) {
    const other = index
      .names(directoryOf(prefix))
      .filter((name) => data.test(name))
      .sort(naturally)[0];
    return fileDamaged(join(directoryOf(prefix), other ?? ''), broken('BROKEN_OTHER_SAVE'));
  }
  const missing = shards.find((shard) => index.file(shard) === null);
  return missing === undefined ? bundleProblem(index, path, shards) : fileMissing(missing);
}
