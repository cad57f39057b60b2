import type { Client } from '#shared/contract/index.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { joinPath } from '../box-path.ts';
import { type Chosen, renamedTops, topsOf } from './drop-entries.ts';
import type { Unfinished } from './unfinished.ts';

const atOnce = 4;
const portion = 5000;
/** Some disks keep times to the second only. */
const sameTimeMs = 2000;

/** Whether this is what the upload was begun with, by the names that were chosen. */
export function isSameChoice(unfinished: Pick<Unfinished, 'tops'>, chosen: Chosen): boolean {
  const names = new Set(topsOf(chosen).map(({ name }) => name));
  return names.size === unfinished.tops.length && unfinished.tops.every(([name]) => names.has(name));
}

/** The same under the names that it goes under there. Throws UPLOAD_OTHER_FILES. */
export function asBegun(unfinished: Unfinished, chosen: Chosen): Chosen {
  if (isSameChoice(unfinished, chosen)) return renamedTops(chosen, new Map(unfinished.tops));
  const { name } = unfinished;
  throw new TrainyardError(
    'UPLOAD_OTHER_FILES',
    `This is not what the upload of ${name} was begun with. Choose the same files again.`,
    { params: { name } },
  );
}

/**
 * Which of these have arrived: they get their name over there once their hash was right, with their length and time. What is there
 * with another length or time is sent.
 */
export async function arrivedOf(
  client: Pick<Client['files'], 'list' | 'page'>,
  { machineId, directory }: { machineId: string; directory: string },
  files: Chosen['files'],
): Promise<Set<string>> {
  const below = new Map<string, Chosen['files']>();
  for (const one of files) {
    const folder = one.path.includes('/') ? one.path.slice(0, one.path.lastIndexOf('/')) : '';
    below.set(folder, [...(below.get(folder) ?? []), one]);
  }
  const arrived = new Set<string>();
  const waiting = [...below];
  const lookNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [folder, wanted] = next;
      const there = await filesIn(client, machineId, folder === '' ? directory : joinPath(directory, folder));
      for (const { path, file } of wanted) {
        const entry = there.get(path.slice(folder === '' ? 0 : folder.length + 1));
        const isSame =
          entry?.bytes === file.size && Math.abs(entry.modifiedAt - file.lastModified) < sameTimeMs;
        if (isSame) arrived.add(path);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lookNext));
  return arrived;
}

async function filesIn(
  client: Pick<Client['files'], 'list' | 'page'>,
  machineId: string,
  path: string,
): Promise<Map<string, { bytes: number; modifiedAt: number }>> {
  const found = new Map<string, { bytes: number; modifiedAt: number }>();
  const ask = { by: 'name' as const, descending: false, search: '', hidden: true, limit: portion };
  try {
    let answer = await client.list({ machineId, path, ...ask, offset: 0 });
    for (let seen = 0; answer.entries.length > 0; ) {
      for (const entry of answer.entries) if (entry.kind === 'file') found.set(entry.name, entry);
      seen += answer.entries.length;
      if (seen >= answer.total) break;
      answer = await client.page({ listingId: answer.listingId, ...ask, offset: seen });
    }
  } catch (thrown) {
    // It was not made yet.
    if (TrainyardError.from(thrown).code !== 'FILE_NOT_FOUND') throw thrown;
  }
  return found;
}
