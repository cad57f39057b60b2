import { broken } from '#shared/domain/broken-sentences.ts';
import type { CheckpointVerdict } from '#shared/domain/checkpoint.ts';
import { isRecord, parseJson, readExactly, readText } from '../formats/read.ts';
import type { Recognised } from '../recogniser.ts';
import { stepOfName } from '../steps.ts';
import { directoryOf, join, nameOf, type TreeIndex } from '../tree-index.ts';
import { complete, empty, fileDamaged, fileMissing, temporary } from '../verdicts.ts';

const writing = /\.orbax-checkpoint-tmp/;
const stepMetadata = '_CHECKPOINT_METADATA';
const arrayMetadata = '_METADATA';
const manifest = 'manifest.ocdbt';
const success = 'commit_success.txt';
const numbered = /^(?:[A-Za-z][\w-]*[-_])?\d{1,15}$/;
const described = /^(?:\.zarray|zarr\.json)$/;
const ocdbtMagic = 0x0cdb3a2a;

/**
 * Orbax: a directory per step that takes its name when it is whole. Empty and damaged steps are listed by Orbax itself, and are
 * shown here as what they are.
 */
export async function orbax(index: TreeIndex): Promise<Recognised[]> {
  const steps = index.directories().filter((directory) => isStep(index, directory));
  const homes = new Set(steps.filter((step) => !writing.test(step)).map(directoryOf));
  const hollow = [...homes].flatMap((home) =>
    index
      .directoryNames(home)
      .filter((name) => numbered.test(name) && !steps.includes(join(home, name)))
      .map((name) => join(home, name)),
  );
  const promised = steps.some((step) => index.names(step).includes(success));
  return Promise.all(
    [...steps, ...hollow].map(async (step) => ({
      framework: 'orbax' as const,
      path: step,
      ...stepOfName(nameOf(step === '' ? index.tree.root : step).replace(/\.orbax-checkpoint-tmp.*$/, '')),
      files: filesOf(index, step),
      problem: writing.test(nameOf(step)) ? temporary() : await problemOf(index, step, promised),
      verdict: complete(),
    })),
  );
}

/** The outermost directory that has Orbax's marks in it or one below. */
function isStep(index: TreeIndex, directory: string): boolean {
  if (
    directory
      .split('/')
      .slice(0, -1)
      .some((_part, at, parts) => marked(index, parts.slice(0, at + 1).join('/')))
  )
    return false;
  return marked(index, directory);
}

function marked(index: TreeIndex, directory: string): boolean {
  const name = nameOf(directory === '' ? index.tree.root : directory);
  if (writing.test(name)) return true;
  const names = index.names(directory);
  if (names.includes(stepMetadata)) return true;
  if (names.includes(arrayMetadata) || names.includes(manifest)) return true;
  return (
    numbered.test(name) &&
    index.directoryNames(directory).some((item) => {
      const inside = index.names(join(directory, item));
      return inside.includes(arrayMetadata) || inside.includes(manifest) || writing.test(item);
    })
  );
}

function filesOf(index: TreeIndex, step: string): string[] {
  const all = index.below(step);
  const last = (path: string) => [stepMetadata, success].includes(nameOf(path));
  return [...all.filter((path) => !last(path)), ...all.filter(last)];
}

async function problemOf(
  index: TreeIndex,
  step: string,
  promised: boolean,
): Promise<CheckpointVerdict | null> {
  const files = index.below(step);
  if (files.length === 0) return empty();
  const inside = [
    step,
    ...index.directories().filter((path) => path.startsWith(step === '' ? '' : `${step}/`)),
  ];
  if (inside.some((path) => writing.test(path.slice(step.length)))) return temporary();
  if (promised && !index.names(step).includes(success)) return fileMissing(join(step, success));
  const metadata = await metadataProblem(index, join(step, stepMetadata));
  if (metadata !== null) return metadata;
  const items = inside.filter((path) => path === step || directoryOf(path) === step);
  const arrays = items.filter((path) => holdsArrays(index, path));
  if (
    arrays.length === 0 &&
    items.every((path) => index.fileNames(path).every((name) => name.startsWith('_')))
  )
    return empty();
  const judged = await Promise.all([
    ...inside.map((path) => databaseProblem(index, path)),
    ...arrays.map((path) => arraysProblem(index, path)),
  ]);
  return judged.find((problem) => problem !== null) ?? null;
}

