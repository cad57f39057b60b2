import { broken } from '#shared/domain/broken-sentences.ts';
import type { CheckpointVerdict } from '#shared/domain/checkpoint.ts';
import { isRecord, parseJson, readExactly, readText } from '../formats/read.ts';
import { torchFiles } from '../formats/torch-file.ts';
import type { Recognised } from '../recogniser.ts';
import { join, nameOf, type TreeIndex } from '../tree-index.ts';
import {
  complete,
  completeModelOnly,
  fileDamaged,
  fileMissing,
  fileUnreadable,
  markedUnfinished,
  ranksMissing,
  stepDiffers,
  temporary,
} from '../verdicts.ts';
import { judgeDeepspeed } from './deepspeed.ts';
import { judgeDcp } from './torch-dcp.ts';
import { weightsIn } from './weights.ts';

const trainerState = 'trainer_state.json';
const incompleteMark = 'checkpoint-is-incomplete.txt';
const named = /^(tmp-)?checkpoint-(\d{1,15})$/;
const ranked = /^rng_state_(\d{1,6})\.pth$/;
/** Of more than this only the head and the last byte are read: its history grows with the training. */
const largestState = 1024 * 1024;

/** Transformers' Trainer: `checkpoint-N`, also with DeepSpeed, FSDP or PEFT inside. */
export async function huggingface(index: TreeIndex): Promise<Recognised[]> {
  const directories = index
    .directories()
    .filter((directory) => isTrainers(index, directory) && !insideAnother(index, directory));
  const ranks = Math.max(1, ...directories.map((directory) => ranksIn(index, directory)));
  return Promise.all(directories.map((directory) => judge(index, directory, ranks)));
}

const ownName = (index: TreeIndex, directory: string): string =>
  nameOf(directory === '' ? index.tree.root : directory);

/** A name alone is not enough: others use it too. While it is being written the state comes last. */
function isTrainers(index: TreeIndex, directory: string): boolean {
  const names = index.names(directory);
  if (!named.test(ownName(index, directory))) return false;
  return names.some(
    (name) =>
      name === trainerState ||
      name === incompleteMark ||
      name === 'training_args.bin' ||
      ranked.test(name) ||
      name === 'rng_state.pth',
  );
}

const insideAnother = (index: TreeIndex, directory: string): boolean =>
  directory.split('/').some((_part, at, parts) => {
    const above = parts.slice(0, at).join('/');
    return at > 0 && isTrainers(index, above);
  });

const ranksIn = (index: TreeIndex, directory: string): number =>
  index.names(directory).filter((name) => ranked.test(name)).length;

async function judge(index: TreeIndex, directory: string, ranks: number): Promise<Recognised> {
  const match = named.exec(ownName(index, directory));
  const step = match?.[2] === undefined ? null : Number(match[2]);
  const names = index.names(directory);
  const all = index.below(directory);
  const at = (name: string) => join(directory, name);
  const last = [trainerState, 'latest'].map(at);
  const files = [...all.filter((path) => !last.includes(path)), ...all.filter((path) => last.includes(path))];
  const parts = await partsOf(index, directory);
  const result = (problem: CheckpointVerdict | null): Recognised => ({
    framework: 'huggingface',
    path: directory,
    step,
    order: step,
    files,
    problem,
    verdict: parts.modelOnly ? completeModelOnly() : complete(),
  });
  if (names.includes(incompleteMark)) return result(markedUnfinished(at(incompleteMark)));
  if (match?.[1] !== undefined) return result(temporary());
  return result(
    (await stateProblem(index, at(trainerState), step)) ??
      parts.problem ??
      ranksProblem(index, directory, ranks, parts.shards),
  );
}

/** `global_step` is what the name says. Its keys are sorted, so the long history comes after it. */
async function stateProblem(
  index: TreeIndex,
  path: string,
  step: number | null,
): Promise<CheckpointVerdict | null> {
  const entry = index.file(path);
  if (entry === null) return fileMissing(path);
  if (entry.bytes > largestState) {
    const [head, end] = await Promise.all([
      readExactly(index.tree, entry, 0, 65_536),
      readExactly(index.tree, entry, entry.bytes - 2, 2),
    ]);
    if (head === null || end === null) return fileUnreadable(path);
    const said = /"global_step":\s*(\d{1,15})\b/.exec(head.toString('utf8'))?.[1];
    if (said === undefined || !end.toString('latin1').trimEnd().endsWith('}'))
      return fileDamaged(path, broken('BROKEN_JSON'));
    return Number(said) === step ? null : stepDiffers(path, said);
  }
  const text = await readText(index, path);
  if (text === null) return fileUnreadable(path);
  const state = parseJson(text);
  if (!isRecord(state)) return fileDamaged(path, broken('BROKEN_JSON'));
  return state.global_step === step ? null : stepDiffers(path, String(state.global_step).slice(0, 40));
}

