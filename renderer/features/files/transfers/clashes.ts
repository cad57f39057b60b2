import type { Client } from '#shared/contract/index.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { freeName, joinPath } from '../box-path.ts';

export type ClashAnswer = 'replace' | 'both' | 'skip';
export interface Clash {
  name: string;
  isDirectory: boolean;
  /** What is there under that name. */
  there: { kind: string; bytes: number; modifiedAt: number };
}
export interface Existing {
  kind: string;
  bytes: number;
  modifiedAt: number;
}
export type ClashClient = Pick<Client['files'], 'list' | 'page' | 'stat'>;

const fewNames = 20;

/** Which of these names are taken in a directory. A directory that is not there takes none. */
export async function takenNames(
  client: ClashClient,
  machineId: string,
  directory: string,
  names: readonly string[],
): Promise<Map<string, Existing>> {
  const taken = new Map<string, Existing>();
  if (names.length <= fewNames) {
    await Promise.all(
      names.map(async (name) => {
        const there = await statOf(client, machineId, joinPath(directory, name));
        if (there) taken.set(name, there);
      }),
    );
    return taken;
  }
  const wanted = new Set(names);
  const limit = 5000;
  const ask = { by: 'name' as const, descending: false, search: '', hidden: true, limit };
  let answer = await client.list({ machineId, path: directory, ...ask, offset: 0 }).catch(absent);
  for (let seen = 0; answer && answer.entries.length > 0; ) {
    for (const entry of answer.entries) if (wanted.has(entry.name)) taken.set(entry.name, entry);
    seen += answer.entries.length;
    if (seen >= answer.total) break;
    answer = await client.page({ listingId: answer.listingId, ...ask, offset: seen });
  }
  return taken;
}

const absent = (thrown: unknown): null => {
  if (TrainyardError.from(thrown).code === 'FILE_NOT_FOUND') return null;
  throw thrown;
};

async function statOf(client: ClashClient, machineId: string, path: string): Promise<Existing | null> {
  const found = await client.stat({ machineId, path }).catch(absent);
  return found?.entry ?? null;
}

/** What each name becomes: itself (put in the place of what is there), another one beside it, or null: left out. */
export function resolveClashes(
  names: readonly string[],
  taken: ReadonlySet<string>,
  answers: ReadonlyMap<string, ClashAnswer>,
): Map<string, string | null> {
  const used = new Set([...taken, ...names]);
  const become = new Map<string, string | null>();
  for (const name of names) {
    const answer = taken.has(name) ? (answers.get(name) ?? 'skip') : 'replace';
    if (answer === 'skip') become.set(name, null);
    else if (answer === 'replace') become.set(name, name);
    else {
      const free = freeName(name, used);
      used.add(free);
      become.set(name, free);
    }
  }
  return become;
}