/** Also where the description of the tree is lost: an array tells of itself. */
const holdsArrays = (index: TreeIndex, directory: string): boolean =>
  index.names(directory).some((name) => name === arrayMetadata || name === manifest) ||
  index
    .directoryNames(directory)
    .some((name) => index.names(join(directory, name)).some((each) => described.test(each)));

/** Where the step has it: it says when it was committed. */
async function metadataProblem(index: TreeIndex, path: string): Promise<CheckpointVerdict | null> {
  if (index.file(path) === null) return null;
  const text = await readText(index, path);
  const said = text === null ? null : parseJson(text);
  if (!isRecord(said)) return fileDamaged(path, broken('BROKEN_JSON'));
  return 'commit_timestamp_nsecs' in said && said.commit_timestamp_nsecs === null
    ? fileDamaged(path, broken('BROKEN_UNCOMMITTED'))
    : null;
}

/** An OCDBT database: its manifest is as long as it says, and has data beside it. */
async function databaseProblem(index: TreeIndex, directory: string): Promise<CheckpointVerdict | null> {
  const path = join(directory, manifest);
  const names = index.names(directory);
  const needed = names.includes('d') || names.some((name) => /^ocdbt\.process_\d+$/.test(name));
  if (!names.includes(manifest)) return needed && nameOf(directory) !== 'd' ? fileMissing(path) : null;
  const entry = index.file(path);
  const head = entry === null || entry.bytes < 12 ? null : await readExactly(index.tree, entry, 0, 12);
  if (entry === null || head === null) return fileDamaged(path, broken('BROKEN_EMPTY'));
  if (head.readUInt32BE(0) !== ocdbtMagic || Number(head.readBigUInt64LE(4)) !== entry.bytes)
    return fileDamaged(path, broken('BROKEN_OWN_LENGTH'));
  const data = index.below(join(directory, 'd'));
  if (data.length === 0) return fileMissing(join(directory, 'd'));
  const hollow = data.find((file) => index.file(file)?.bytes === 0);
  return hollow === undefined ? null : fileDamaged(hollow, broken('BROKEN_EMPTY'));
}

/** The tree's description, and without a database a directory with data for each array. */
async function arraysProblem(index: TreeIndex, directory: string): Promise<CheckpointVerdict | null> {
  const path = join(directory, arrayMetadata);
  if (index.file(path) === null) return fileMissing(path);
  const text = await readText(index, path, 16 * 1024 * 1024);
  if (!isRecord(text === null ? null : parseJson(text))) return fileDamaged(path, broken('BROKEN_JSON'));
  if (index.names(directory).includes(manifest)) return null;
  for (const name of index.directoryNames(directory)) {
    const array = join(directory, name);
    const names = index.names(array);
    const description = names.find((each) => described.test(each));
    if (description === undefined) {
      if (names.some((each) => /^\d+(?:\.\d+)*$/.test(each))) return fileMissing(join(array, '.zarray'));
      continue;
    }
    const said = await readText(index, join(array, description));
    if (!isRecord(said === null ? null : parseJson(said)))
      return fileDamaged(join(array, description), broken('BROKEN_JSON'));
    const parts = index.below(array).filter((each) => nameOf(each) !== description);
    if (parts.length === 0) return fileMissing(join(array, '0'));
    const hollow = parts.find((each) => index.file(each)?.bytes === 0);
    if (hollow !== undefined) return fileDamaged(hollow, broken('BROKEN_EMPTY'));
  }
  return null;
}
