import { torchFiles } from '../formats/torch-file.ts';
import type { Recognised } from '../recogniser.ts';
import { stepOfName } from '../steps.ts';
import { directoryOf, join, nameOf, type TreeIndex } from '../tree-index.ts';
import { complete, fileMissing, markedUnfinished } from '../verdicts.ts';
import { isDcp, judgeDcp } from './torch-dcp.ts';

const unfinished = /-unfinished$/;
/** Parts of one checkpoint lie in a directory per process of the model: the marker is beside those. */
const ofRank = /^(?:mp_rank_\d+|tp_rank_\d+_pp_rank_\d+|tp_rank_\d+)$/;
const ofNemo = /consumed_samples=|--val_loss=|-last(?:\.ckpt)?$/;

/** NeMo: as Lightning, with `NAME-unfinished` beside it until it is written; a directory with `weights` in NeMo 2. */
export async function nemo(index: TreeIndex): Promise<Recognised[]> {
  const found = [...files(index), ...directories(index)];
  return Promise.all(found);
}

function files(index: TreeIndex): Promise<Recognised>[] {
  const groups = new Map<string, string[]>();
  for (const { path, kind } of index.tree.entries) {
    if (kind !== 'file' || !path.endsWith('.ckpt')) continue;
    const whole = withoutRank(path);
    if (!isNemos(index, whole)) continue;
    groups.set(whole, [...(groups.get(whole) ?? []), path]);
  }
  return [...groups].map(async ([path, parts]) => ({
    framework: 'nemo' as const,
    path: parts.length === 1 ? (parts[0] ?? path) : path,
    ...stepOfName(nameOf(path)),
    files: parts,
    problem:
      markerOf(index, path) ?? missingRank(index, path, parts) ?? (await torchFiles(index, parts)).problem,
    verdict: complete(),
  }));
}

function directories(index: TreeIndex): Promise<Recognised>[] {
  return index
    .directories()
    .filter(
      (directory) =>
        directory !== '' && isDcp(index, join(directory, 'weights')) && isNemos(index, directory),
    )
    .map(async (directory) => {
      const weights = await judgeDcp(index, join(directory, 'weights'));
      const all = index.below(directory).filter((file) => !weights.files.includes(file));
      return {
        framework: 'nemo' as const,
        path: directory,
        ...stepOfName(nameOf(directory)),
        files: [...all, ...weights.files],
        problem: markerOf(index, directory) ?? weights.problem,
        verdict: complete(),
      };
    });
}

const isNemos = (index: TreeIndex, path: string): boolean =>
  ofNemo.test(nameOf(path)) ||
  index.isDirectory(join(path, 'context')) ||
  index.names(directoryOf(path)).some((name) => unfinished.test(name));

function withoutRank(path: string): string {
  const directory = directoryOf(path);
  return ofRank.test(nameOf(directory)) ? join(directoryOf(directory), nameOf(path)) : path;
}

function markerOf(index: TreeIndex, path: string) {
  const marker = `${path.replace(/\.(?:ckpt|nemo)$/, '')}-unfinished`;
  return index.entry(marker) === undefined ? null : markedUnfinished(marker);
}

/** Each directory of a process holds a part of the same name. */
function missingRank(index: TreeIndex, path: string, parts: readonly string[]) {
  const directory = directoryOf(path);
  if (parts.includes(path)) return null;
  const ranks = index.directoryNames(directory).filter((name) => ofRank.test(name));
  const missing = ranks
    .map((rank) => join(join(directory, rank), nameOf(path)))
    .find((part) => !parts.includes(part));
  return missing === undefined ? null : fileMissing(missing);
}
