import type { CheckpointVerdict } from '#shared/domain/checkpoint.ts';
import { numberAfter } from '../formats/pickle-words.ts';
import { readText } from '../formats/read.ts';
import { torchFiles, wordsOfFile } from '../formats/torch-file.ts';
import type { Recognised } from '../recogniser.ts';
import { stepOfName } from '../steps.ts';
import { directoryOf, join, nameOf, type TreeIndex } from '../tree-index.ts';
import { complete, fileMissing, notAnnounced, ranksMissing } from '../verdicts.ts';

const modelState = /^(?:zero_pp_rank_(\d{1,6})_)?mp_rank_(\d{1,6})_model_states\.pt$/;
const layer = /^layer_\d+-model_\d+-model_states\.pt$/;
const optimState = /^(?:bf16_)?zero_pp_rank_(\d{1,6})_mp_rank_(\d{1,6})_optim_states\.pt$/;

/** The sizes come after the names of all tensors. */
const headSize = 512 * 1024;

export interface Deepspeed {
  problem: CheckpointVerdict | null;
  files: string[];
  /** Processes that share the data: 0 where the optimizer was not parted. */
  ranks: number;
}

export const isDeepspeed = (index: TreeIndex, directory: string): boolean =>
  index.names(directory).some((name) => modelState.test(name) || optimState.test(name));

/** DeepSpeed: a directory per tag, and `latest` above them, which is no proof. */
export async function deepspeed(index: TreeIndex): Promise<Recognised[]> {
  const tags = index.directories().filter((directory) => isDeepspeed(index, directory));
  return Promise.all(
    tags.map(async (tag) => {
      const judged = await judgeDeepspeed(index, tag);
      const tracker = join(directoryOf(tag), 'latest');
      const names = tag !== '' && (await readText(index, tracker, 4096))?.trim() === nameOf(tag);
      const named = stepOfName(nameOf(tag === '' ? index.tree.root : tag));
      return {
        framework: 'deepspeed' as const,
        path: tag,
        ...named,
        files: names ? [...judged.files, tracker] : judged.files,
        problem: judged.problem ?? (await announced(index, tag, tags)),
        verdict: complete(),
      };
    }),
  );
}

/** `latest` is written when all is: the newest of several tags that it does not name is still being written. */
async function announced(
  index: TreeIndex,
  tag: string,
  tags: readonly string[],
): Promise<CheckpointVerdict | null> {
  if (tag === '') return null;
  const tracker = join(directoryOf(tag), 'latest');
  const text = await readText(index, tracker, 4096);
  if (text === null) return null;
  const said = join(directoryOf(tag), text.trim());
  if (said === tag || !tags.includes(said)) return null;
  const [own, other] = [tag, said].map((each) => newestOf(index, each));
  return (own ?? 0n) > (other ?? 0n) && (index.file(tracker)?.modifiedNs ?? 0n) < (own ?? 0n)
    ? notAnnounced(tracker)
    : null;
}

const newestOf = (index: TreeIndex, directory: string): bigint =>
  index.below(directory).reduce((newest, path) => {
    const at = index.entry(path)?.modifiedNs ?? 0n;
    return at > newest ? at : newest;
  }, 0n);

/** The parts of every process: ranks without a gap, the optimizer of each for each part of the model. */
export async function judgeDeepspeed(index: TreeIndex, tag: string): Promise<Deepspeed> {
  const files = index.below(tag);
  const models = matching(index, tag, modelState);
  const optims = matching(index, tag, optimState);
  const ranks = Math.max(0, ...optims.map(({ data }) => data + 1));
  const parts = Math.max(0, ...[...models, ...optims].map(({ model }) => model + 1));
  const saved = await savedSizes(index, tag);
  const known = index
    .fileNames(tag)
    .filter((name) => modelState.test(name) || optimState.test(name) || layer.test(name))
    .map((name) => join(tag, name));
  const problem =
    missingOf(tag, models, optims, Math.max(ranks, saved.data), Math.max(parts, saved.model)) ??
    (await torchFiles(index, known)).problem;
  return { problem, files, ranks };
}

/**
 * As the model's part tells: how many processes share the model, and, where the optimizer is in parts of its own (it is None
 * there), the data. 0: it does not tell.
 */
async function savedSizes(index: TreeIndex, tag: string): Promise<{ data: number; model: number }> {
  const name = index.fileNames(tag).find((each) => modelState.test(each));
  const words = name === undefined ? [] : await wordsOfFile(index, join(tag, name), headSize);
  const [data, model] = [numberAfter(words, 'dp_world_size'), numberAfter(words, 'mp_world_size')];
  const parted = words.some((word, at) => word === 'optimizer' && words[at + 1] === null);
  const sane = (size: number | undefined) => (size !== undefined && size > 0 && size < 1_000_000 ? size : 0);
  return { data: parted ? sane(data) : 0, model: sane(model) };
}

interface Part {
  data: number;
  model: number;
}

function matching(index: TreeIndex, tag: string, pattern: RegExp): Part[] {
  return index.fileNames(tag).flatMap((name) => {
    const match = pattern.exec(name);
    return match ? [{ data: Number(match[1] ?? -1), model: Number(match[2]) }] : [];
  });
}

function missingOf(
  tag: string,
  models: readonly Part[],
  optims: readonly Part[],
  ranks: number,
  parts: number,
): CheckpointVerdict | null {
  const has = (list: readonly Part[], model: number, data?: number) =>
    list.some((part) => part.model === model && (data === undefined || part.data === data));
  const pad = (model: number) => String(model).padStart(2, '0');
  const parted = models.some(({ data }) => data >= 0);
  const dataRanks = Math.max(ranks, ...models.map(({ data }) => data + 1));
  for (let model = 0; model < parts; model += 1) {
    if (!has(models, model)) return fileMissing(join(tag, `mp_rank_${pad(model)}_model_states.pt`));
  }
  if (parts === 0) return fileMissing(join(tag, 'mp_rank_00_model_states.pt'));
  const want = ranks * parts;
  if (optims.length < want) return ranksMissing(optims.length, want);
  if (parted) {
    const there = models.filter(({ data }) => data >= 0).length;
    if (there < dataRanks * parts) return ranksMissing(there, dataRanks * parts);
    if (optims.length < there) return ranksMissing(optims.length, there);
  }
  return null;
}
