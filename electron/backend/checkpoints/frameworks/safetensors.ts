import { broken } from '#shared/domain/broken-sentences.ts';
import { safetensorsProblem, shardsOfIndex } from '../formats/safetensors.ts';
import type { Recognised } from '../recogniser.ts';
import { stepOfName } from '../steps.ts';
import { directoryOf, nameOf, type TreeIndex } from '../tree-index.ts';
import { complete, fileDamaged } from '../verdicts.ts';

const shard = /-\d{5}-of-\d{5}\.safetensors$/;

/** Files of safetensors, alone or as the shards of an index. */
export async function safetensors(index: TreeIndex): Promise<Recognised[]> {
  const paths = index.tree.entries.filter(({ kind }) => kind === 'file').map(({ path }) => path);
  const indexes = paths.filter((path) => path.endsWith('.safetensors.index.json'));
  const sharded = await Promise.all(indexes.map((path) => ofIndex(index, path)));
  const taken = new Set(sharded.flatMap(({ files }) => files));
  const single = paths.filter((path) => path.endsWith('.safetensors') && !taken.has(path));
  return [...sharded, ...(await Promise.all(index.newest(single).map((path) => ofFile(index, path))))];
}

/** Called by the directory that it fills, whose name may tell the step. */
async function ofIndex(index: TreeIndex, path: string): Promise<Recognised> {
  const directory = directoryOf(path);
  const shards = await shardsOfIndex(index, path);
  const problems = await Promise.all((shards ?? []).map((each) => safetensorsProblem(index, each)));
  return {
    framework: 'safetensors',
    path,
    ...stepOfName(nameOf(directory === '' ? index.tree.root : directory)),
    files: [...(shards ?? []), path],
    problem:
      shards === null
        ? fileDamaged(path, broken('BROKEN_INDEX'))
        : (problems.find((problem) => problem !== null) ?? null),
    verdict: complete(),
  };
}

async function ofFile(index: TreeIndex, path: string): Promise<Recognised> {
  const problem = await safetensorsProblem(index, path);
  const directory = directoryOf(path);
  const own = stepOfName(nameOf(path));
  const named = own.order === null ? stepOfName(nameOf(directory === '' ? index.tree.root : directory)) : own;
  return {
    framework: 'safetensors',
    path,
    ...named,
    files: [path],
    problem: shard.test(path) && problem === null ? fileDamaged(path, broken('BROKEN_NO_INDEX')) : problem,
    verdict: complete(),
  };
}
