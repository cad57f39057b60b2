import { broken } from '#shared/domain/broken-sentences.ts';
import type { CheckpointVerdict } from '#shared/domain/checkpoint.ts';
import { safetensorsProblem, shardsOfIndex } from '../formats/safetensors.ts';
import { torchFile } from '../formats/torch-file.ts';
import { join, type TreeIndex } from '../tree-index.ts';
import { fileDamaged } from '../verdicts.ts';

/** A model as Transformers, Accelerate and PEFT save it in a directory. */
export interface Weights {
  /** Empty: there is none. */
  files: string[];
  problem: CheckpointVerdict | null;
  endless: boolean;
}

const whole = ['model.safetensors', 'pytorch_model.bin', 'adapter_model.safetensors', 'adapter_model.bin'];
const sharded =
  /^(?:model|pytorch_model|adapter_model)(?:_\d+)?(?:\.\w+)?\.(?:safetensors|bin)\.index\.json$/;
const numbered = /^(?:model|pytorch_model)_\d+\.(?:safetensors|bin)$/;
const shard = /^(?:model|pytorch_model|adapter_model).*-\d{5}-of-\d{5}\.(?:safetensors|bin)$/;

/** Whole or sharded, in safetensors or torch's format; shards without an index are a save cut off. */
export async function weightsIn(index: TreeIndex, directory: string): Promise<Weights> {
  const names = index.names(directory);
  const indexes = names.filter((name) => sharded.test(name)).map((name) => join(directory, name));
  const shards: string[] = [];
  for (const path of indexes) {
    const listed = await shardsOfIndex(index, path);
    if (listed === null) return bad([path], fileDamaged(path, broken('BROKEN_INDEX')));
    shards.push(...listed);
  }
  const singles = names
    .filter((name) => whole.includes(name) || numbered.test(name))
    .map((name) => join(directory, name));
  const loose = names.filter((name) => shard.test(name)).map((name) => join(directory, name));
  const [stray] = loose.filter((path) => !shards.includes(path));
  if (stray !== undefined && singles.length === 0 && indexes.length === 0)
    return bad(loose, fileDamaged(stray, broken('BROKEN_NO_INDEX')));
  const files = [...new Set([...singles, ...shards])];
  const judged = await Promise.all(
    files.map(async (path) =>
      path.endsWith('.safetensors')
        ? { problem: await safetensorsProblem(index, path), endless: false }
        : torchFile(index, path),
    ),
  );
  return {
    files: [...files, ...indexes],
    problem: judged.find(({ problem }) => problem !== null)?.problem ?? null,
    endless: judged.some(({ endless }) => endless),
  };
}

const bad = (files: string[], problem: CheckpointVerdict): Weights => ({ files, problem, endless: false });
