import { broken } from '#shared/domain/broken-sentences.ts';
import type { CheckpointVerdict } from '#shared/domain/checkpoint.ts';
import { numberAfter } from '../formats/pickle-words.ts';
import { isRecord, parseJson, readText } from '../formats/read.ts';
import { torchFiles, wordsOfFile } from '../formats/torch-file.ts';
import type { Recognised } from '../recogniser.ts';
import { join, type TreeIndex } from '../tree-index.ts';
import { complete, empty, fileDamaged, fileMissing, notAnnounced, ranksMissing } from '../verdicts.ts';
import { isDcp, judgeDcp } from './torch-dcp.ts';

const tracker = 'latest_checkpointed_iteration.txt';
const iteration = /^iter_(\d{7,15})$/;
const part = /^(?:model|optim|distrib_optim|model_rng|model_optim_rng)\.pt$/;
const rank = /^mp_rank_(\d{2,6})(?:_(\d{3,6}))?(?:_(\d{3,6}))?$/;

/** Megatron: `iter_0000500` with a directory per part of the model, and a file above that names the newest whole one. */
export async function megatron(index: TreeIndex): Promise<Recognised[]> {
  const homes = index.directories().filter((directory) => isHome(index, directory));
  const found = await Promise.all(
    homes.map(async (home) => {
      const said = (await readText(index, join(home, tracker), 64))?.trim() ?? null;
      const names = index
        .directoryNames(home)
        .filter((name) => iteration.test(name) || (name === 'release' && said === 'release'));
      return Promise.all(names.map((name) => judge(index, home, name, said)));
    }),
  );
  return found.flat();
}

const isHome = (index: TreeIndex, directory: string): boolean =>
  index.names(directory).includes(tracker) ||
  index.directoryNames(directory).some((name) => {
    const path = join(directory, name);
    return iteration.test(name) && (isDcp(index, path) || ranksOf(index, path).length > 0);
  });

async function judge(index: TreeIndex, home: string, name: string, said: string | null): Promise<Recognised> {
  const path = join(home, name);
  const digits = iteration.exec(name)?.[1];
  const step = digits === undefined ? null : Number(digits);
  const dcp = isDcp(index, path) ? await judgeDcp(index, path) : null;
  const files = dcp?.files ?? index.below(path);
  const named = said === name || (step !== null && said !== null && Number(said) === step);
  return {
    framework: 'megatron',
    path,
    step,
    order: step,
    files: named ? [...files, join(home, tracker)] : files,
    problem:
      announced(home, step, said) ??
      (dcp ? (dcp.problem ?? (await commonProblem(index, path))) : await partsProblem(index, path)),
    verdict: complete(),
  };
}

/** The tracker is written when all is there: one it has not come to yet is not. */
function announced(home: string, step: number | null, said: string | null): CheckpointVerdict | null {
  const path = join(home, tracker);
  if (said === null) return fileMissing(path);
  if (said === 'release' || step === null) return null;
  return /^\d{1,15}$/.test(said) && Number(said) >= step ? null : notAnnounced(path);
}

/** Beside the parts of a distributed one: what all have in common, and of what kind it is. */
async function commonProblem(index: TreeIndex, path: string): Promise<CheckpointVerdict | null> {
  const [common, kind] = ['common.pt', 'metadata.json'].map((name) => join(path, name));
  if (common === undefined || kind === undefined || index.file(kind) === null) return null;
  const text = await readText(index, kind);
  if (!isRecord(text === null ? null : parseJson(text))) return fileDamaged(kind, broken('BROKEN_JSON'));
  return (await torchFiles(index, [common])).problem;
}

const ranksOf = (index: TreeIndex, path: string): string[] =>
  index.directoryNames(path).filter((name) => rank.test(name));

/** Tensor × pipeline × expert parts, each with the same files. */
async function partsProblem(index: TreeIndex, path: string): Promise<CheckpointVerdict | null> {
  const ranks = ranksOf(index, path);
  if (ranks.length === 0) return empty();
  const numbers = ranks.map((name) => (rank.exec(name) ?? []).slice(1).map((digits) => Number(digits ?? 0)));
  const sizes = [0, 1, 2].map((axis) => Math.max(...numbers.map((each) => each[axis] ?? 0)) + 1);
  const saved = await savedSizes(index, join(path, ranks[0] ?? ''));
  const want = Math.max(
    sizes.reduce((product, size) => product * size, 1),
    saved,
  );
  if (ranks.length < want) return ranksMissing(ranks.length, want);
  const parts = new Set(
    ranks.flatMap((name) => index.names(join(path, name)).filter((file) => part.test(file))),
  );
  if (parts.size === 0) return fileMissing(join(path, `${ranks[0]}/model_optim_rng.pt`));
  const files = ranks.flatMap((name) => [...parts].map((file) => join(join(path, name), file)));
  const missing = files.find((file) => index.file(file) === null);
  return missing === undefined ? (await torchFiles(index, files)).problem : fileMissing(missing);
}

/** Tensor × pipeline parts, as the arguments say that are the first thing in each part; 0 where they do not. */
async function savedSizes(index: TreeIndex, directory: string): Promise<number> {
  const file = index.fileNames(directory).find((name) => name.endsWith('.pt'));
  const words = file === undefined ? [] : await wordsOfFile(index, join(directory, file), 65_536);
  const tensor = numberAfter(words, 'tensor_model_parallel_size');
  const pipeline = numberAfter(words, 'pipeline_model_parallel_size');
  return tensor === undefined || pipeline === undefined ? 0 : Math.min(1_000_000, tensor * pipeline);
}
