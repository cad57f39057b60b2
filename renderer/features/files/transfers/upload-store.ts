import { sha256 } from '@noble/hashes/sha2.js';
import { create } from 'zustand';
import type { ByteChannel } from '#renderer/rpc/index.ts';
import type { Client } from '#shared/contract/index.ts';
import { newId } from '#shared/domain/new-id.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { joinPath } from '../box-path.ts';
import { type Chosen, topsOf } from './drop-entries.ts';
import { Rate } from './rate.ts';
import { sendFile } from './send-file.ts';
import { keepUnfinished, mostTops, readUnfinished, type Unfinished } from './unfinished.ts';

export interface Upload {
  id: string;
  machineId: string;
  machineName: string;
  /** Where it goes. */
  directory: string;
  /** What it is, as the user chose it: its first name, how many there are beside each other, and whether folders are among them. */
  name: string;
  tops: number;
  folders: boolean;
  /** `cut`: its page was loaded anew; it goes on once the user has chosen the same files again. */
  state: 'running' | 'done' | 'failed' | 'cancelled' | 'cut';
  startedAt: number;
  endedAt: number | null;
  doneBytes: number;
  totalBytes: number;
  doneFiles: number;
  totalFiles: number;
  bytesPerSecond: number;
  remainingMs: number | null;
  /** False while the backend or the machine is out of reach: it goes on by itself. */
  connected: boolean;
  /** Of a single file: what the machine says of what it has. Of several: each was compared. */
  sha256: string | null;
  error: TrainyardError | null;
}

/** Those that this page has not begun itself. */
const cuts = new Map(readUnfinished().map((cut) => [cut.id, cut]));
const asCut = ({ tops, ...shown }: Unfinished): Upload => ({
  ...shown,
  tops: tops.length,
  ...ended,
  state: 'cut',
  endedAt: null,
  connected: true,
  sha256: null,
  error: null,
});
const ended = { bytesPerSecond: 0, remainingMs: null };

export const useUploads = create<{ byId: ReadonlyMap<string, Upload> }>()(() => ({
  byId: new Map([...cuts].map(([id, cut]) => [id, asCut(cut)])),
}));
export const cutUpload = (id: string): Unfinished | undefined => cuts.get(id);
export const cutUploads = (): Unfinished[] => [...cuts.values()];

interface Work {
  request: UploadRequest;
  /** Of each file: by what it is gone on with, and whether it is there. */
  files: { path: string; file: File; uploadId: string; done: boolean; sentBytes: number }[];
  abort: AbortController;
}
const works = new Map<string, Work>();

export interface UploadRequest {
  machineId: string;
  machineName: string;
  directory: string;
  chosen: Chosen;
  /** Files that are there are replaced: the user has been asked. */
  replace: boolean;
  /** What the user chose, and the names that it goes under; absent: its own. */
  tops?: [string, string | null][];
}
/** An earlier upload, begun before the page was loaded anew, that this one goes on with. */
export interface Before {
  id: string;
  arrived: ReadonlySet<string>;
}
export interface UploadMeans {
  files: Pick<Client['files'], 'makeDirectory'>;
  bytes: Pick<ByteChannel, 'open'>;
  /** Some of it is there now: whoever shows the directory reads it anew. */
  onArrived(machineId: string, directory: string): void;
  /** Between two tries; absent: that long. */
  pause?(ms: number, signal: AbortSignal): Promise<void>;
}

const atOnce = 4;
/** Small files that arrive together are brought to a machine together: the more of them, the faster. */
const atOnceOfMany = 24;
const many = 50;
/** A box that starts anew is there again within minutes. */
const retryAfterMs = [1000, 2000, 4000, 8000, 15_000, 30_000, 30_000, 60_000, 60_000, 60_000];
const tellEveryMs = 200;
/** Whoever looks at the directory sees what is new in it meanwhile: rarer and rarer, as reading a large one costs. */
const showAfterMs = 1500;

const put = (id: string, changes: Partial<Upload>): void =>
  useUploads.setState(({ byId }) => {
    const before = byId.get(id);
    return before ? { byId: new Map(byId).set(id, { ...before, ...changes }) } : { byId };
  });

