import path from 'node:path';
import pino from 'pino';
import type { NewActivity } from '#backend/activity/index.ts';
import { Browse, Downloads, Uploads } from '#backend/browse/index.ts';
import type { BytePiece } from '#backend/bytes/index.ts';
import { systemClock } from '#backend/clock.ts';
import type { LocalPrograms, RunsPrograms } from '#backend/processes/index.ts';
import { newId, thisComputerId } from '#shared/domain/id.ts';
import { localBox } from '#test/lab/local-box.ts';

export const owner = { name: 'tester', role: 'owner' } as const;
export const signal = new AbortController().signal;
export const page = {
  by: 'name',
  descending: false,
  search: '',
  hidden: false,
  offset: 0,
  limit: 500,
} as const;

export type BrowsedKind = 'dash' | 'busybox';

export interface Browsed {
  home: string;
  programs: LocalPrograms;
  browse: Browse;
  uploads: Uploads;
  downloads: Downloads;
  recorded: NewActivity[];
  live: { directory: string; work: string }[];
  at(name: string): { machineId: string; path: string };
  /** As a new process of the backend has them: nothing is known of what came before. */
  anew(): Uploads;
  close(): Promise<void>;
}

/** The room over whatever gives a machine's programs. */
export function roomOver(programs: () => Promise<RunsPrograms>) {
  const recorded: NewActivity[] = [];
  const live: Browsed['live'] = [];
  const room = {
    access: { programs },
    machine: (id: string) => ({ id, name: 'box' }),
    activity: { record: (entry: NewActivity) => void recorded.push(entry) },
    clock: systemClock,
    log: pino({ level: 'silent' }),
  };
  return {
    recorded,
    live,
    browse: new Browse({ ...room, livePlaces: () => live }),
    uploads: new Uploads({ ...room, admit: () => undefined }),
    downloads: new Downloads({ ...room, admitHere: () => undefined }),
  };
}

/** The room over a box without a server: the same scripts, in that box's shell and with its programs. */
export async function browsed(kind: BrowsedKind): Promise<Browsed> {
  const box = await localBox({ kind });
  const open = () => roomOver(async () => box.programs);
  return {
    ...open(),
    anew: () => open().uploads,
    home: box.home,
    programs: box.programs,
    at: (name) => ({ machineId: thisComputerId, path: path.posix.join(box.home, name) }),
    close: () => box.close(),
  };
}

/** An upload as a page does it: `content` from where it is wanted on, in pieces. Resolves with the last INFO. */
export async function upload(
  uploads: Uploads,
  place: { machineId: string; path: string },
  content: Buffer,
  more: {
    uploadId?: string;
    replace?: boolean;
    modifiedAt?: number;
    signal?: AbortSignal;
    sent?: (offset: number) => void;
  } = {},
): Promise<{
  from: number;
  begun: string | null;
  toCompare: boolean;
  done: { path: string; sha256: string } | null;
}> {
  const offset = Promise.withResolvers<number>();
  offset.promise.catch(() => undefined);
  let from = -1;
  async function* input() {
    for (let at = await offset.promise; at < content.length; at += 300_000) {
      if (more.signal?.aborted) return;
      yield content.subarray(at, at + 300_000);
      more.sent?.(at);
    }
  }
  const { modifiedAt = 1_700_000_000_000, replace = false, uploadId = newId() } = more;
  const request = {
    kind: 'upload' as const,
    uploadId,
    ...place,
    bytes: content.length,
    modifiedAt,
    replace,
    credit: 0,
  };
  let begun: string | null = null;
  let toCompare = false;
  let done: { path: string; sha256: string } | null = null;
  const context = { actor: owner, signal: more.signal ?? signal, input };
  for await (const piece of uploads.receive(request, context) as AsyncIterable<BytePiece<'upload'>>) {
    if (!('info' in piece)) continue;
    if (from < 0) {
      from = piece.info.offset;
      begun = piece.info.begunSha256 ?? null;
      toCompare = piece.info.toCompare ?? false;
      offset.resolve(from);
    }
    done = piece.info.done;
  }
  return { from, begun, toCompare, done };
}

/** A download to its end. */
export async function download(
  downloads: Downloads,
  place: { machineId: string; path: string },
  more: { offset?: number; version?: string | null; taken?: (bytes: number) => void } = {},
): Promise<{ content: Buffer; sha256: string | null }> {
  const { offset = 0, version = null, taken } = more;
  const request = { kind: 'file' as const, ...place, offset, version, credit: 0 };
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let sha256: string | null = null;
  for await (const piece of downloads.send(request, { actor: owner, signal })) {
    if ('info' in piece) sha256 = piece.info.sha256;
    else {
      parts.push(piece.bytes);
      bytes += piece.bytes.byteLength;
      taken?.(bytes);
    }
  }
  return { content: Buffer.concat(parts), sha256 };
}
