import type { Client } from '#shared/contract/index.ts';
import type { CodeDifference, FileEntry } from '#shared/domain/box-file.ts';
import { type CliBackend, withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { findRun } from '../names.ts';
import { byteSize, printable, printJson, printLine, printTable } from '../output.ts';
import { placeOf } from '../places.ts';
import { TerminalFilter } from '../terminal-filter.ts';
import { withPrompts } from './with-prompts.ts';

const portion = 5000;

/** `trainyard ls [MACHINE:]PATH` */
export async function listFiles(
  given: string,
  { all = false, json }: { all?: boolean; json: boolean },
): Promise<number> {
  await withPrompts(async ({ client }) => {
    const entries = await entriesOf(client, await placeOf(client, given), all);
    if (json) printJson(entries);
    else printTable(['mode', 'owner', 'size', 'modified', 'name'], entries.map(rowOf));
  });
  return exitCodes.ok;
}

/** All of a directory; of a file itself that one. */
async function entriesOf(
  client: Client,
  place: { machineId: string; path: string },
  hidden: boolean,
): Promise<FileEntry[]> {
  const { entry } = await client.files.stat(place);
  if ((entry.target?.kind ?? entry.kind) !== 'directory') return [entry];
  const order = { by: 'name' as const, descending: false, search: '', hidden, limit: portion };
  const first = await client.files.list({ ...place, ...order, offset: 0 });
  const entries = [...first.entries];
  while (entries.length < first.total) {
    const { listingId } = first;
    const more = await client.files.page({ listingId, ...order, offset: entries.length });
    if (more.entries.length === 0) break;
    entries.push(...more.entries);
  }
  return entries;
}

const letters: Record<FileEntry['kind'], string> = { file: '-', directory: 'd', link: 'l', other: '?' };

const rowOf = (entry: FileEntry): string[] => [
  `${letters[entry.kind]}${entry.mode}`,
  entry.owner,
  entry.kind === 'directory' ? '' : byteSize(entry.bytes),
  new Date(entry.modifiedAt).toISOString().replace('T', ' ').slice(0, 19),
  `${entry.name}${entry.kind === 'directory' ? '/' : ''}${entry.target === null ? '' : ` -> ${entry.target.path}`}`,
];

/** `trainyard cat [MACHINE:]PATH`: byte for byte into a file or a pipe, on a terminal without what would take it over. */
export async function printFile(given: string, json: boolean): Promise<number> {
  return withPrompts(async (backend) => {
    const place = await placeOf(backend.client, given);
    if (json) printJson(await backend.client.files.preview(place));
    else await streamed(backend, place);
    return exitCodes.ok;
  });
}

async function streamed(backend: CliBackend, place: { machineId: string; path: string }): Promise<void> {
  const connection = await backend.connection();
  const terminal = process.stdout.isTTY ? new TerminalFilter() : null;
  await new Promise<void>((resolve, reject) => {
    let version: string | null = null;
    connection.bytes.open<'file'>(
      { kind: 'file', ...place, offset: 0, version },
      {
        onInfo: (info) => {
          version = info.version;
        },
        onBytes: (bytes) => written(terminal ? terminal.filter(bytes) : bytes),
        onEnd: (error) => (error ? reject(error) : resolve()),
      },
      { windowBytes: 8 * 1024 * 1024 },
    );
  });
}

function written(bytes: Uint8Array): Promise<void> | undefined {
  if (process.stdout.write(bytes)) return undefined;
  return new Promise((resolve) => process.stdout.once('drain', resolve));
}

const changeLetters: Record<CodeDifference['change'], string> = {
  added: 'A',
  removed: 'D',
  changed: 'M',
  mode: 'P',
};

/** `trainyard diff RUN`: what the directory has that the run's code has not, and the other way round. */
export async function diffCode(given: string, json: boolean): Promise<number> {
  const { directory, differences } = await withBackend(async ({ client }) =>
    client.files.codeChanges({ runId: (await findRun(client, given)).id }),
  );
  if (json) printJson({ directory, differences });
  else if (differences.length === 0)
    printLine(`${printable(directory)} is as it was when the run was launched.`);
  else
    for (const { path, change, beforeBytes, nowBytes } of differences)
      printLine(`${changeLetters[change]}  ${printable(path)}  ${sizes(beforeBytes, nowBytes)}`.trimEnd());
  return exitCodes.ok;
}

function sizes(before: number | null, now: number | null): string {
  if (before !== null && now !== null) return `${byteSize(before)} → ${byteSize(now)}`;
  const one = before ?? now;
  return one === null ? '' : byteSize(one);
}
