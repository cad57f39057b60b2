import { open } from 'node:fs/promises';
import path from 'node:path';
import type { CodeDifference } from '#shared/domain/box-file.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { CodeSnapshot } from '#shared/domain/run.ts';
import type { TreeEntry } from './snapshot/types.ts';
import type { CodeStore } from './store/code-store.ts';

/** More of a file is no longer read by anybody. */
const mostShownBytes = 1_048_576;
const mostDifferences = 20_000;

/** The code that runs were launched with, against what the directory that it was taken from holds now. */
export class CodeChanges {
  readonly #store: CodeStore;
  readonly #snapshotOf: (runId: string) => CodeSnapshot | null;

  /** `snapshotOf` throws RUN_UNKNOWN. */
  constructor(store: CodeStore, snapshotOf: (runId: string) => CodeSnapshot | null) {
    this.#store = store;
    this.#snapshotOf = snapshotOf;
  }

  /** By path, with the same ignore rules as a launch. Rejects with CODE_GONE and SNAPSHOT_… errors. */
  async changes(
    { runId }: { runId: string },
    signal: AbortSignal,
  ): Promise<{ directory: string; differences: CodeDifference[] }> {
    const { id, workdir } = this.#required(runId);
    const before = await this.#store.tree(id).catch(asGone);
    const looked = await this.#store.look(workdir, { signal }).catch(asGone);
    const now = new Map(looked.entries.map((entry) => [entry.path, entry]));
    const paths = [...new Set([...before.keys(), ...now.keys()])].sort();
    const differences = paths.flatMap((at) => differenceAt(at, before.get(at), now.get(at)) ?? []);
    return { directory: workdir, differences: differences.slice(0, mostDifferences) };
  }

  /** Both texts of one file; null where it is not there. `binary`: one of them is no text, or too long to be read. */
  async change(
    { runId, path: at }: { runId: string; path: string },
    signal: AbortSignal,
  ): Promise<{ before: string | null; now: string | null; binary: boolean }> {
    const { id, workdir } = this.#required(runId);
    const entry = (await this.#store.tree(id).catch(asGone)).get(at);
    const looked = await this.#store.look(workdir, { signal }).catch(asGone);
    // Only what a launch would take is shown: a path from a page leads nowhere else.
    const entryNow = looked.entries.find((one) => one.path === at);
    const tooLong = [entry, entryNow].some((one) => one?.kind === 'file' && one.size > mostShownBytes);
    if (tooLong) return { before: null, now: null, binary: true };
    const before = await this.#before(id, entry);
    const now = await nowOf(workdir, entryNow);
    if (before === undefined || now === undefined) return { before: null, now: null, binary: true };
    return { before, now, binary: false };
  }

  async #before(snapshotId: string, entry: TreeEntry | undefined): Promise<string | null | undefined> {
    if (entry?.kind !== 'file') return linkText(entry);
    const content = await this.#store.contentOf(snapshotId, entry.path).catch(asGone);
    return content === null ? null : textOf(content);
  }

  #required(runId: string): CodeSnapshot {
    const snapshot = this.#snapshotOf(runId);
    if (snapshot === null) throw codeGone('This run was launched without code.');
    return snapshot;
  }
}

function differenceAt(
  at: string,
  before: TreeEntry | undefined,
  now: TreeEntry | undefined,
): CodeDifference | null {
  const change = changeOf(before, now);
  return change && { path: at, change, beforeBytes: sizeOf(before), nowBytes: sizeOf(now) };
}

function changeOf(
  before: TreeEntry | undefined,
  now: TreeEntry | undefined,
): CodeDifference['change'] | null {
  if (before === undefined) return 'added';
  if (now === undefined) return 'removed';
  if (before.kind === 'file' && now.kind === 'file') {
    if (before.sha256 !== now.sha256) return 'changed';
    return before.mode === now.mode ? null : 'mode';
  }
  if (before.kind === 'directory' && now.kind === 'directory')
    return before.mode === now.mode ? null : 'mode';
  return before.kind === 'link' && now.kind === 'link' && before.target === now.target ? null : 'changed';
}

const sizeOf = (entry: TreeEntry | undefined): number | null =>
  entry?.kind === 'file' ? entry.size : entry?.kind === 'link' ? Buffer.byteLength(entry.target) : null;

const linkText = (entry: TreeEntry | undefined): string | null =>
  entry?.kind === 'link' ? `→ ${entry.target}\n` : null;

async function nowOf(workdir: string, entry: TreeEntry | undefined): Promise<string | null | undefined> {
  if (entry?.kind !== 'file') return linkText(entry);
  const handle = await open(path.join(workdir, entry.path), 'r').catch(() => null);
  if (handle === null) return null;
  try {
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(mostShownBytes + 1),
      0,
      mostShownBytes + 1,
      0,
    );
    return bytesRead > mostShownBytes ? undefined : textOf(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** undefined: it is no text. */
function textOf(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function asGone(error: unknown): never {
  const { code, message } = TrainyardError.from(error);
  if (code === 'SNAPSHOT_UNKNOWN' || code === 'SNAPSHOT_NOT_A_DIRECTORY') throw codeGone(message);
  throw error;
}

const codeGone = (why: string): TrainyardError =>
  new TrainyardError('CODE_GONE', `The code cannot be compared: ${why}`);