interface Parts {
  problem: CheckpointVerdict | null;
  modelOnly: boolean;
  /** Parts of the optimizer, one per process, where DeepSpeed wrote them; 0: it did not. */
  shards: number;
}

async function partsOf(index: TreeIndex, directory: string): Promise<Parts> {
  const names = index.fileNames(directory);
  const at = (name: string) => join(directory, name);
  const weights = await weightsIn(index, directory);
  const folders = index.directoryNames(directory);
  const zero = folders.filter((name) => /^global_step\d+$/.test(name));
  const dcp = folders.filter((name) => /^(?:pytorch_model_fsdp|optimizer)(?:_\d+)?$/.test(name));
  const torch = names.filter((name) =>
    /^(?:optimizer(?:_\d+)?|scheduler|scaler|rng_state(?:_\d+)?|pytorch_model_fsdp|training_args)\.(?:pt|bin|pth)$/.test(
      name,
    ),
  );
  const described = names
    .filter((name) => /^(?:config|generation_config|adapter_config)\.json$/.test(name))
    .map(at);
  const [inDcp, inZero, inTorch, inJson] = await Promise.all([
    Promise.all(dcp.map((name) => judgeDcp(index, at(name)))),
    Promise.all(zero.map((name) => judgeDeepspeed(index, at(name)))),
    torchFiles(index, torch.map(at)),
    Promise.all(described.map((path) => jsonProblem(index, path))),
  ]);
  const shards = Math.max(0, ...inZero.map(({ ranks }) => ranks));
  const modelFolders = dcp.some((name) => name.startsWith('pytorch_model')) || zero.length > 0;
  const hasModel = weights.files.length > 0 || names.includes('pytorch_model_fsdp.bin') || modelFolders;
  const hasOptimizer =
    names.some((name) => /^optimizer(?:_\d+)?\.(?:pt|bin)$/.test(name)) ||
    dcp.some((name) => name.startsWith('optimizer')) ||
    zero.length > 0;
  const hasScheduler = names.includes('scheduler.pt');
  const hasRng = names.some((name) => /^rng_state(?:_\d+)?\.pth$/.test(name));
  const modelOnly = !hasOptimizer && !hasScheduler && !hasRng;
  const problems = [
    ...inDcp.map(({ problem }) => problem),
    ...inZero.map(({ problem }) => problem),
    hasModel ? weights.problem : fileMissing(at('model.safetensors')),
    adapterProblem(index, directory),
    inTorch.problem,
    ...inJson,
    modelOnly || hasOptimizer ? null : fileMissing(at('optimizer.pt')),
    // DeepSpeed may keep the schedule to itself.
    modelOnly || hasScheduler || zero.length > 0 ? null : fileMissing(at('scheduler.pt')),
    modelOnly || hasRng ? null : fileMissing(at('rng_state.pth')),
  ];
  return { problem: problems.find((problem) => problem !== null) ?? null, modelOnly, shards };
}

async function jsonProblem(index: TreeIndex, path: string): Promise<CheckpointVerdict | null> {
  const text = await readText(index, path);
  return isRecord(text === null ? null : parseJson(text)) ? null : fileDamaged(path, broken('BROKEN_JSON'));
}

function adapterProblem(index: TreeIndex, directory: string): CheckpointVerdict | null {
  const names = index.fileNames(directory);
  const has = names.some((name) => name.startsWith('adapter_model.'));
  const config = names.includes('adapter_config.json');
  if (has && !config) return fileMissing(join(directory, 'adapter_config.json'));
  return config && !has ? fileMissing(join(directory, 'adapter_model.safetensors')) : null;
}

/**
 * One `rng_state_R.pth` per process. How many there are: as many as DeepSpeed has parts, else as the others beside it have;
 * a run that went on with fewer processes is believed once a minute has passed.
 */
function ranksProblem(
  index: TreeIndex,
  directory: string,
  others: number,
  shards: number,
): CheckpointVerdict | null {
  const ranks = index.names(directory).flatMap((name) => {
    const rank = ranked.exec(name)?.[1];
    return rank === undefined ? [] : [Number(rank)];
  });
  if (ranks.length === 0) return null;
  const highest = Math.max(...ranks) + 1;
  const want = Math.max(highest, shards);
  if (ranks.length < want) return ranksMissing(ranks.length, want);
  if (ranks.length >= others || shards > 0) return null;
  return restedFor(index, directory) < 60 ? ranksMissing(ranks.length, others) : null;
}

/** Seconds since the newest of its files was written, by the box's own clock. */
export function restedFor(index: TreeIndex, directory: string): number {
  let newest = 0n;
  for (const path of index.below(directory)) {
    const modified = index.entry(path)?.modifiedNs ?? 0n;
    if (modified > newest) newest = modified;
  }
  return Number((index.tree.nowNs - newest) / 1_000_000_000n);
}