/** Starts one; it goes on while the page is open. Resolves when it has ended, however that was. */
export function startUpload(
  request: UploadRequest,
  means: UploadMeans,
  before: Before = { id: newId(), arrived: new Set() },
): { id: string; ended: Promise<void> } {
  const { machineId, machineName, directory, chosen } = request;
  const { id, arrived } = before;
  cuts.delete(id);
  const [first] = [...chosen.directories, ...chosen.files.map(({ path }) => path)];
  const upload: Upload = {
    id,
    machineId,
    machineName,
    directory,
    name: first?.split('/')[0] ?? '',
    tops: topsOf(chosen).length,
    folders: chosen.directories.length > 0,
    state: 'running',
    startedAt: Date.now(),
    endedAt: null,
    doneBytes: 0,
    totalBytes: chosen.files.reduce((sum, { file }) => sum + file.size, 0),
    doneFiles: 0,
    totalFiles: chosen.files.length,
    bytesPerSecond: 0,
    remainingMs: null,
    connected: true,
    sha256: null,
    error: null,
  };
  useUploads.setState(({ byId }) => ({ byId: new Map(byId).set(id, upload) }));
  works.set(id, {
    request,
    files: chosen.files.map(({ path, file }) => ({
      path,
      file,
      uploadId: uploadIdOf(machineId, joinPath(directory, path), file),
      done: arrived.has(path),
      sentBytes: 0,
    })),
    abort: new AbortController(),
  });
  remember();
  return { id, ended: run(id, means) };
}

/**
 * The same file to the same place is the same upload, also when it is chosen anew: what has arrived of it is gone on with. Whether
 * it is still the same is seen from what has arrived.
 */
function uploadIdOf(machineId: string, path: string, { size, lastModified }: File): string {
  const text = [machineId, path, size, lastModified].join('\n');
  const hash = sha256(new TextEncoder().encode(text));
  return newId((bytes) => bytes.map((_, at) => hash[at] ?? 0));
}

/** Writes down what has not arrived whole, for a page that is loaded anew. */
function remember(): void {
  const unfinished = [...useUploads.getState().byId.values()].flatMap((upload): Unfinished[] => {
    const cut = cuts.get(upload.id);
    if (cut) return [cut];
    const request = works.get(upload.id)?.request;
    if (!request || (upload.state !== 'running' && upload.state !== 'failed')) return [];
    const { chosen, machineId, machineName, directory } = request;
    const tops = request.tops ?? topsOf(chosen).map(({ name }) => [name, name]);
    if (tops.length > mostTops) return [];
    const { id, name, startedAt, doneBytes, totalBytes, doneFiles, totalFiles } = upload;
    const progress = { startedAt, doneBytes, totalBytes, doneFiles, totalFiles };
    const folders = chosen.directories.length > 0;
    return [{ id, machineId, machineName, directory, name, tops, folders, ...progress }];
  });
  keepUnfinished(unfinished);
}
if (typeof window !== 'undefined') window.addEventListener('pagehide', remember);

/** Tries what is not there yet again, each file from where it was. */
export function retryUpload(id: string, means: UploadMeans): Promise<void> {
  const work = works.get(id);
  if (!work || useUploads.getState().byId.get(id)?.state === 'running') return Promise.resolve();
  work.abort = new AbortController();
  put(id, { state: 'running', endedAt: null, error: null, connected: true });
  return run(id, means);
}

export function cancelUpload(id: string): void {
  works.get(id)?.abort.abort();
}

/** What has arrived of it goes with time. */
export function forgetCut(id: string): void {
  cuts.delete(id);
  useUploads.setState(({ byId }) => ({ byId: new Map([...byId].filter(([each]) => each !== id)) }));
  remember();
}

/** Forgets those that have ended. */
export function clearUploads(): void {
  useUploads.setState(({ byId }) => {
    const going = new Map([...byId].filter(([, { state }]) => state === 'running' || state === 'cut'));
    for (const id of byId.keys()) if (!going.has(id)) works.delete(id);
    return { byId: going };
  });
  remember();
}

