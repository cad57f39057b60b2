import type { CheckpointVerdict } from '#shared/domain/checkpoint.ts';
import { numberAfter } from '../formats/pickle-words.ts';
import { torchFiles, wordsOfFile } from '../formats/torch-file.ts';
import type { Recognised } from '../recogniser.ts';
import { type NamedStep, stepOfName } from '../steps.ts';
import { directoryOf, join, nameOf, type TreeIndex } from '../tree-index.ts';
import { complete, fileMissing, ranksMissing } from '../verdicts.ts';
import { isDeepspeed, judgeDeepspeed } from './deepspeed.ts';
import { restedFor } from './huggingface.ts';
import { isDcp, judgeDcp } from './torch-dcp.ts';
import { weightsIn } from './weights.ts';

const random = /^random_states_(\d{1,6})\.pkl$/;
const counted = /^checkpoint_(\d{1,15})$/;
const torchParts =
  /^(?:optimizer|scheduler|sampler|dl_state_dict|scaler|random_states|custom_checkpoint)(?:_\d+)?\.(?:bin|pt|pkl)$/;

/** Accelerate's save_state: model, optimizers, schedulers, and at the end the random states of each process. */
export async function accelerate(index: TreeIndex): Promise<Recognised[]> {
  const homes = index.directories().filter((directory) => isAccelerates(index, directory));
  return Promise.all(homes.map((directory) => judge(index, directory, homes)));
}

const ownName = (index: TreeIndex, directory: string): string =>
  nameOf(directory === '' ? index.tree.root : directory);

const isAccelerates = (index: TreeIndex, directory: string): boolean =>
  index.names(directory).some((name) => random.test(name)) ||
  (counted.test(ownName(index, directory)) &&
    index.names(directory).some((name) => name === 'optimizer.bin' || name === 'model.safetensors'));

async function judge(index: TreeIndex, directory: string, all: readonly string[]): Promise<Recognised> {
  return {
    framework: 'accelerate',
    path: directory,
    ...(await stepOf(index, directory)),
    files: index.below(directory),
    problem: (await partsProblem(index, directory)) ?? siblingProblem(index, directory, all),
    verdict: complete(),
  };
}

/** `checkpoint_3` is the fourth save, not step 3. The random states tell how many steps were accumulated, where it counted them. */
async function stepOf(index: TreeIndex, directory: string): Promise<NamedStep> {
  const name = ownName(index, directory);
  const count = counted.exec(name)?.[1];
  if (count === undefined) return stepOfName(name);
  const words = await wordsOfFile(index, join(directory, 'random_states_0.pkl'), 1024);
  const step = numberAfter(words, 'step');
  return { step: step !== undefined && step > 0 ? step : null, order: Number(count) };
}

async function partsProblem(index: TreeIndex, directory: string): Promise<CheckpointVerdict | null> {
  const names = index.fileNames(directory);
  const at = (name: string) => join(directory, name);
  const folders = index.directoryNames(directory);
  const zero = folders.filter((name) => isDeepspeed(index, at(name)));
  const dcp = folders.filter((name) => isDcp(index, at(name)));
  const [weights, inZero, inDcp, inTorch] = await Promise.all([
    weightsIn(index, directory),
    Promise.all(zero.map((name) => judgeDeepspeed(index, at(name)))),
    Promise.all(dcp.map((name) => judgeDcp(index, at(name)))),
    torchFiles(index, names.filter((name) => torchParts.test(name)).map(at)),
  ]);
  const elsewhere = zero.length > 0 || dcp.length > 0;
  const problems = [
    ...[...inZero, ...inDcp].map(({ problem }) => problem),
    weights.files.length > 0 || elsewhere || names.includes('pytorch_model_fsdp.bin')
      ? weights.problem
      : fileMissing(at('model.safetensors')),
    inTorch.problem,
    elsewhere || names.some((name) => /^optimizer(?:_\d+)?\.bin$/.test(name))
      ? null
      : fileMissing(at('optimizer.bin')),
    gapProblem(names, directory),
  ];
  return problems.find((problem) => problem !== null) ?? null;
}

/** One file of random states per process, and no number left out. */
function gapProblem(names: readonly string[], directory: string): CheckpointVerdict | null {
  const ranks = names.flatMap((name) => {
    const rank = random.exec(name)?.[1];
    return rank === undefined ? [] : [Number(rank)];
  });
  if (ranks.length === 0) return fileMissing(join(directory, 'random_states_0.pkl'));
  const want = Math.max(...ranks) + 1;
  return ranks.length < want ? ranksMissing(ranks.length, want) : null;
}

/** What the save before has, this one has too: schedulers, samplers, objects of the user's own, further processes. */
function siblingProblem(
  index: TreeIndex,
  directory: string,
  all: readonly string[],
): CheckpointVerdict | null {
  const beside = all.filter((other) => directoryOf(other) === directoryOf(directory) && other !== directory);
  const own = new Set(index.fileNames(directory));
  for (const other of beside) {
    if (index.fileNames(other).length < own.size) continue;
    const missing = index.fileNames(other).find((name) => torchParts.test(name) && !own.has(name));
    if (missing === undefined) continue;
    // With fewer processes than before it is whole, too: believed once nothing has come for a minute.
    if (random.test(missing) && restedFor(index, directory) >= 60) continue;
    return fileMissing(join(directory, missing));
  }
  return null;
}
