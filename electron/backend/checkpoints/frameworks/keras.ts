import { broken } from '#shared/domain/broken-sentences.ts';
import type { CheckpointVerdict } from '#shared/domain/checkpoint.ts';
import { hdf5Problem } from '../formats/hdf5.ts';
import { isRecord, parseJson, readText } from '../formats/read.ts';
import { zipProblem } from '../formats/zip.ts';
import type { Recognised } from '../recogniser.ts';
import { stepOfName } from '../steps.ts';
import { join, nameOf, type TreeIndex } from '../tree-index.ts';
import { complete, completeInPlace, fileDamaged, fileMissing } from '../verdicts.ts';

const backupWeights = 'latest.weights.h5';
const backupState = 'training_metadata.json';
const saved = /\.(?:keras|h5|hdf5)$/;

/** Keras: the directory of BackupAndRestore, written anew in the same place, and the files of ModelCheckpoint. */
export async function keras(index: TreeIndex): Promise<Recognised[]> {
  const backups = index
    .directories()
    .filter((directory) =>
      index.names(directory).some((name) => name === backupWeights || name === backupState),
    );
  const files = index.tree.entries.filter(
    ({ path, kind }) => kind === 'file' && saved.test(path) && nameOf(path) !== backupWeights,
  );
  return Promise.all([
    ...backups.map((directory) => backup(index, directory)),
    ...files.map(({ path }) => file(index, path)),
  ]);
}

async function backup(index: TreeIndex, directory: string): Promise<Recognised> {
  const [weights, state] = [backupWeights, backupState].map((name) => join(directory, name));
  const [text, damage] = await Promise.all([
    readText(index, state ?? '', 65_536),
    hdf5Problem(index, weights ?? ''),
  ]);
  const said = text === null ? null : parseJson(text);
  const epoch = isRecord(said) && typeof said.epoch === 'number' ? said.epoch : null;
  const stateProblem = (): CheckpointVerdict | null => {
    if (text === null) return fileMissing(state ?? '');
    return epoch === null ? fileDamaged(state ?? '', broken('BROKEN_JSON')) : null;
  };
  return {
    framework: 'keras',
    path: directory,
    step: null,
    order: epoch,
    files: [...index.below(directory).filter((path) => path !== state), state ?? ''],
    problem: damage ?? stateProblem(),
    verdict: completeInPlace(),
  };
}

async function file(index: TreeIndex, path: string): Promise<Recognised> {
  const entry = index.file(path);
  const zip = path.endsWith('.keras') && entry !== null ? await zipProblem(index, entry) : null;
  return {
    framework: 'keras',
    path,
    ...stepOfName(nameOf(path)),
    files: [path],
    problem: path.endsWith('.keras')
      ? zip === null
        ? null
        : fileDamaged(path, zip.what)
      : await hdf5Problem(index, path),
    verdict: complete(),
  };
}
