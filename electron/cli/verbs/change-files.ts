import type { Client } from '#shared/contract/index.ts';
import type { FileEntry } from '#shared/domain/box-file.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { ask, isYes } from '../ask.ts';
import { exitCodes } from '../exit-codes.ts';
import { byteSize, printable, printJson, printLine } from '../output.ts';
import { isPlace, placeOf } from '../places.ts';
import { withPrompts } from './with-prompts.ts';

interface Place {
  machineId: string;
  path: string;
}

const usage = (sentence: string): TrainyardError => new TrainyardError('USAGE', sentence);

/** `trainyard mkdir [MACHINE:]PATH`: one directory; what it lies in must be there. */
export async function makeDirectory(given: string, json: boolean): Promise<number> {
  await withPrompts(async ({ client }) => {
    const place = withoutSlash(await placeOf(client, given));
    const { path } = await client.files.makeDirectory(place);
    if (json) printJson({ machineId: place.machineId, path });
  });
  return exitCodes.ok;
}

/** `trainyard mv [MACHINE:]FROM [MACHINE:]TO`: on one machine, never over what is there; into a directory that is there. */
export async function moveFile(from: string, to: string, json: boolean): Promise<number> {
  await withPrompts(async ({ client }) => {
    const source = withoutSlash(await placeOf(client, from));
    const given = await placeOf(client, to);
    if (given.machineId !== source.machineId)
      throw usage(
        'mv stays on one machine. Copy it with `trainyard cp`, which verifies it, and remove it then.',
      );
    const into = withoutSlash(given);
    const there = await entryAt(client, into);
    if (there === null && given.path !== into.path) throw usage(`${printable(to)} is no directory.`);
    const goesInto = there !== null && (there.target?.kind ?? there.kind) === 'directory';
    const name = source.path.slice(source.path.lastIndexOf('/') + 1);
    const target = goesInto ? `${into.path === '/' ? '' : into.path}/${name}` : into.path;
    const { path } = await client.files.rename({ ...source, to: target });
    if (json) printJson({ machineId: source.machineId, path });
  });
  return exitCodes.ok;
}

/**
 * `trainyard rm MACHINE:PATH…`: for good. Everything is looked at before anything is removed; directories are asked about, or
 * need `--yes`. What may never go from here (`/`, homes, what a live run works in) the backend refuses, whole.
 */
export async function removeFiles(
  given: readonly string[],
  { recursive = false, yes = false, json }: { recursive?: boolean; yes?: boolean; json: boolean },
): Promise<number> {
  const { removed, isRefused } = await withPrompts(async ({ client }) => {
    const byMachine = new Map<string, { paths: string[]; directories: string[] }>();
    for (const one of given) {
      if (!isPlace(one)) throw usage(`${printable(one)} names no machine: runs and files are removed apart.`);
      await noRunIsCalled(client, one);
      const { machineId, path } = withoutSlash(await placeOf(client, one));
      const { entry } = await client.files.stat({ machineId, path });
      const of = byMachine.get(machineId) ?? { paths: [], directories: [] };
      byMachine.set(machineId, of);
      of.paths.push(path);
      // A link is removed, not what it leads to.
      if (entry.kind === 'directory') of.directories.push(path);
    }
    if (!recursive && [...byMachine.values()].some(({ directories }) => directories.length > 0))
      throw usage('A directory is removed with all that is in it by -r only. Nothing was removed.');
    for (const [machineId, { directories }] of byMachine)
      if (!yes && directories.length > 0 && !(await mayRemove(client, machineId, directories)))
        return { removed: 0, isRefused: true };
    let sum = 0;
    for (const [machineId, { paths }] of byMachine)
      sum += (await client.files.remove({ machineId, paths })).removed;
    return { removed: sum, isRefused: false };
  });
  if (json) printJson({ removed });
  else if (isRefused) printLine('Nothing was removed.');
  return isRefused ? exitCodes.failed : exitCodes.ok;
}

/** A run may be called like a place: which of the two is meant nobody can tell. Throws NAME_AMBIGUOUS. */
async function noRunIsCalled(client: Client, given: string): Promise<void> {
  for (const archived of [false, true]) {
    const { rows } = await client.runs.list({ search: given.slice(0, 200), limit: 1000, archived });
    const run = rows.find(({ name }) => name === given);
    if (run !== undefined)
      throw new TrainyardError(
        'NAME_AMBIGUOUS',
        `"${printable(given)}" is also the name of run ${run.id}. Give that id, or the path with another beginning (~/ or /).`,
        { params: { name: given, count: 2, candidates: run.id } },
      );
  }
}

/** Says what would go, and asks. Throws USAGE where there is nobody to ask. */
async function mayRemove(client: Client, machineId: string, paths: readonly string[]): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw usage('Directories are removed without a question only with --yes. Nothing was removed.');
  const { files, directories, bytes, complete } = await client.files.measure({
    machineId,
    paths: [...paths],
  });
  const what = `${complete ? '' : 'at least '}${files} files and ${directories} directories, ${byteSize(bytes)}`;
  const names = paths.map(printable).join(', ');
  return isYes(await ask(`Remove ${names} for good: ${what}? [yes/no] `));
}

/** What is there, links not followed; null: nothing. */
async function entryAt(client: Client, place: Place): Promise<FileEntry | null> {
  try {
    return (await client.files.stat(place)).entry;
  } catch (thrown) {
    if (TrainyardError.from(thrown).code === 'FILE_NOT_FOUND') return null;
    throw thrown;
  }
}

const withoutSlash = ({ machineId, path }: Place): Place => ({
  machineId,
  path: path.replace(/(.)\/+$/, '$1'),
});