async function run(id: string, means: UploadMeans): Promise<void> {
  const work = works.get(id);
  if (!work) return;
  const { request, files, abort } = work;
  const { machineId, directory } = request;
  const progress = new Progress(id, work);
  // A line that carries nothing any more says nothing either: its rate goes down all the same.
  const ticking = setInterval(() => progress.tell(), 1000);
  const seen = new Set<string>();
  let nextShowAt = 0;
  let pauseMs = showAfterMs;
  const show = (path: string) => {
    const top = path.split('/')[0] ?? path;
    if (seen.has(top) || performance.now() < nextShowAt) return;
    seen.add(top);
    pauseMs *= 2;
    nextShowAt = performance.now() + pauseMs;
    means.onArrived(machineId, directory);
  };
  try {
    for (const path of request.chosen.directories) {
      abort.signal.throwIfAborted();
      await makeDirectory(means, machineId, joinPath(directory, path), abort.signal);
      show(path);
    }
    const waiting = files.filter(({ done }) => !done);
    const sendNext = async (): Promise<void> => {
      for (let file = waiting.shift(); file; file = waiting.shift()) {
        abort.signal.throwIfAborted();
        const mine = file;
        const send = () =>
          sendFile(
            means.bytes,
            { ...mine, machineId, path: joinPath(directory, mine.path), replace: request.replace },
            {
              signal: abort.signal,
              onSent(bytes, fromHere) {
                if (fromHere) mine.sentBytes = Math.max(mine.sentBytes, bytes);
                if (useUploads.getState().byId.get(id)?.connected === false) put(id, { connected: true });
                progress.sent(mine.path, bytes);
              },
              onConnected: (connected) => put(id, { connected }),
            },
          );
        const sendMine = () =>
          send().catch((thrown: unknown) => {
            if (TrainyardError.from(thrown).code !== 'UPLOAD_OTHER_BEGINNING') throw thrown;
            mine.uploadId = newId();
            return send();
          });
        const { sha256 } = await withPatience(sendMine, means, {
          signal: abort.signal,
          progress: () => mine.sentBytes,
          onWait: () => put(id, { connected: false, bytesPerSecond: 0, remainingMs: null }),
        });
        mine.done = true;
        progress.arrived(mine.path, mine.file.size);
        show(mine.path);
        if (files.length === 1) put(id, { sha256 });
      }
    };
    const lanes = waiting.length > many ? atOnceOfMany : Math.min(atOnce, waiting.length);
    await Promise.all(Array.from({ length: lanes }, sendNext));
    progress.tell();
    put(id, { state: 'done', endedAt: Date.now(), bytesPerSecond: 0, remainingMs: null });
  } catch (thrown) {
    const byUser = abort.signal.aborted;
    abort.abort();
    progress.tell();
    put(id, {
      state: byUser ? 'cancelled' : 'failed',
      endedAt: Date.now(),
      bytesPerSecond: 0,
      remainingMs: null,
      error: byUser ? null : TrainyardError.from(thrown),
    });
  } finally {
    clearInterval(ticking);
    remember();
    means.onArrived(machineId, directory);
  }
}

interface Patience {
  signal: AbortSignal;
  /** How far it is: who gets further has all tries again. */
  progress(): number;
  onWait(): void;
}

/** What may go well another time is tried again: of a file that is under way, with what has arrived. */
async function withPatience<T>(send: () => Promise<T>, means: UploadMeans, patience: Patience): Promise<T> {
  let tries = 0;
  for (let before = patience.progress(); ; before = patience.progress()) {
    try {
      return await send();
    } catch (thrown) {
      if (patience.progress() > before) tries = 0;
      const pauseMs = retryAfterMs[tries];
      tries += 1;
      if (patience.signal.aborted || !TrainyardError.from(thrown).retryable || pauseMs === undefined)
        throw thrown;
      patience.onWait();
      await (means.pause ?? pause)(pauseMs, patience.signal);
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** One that is there already is as good. */
async function makeDirectory(means: UploadMeans, machineId: string, path: string, signal: AbortSignal) {
  try {
    await means.files.makeDirectory({ machineId, path }, { signal });
  } catch (thrown) {
    if (TrainyardError.from(thrown).code !== 'FILE_EXISTS') throw thrown;
  }
}

/** Adds up what is on its way, and tells of it a few times a second. */
class Progress {
  readonly #id: string;
  readonly #rate = new Rate();
  readonly #underWay = new Map<string, number>();
  readonly #total: number;
  #doneBytes: number;
  #doneFiles: number;
  #toldAt = 0;

  constructor(id: string, { files }: Work) {
    this.#id = id;
    const done = files.filter((file) => file.done);
    this.#doneFiles = done.length;
    this.#doneBytes = done.reduce((sum, { file }) => sum + file.size, 0);
    this.#total = files.reduce((sum, { file }) => sum + file.size, 0);
    this.#rate.add(performance.now(), this.#doneBytes);
  }

  sent(path: string, bytes: number): void {
    this.#underWay.set(path, bytes);
    if (performance.now() - this.#toldAt >= tellEveryMs) this.tell();
  }

  arrived(path: string, bytes: number): void {
    this.#underWay.delete(path);
    this.#doneBytes += bytes;
    this.#doneFiles += 1;
    if (performance.now() - this.#toldAt >= tellEveryMs) this.tell();
  }

  tell(): void {
    this.#toldAt = performance.now();
    let doneBytes = this.#doneBytes;
    for (const bytes of this.#underWay.values()) doneBytes += bytes;
    this.#rate.add(this.#toldAt, doneBytes);
    const bytesPerSecond = this.#rate.perSecond();
    put(this.#id, {
      doneBytes,
      doneFiles: this.#doneFiles,
      bytesPerSecond,
      remainingMs: bytesPerSecond > 0 ? ((this.#total - doneBytes) / bytesPerSecond) * 1000 : null,
    });
  }
}
