import type { RunsPrograms } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';

export const sizeKinds = ['rest', 'environment', 'data', 'checkpoints'] as const;
export type SizeKind = (typeof sizeKinds)[number];
export interface Size {
  files: number;
  bytes: number;
}

/** What `resources/remote/move-facts.sh` found on one machine. Null: it cannot be known there. */
export interface BoxFacts {
  architecture: string | null;
  /** `uname -s`. */
  system: string | null;
  diskFreeBytes: number | null;
  memoryAvailableBytes: number | null;
  listening: ReadonlySet<number> | null;
  /** Of the paths that were asked for, by their place in the list. */
  paths: readonly ('directory' | 'file' | 'none' | null)[];
  /** At the source its Python's path; at the destination `there` or `none` for that path. */
  python: string | null;
  torchDirectory: string | null;
  torch: string | null;
  /** At the source: of the attempt's processes. 0 also where they cannot be told apart. */
  processes: number;
  residentBytes: number;
  /** How many of them handle the signal that makes the run save. */
  handles: number;
  worldSize: number;
  sizes: Readonly<Partial<Record<SizeKind, Size>>>;
}

export interface BoxQuestion {
  side: 'source' | 'destination';
  /** The directory whose disk counts. */
  room: string;
  workingDirectory: string | null;
  attempt: { runId: string; epoch: number } | null;
  checkpoints: string | null;
  signal: number | null;
  python: string | null;
  torchDirectory: string | null;
  paths: readonly string[];
}

/** A tree of a million files takes its time to be weighed. */
const timeoutMs = 120_000;

/** One round trip. Rejects with MOVE_FACTS_UNKNOWN where the answer is none of ours, and the connection's own errors. */
export async function askFacts(
  programs: RunsPrograms,
  script: string,
  question: BoxQuestion,
  signal: AbortSignal,
): Promise<BoxFacts> {
  const { side, room, attempt } = question;
  const args = [
    side,
    room,
    question.workingDirectory ?? '-',
    attempt === null ? '-' : `${attempt.runId}.${attempt.epoch}.`,
    question.checkpoints ?? '-',
    question.signal === null ? '-' : String(question.signal),
    question.python ?? '-',
    question.torchDirectory ?? '-',
    ...question.paths,
  ];
  const { stdout } = await programs.exec({ script, args }, { signal, timeoutMs, maxOutputBytes: 4_194_304 });
  const facts = parseFacts(stdout.toString('utf8'), question.paths.length);
  if (facts !== null) return facts;
  throw new TrainyardError(
    'MOVE_FACTS_UNKNOWN',
    'The machine did not answer what was asked before a move; its shell may be restricted to certain commands.',
    { details: stdout.toString('utf8').slice(0, 500) },
  );
}

/** Null where the answer is not whole. What is damaged in it counts as not known. */
export function parseFacts(text: string, pathCount: number): BoxFacts | null {
  const values = new Map<string, string>();
  const paths: ('directory' | 'file' | 'none' | null)[] = Array.from({ length: pathCount }, () => null);
  const sizes: Partial<Record<SizeKind, Size>> = {};
  let isWhole = false;
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^ty-move ([a-z]+) ?(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    if (name === 'end') isWhole = true;
    else if (name === 'path') readPath(value, paths);
    else if (name === 'size') readSize(value, sizes);
    else if (name === 'python' || !values.has(name)) values.set(name, value.slice(0, 4096));
  }
  if (!isWhole) return null;
  const ports = values.get('ports');
  return {
    architecture: word(values.get('architecture')),
    system: word(values.get('system')),
    diskFreeBytes: kibibytes(values.get('disk')),
    memoryAvailableBytes: kibibytes(values.get('memory')),
    listening: ports === undefined ? null : readPorts(ports),
    paths,
    python: word(values.get('python')),
    torchDirectory: word(values.get('torchdir')),
    torch: word(values.get('torch')),
    processes: count(values.get('processes')) ?? 0,
    residentBytes: kibibytes(values.get('resident')) ?? 0,
    handles: count(values.get('handles')) ?? 0,
    worldSize: Math.max(1, count(values.get('world')) ?? 1),
    sizes,
  };
}

const word = (text: string | undefined): string | null => (text?.trim() ? text.trim() : null);
const count = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
function kibibytes(text: string | undefined): number | null {
  const found = count(text);
  return found === null ? null : found * 1024;
}

const readPorts = (text: string): Set<number> =>
  new Set(
    text.split(' ').flatMap((each) => (/^[0-9A-Fa-f]{1,4}$/.test(each) ? [Number.parseInt(each, 16)] : [])),
  );

function readPath(value: string, paths: ('directory' | 'file' | 'none' | null)[]): void {
  const [, number, kind] = /^(\d{1,6}) (directory|file|none)$/.exec(value) ?? [];
  const index = Number(number) - 1;
  if (kind === undefined || !(index < paths.length)) return;
  paths[index] = kind as 'directory' | 'file' | 'none';
}

function readSize(value: string, sizes: Partial<Record<SizeKind, Size>>): void {
  const [, kind, files, bytes] = /^([a-z]+) (\d{1,12}) (\d{1,16})$/.exec(value) ?? [];
  const known = sizeKinds.find((each) => each === kind);
  if (known !== undefined) sizes[known] = { files: Number(files), bytes: Number(bytes) };
}
