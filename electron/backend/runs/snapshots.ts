import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { CodeSnapshot, Run } from '#shared/domain/run.ts';
import type { TaskSpec } from '#shared/domain/spec.ts';
import type { RunsContext } from './context.ts';
import { mountMissing, workdirMissing } from './errors.ts';
import type { MountsNote } from './notes.ts';

type OnProgress = (done: number, total: number, unit: 'files' | 'bytes') => void;

/** What a run brings along: its workdir and its file mounts, as they were at its launch. */
export interface TakenCode {
  workdir: CodeSnapshot | null;
  mounts: MountsNote;
}

interface Taking {
  code: Promise<TakenCode>;
  abort: AbortController;
  onProgress: Set<OnProgress>;
}

/** A path of a task file on this computer: absolute. */
function localPath(given: string, baseDirectory: string | null): string {
  return path.resolve(
    baseDirectory ?? homedir(),
    given.replace(path.sep === '/' ? /^~(?=\/|$)/ : /^~(?=[\\/]|$)/, homedir()),
  );
}

/** Throws WORKDIR_MISSING or MOUNT_MISSING where the task names something that is not there. */
export function checkSources(spec: TaskSpec, baseDirectory: string | null): void {
  if (spec.workdir !== null) {
    const directory = localPath(spec.workdir, baseDirectory);
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) throw workdirMissing(directory);
  }
  for (const source of Object.values(spec.fileMounts)) {
    const local = localPath(source, baseDirectory);
    if (statSync(local, { throwIfNoEntry: false }) === undefined) throw mountMissing(local);
  }
}

/** What a launch of the task takes along from this computer: absolute paths. */
export const sourcesOf = (spec: TaskSpec, baseDirectory: string | null): string[] =>
  [...(spec.workdir === null ? [] : [spec.workdir]), ...Object.values(spec.fileMounts)].map((given) =>
    localPath(given, baseDirectory),
  );

/** What the run takes along, by its task and as it was really taken: a link may lead elsewhere since. */
export function takenFrom({ store, notes }: RunsContext, run: Run, baseDirectory: string | null): string[] {
  const workdir = store.runs.get(run.id)?.snapshot?.workdir;
  const mounts = notes.get('mounts', run.id, 0) ?? [];
  return [
    ...sourcesOf(run.spec, baseDirectory),
    ...(workdir === undefined ? [] : [workdir]),
    ...mounts.flatMap(({ source }) => source ?? []),
  ];
}

const bringsCode = (spec: TaskSpec): boolean =>
  spec.workdir !== null || Object.keys(spec.fileMounts).length > 0;

/** Takes each run's code once, from the moment of its launch, so that later edits do not leak into it. */
export class SnapshotTaker {
  readonly #context: RunsContext;
  readonly #taking = new Map<string, Taking>();

  constructor(context: RunsContext) {
    this.#context = context;
  }

  /** Starts taking it; what goes wrong is told by `of`. */
  begin(run: Run, baseDirectory: string | null): void {
    if (!bringsCode(run.spec) || this.#taking.has(run.id) || this.#saved(run) !== null) return;
    const abort = new AbortController();
    const onProgress = new Set<OnProgress>();
    const code = this.#take(run, baseDirectory, abort.signal, (...progress) => {
      for (const listener of onProgress) listener(...progress);
    });
    // Whoever needs it hears of a failure; nobody may need it any more.
    code.catch(() => undefined);
    this.#taking.set(run.id, { code, abort, onProgress });
  }

  /** The run's code, when it is taken. */
  async of(run: Run, signal: AbortSignal, onProgress: OnProgress): Promise<TakenCode> {
    if (!bringsCode(run.spec)) return { workdir: null, mounts: [] };
    const saved = this.#saved(run);
    if (saved !== null) return saved;
    const base = this.#context.notes.get('launch', run.id, run.epoch)?.baseDirectory ?? null;
    this.begin(run, base);
    const taking = this.#taking.get(run.id);
    if (taking === undefined) return { workdir: null, mounts: [] };
    taking.onProgress.add(onProgress);
    const stopped = Promise.withResolvers<never>();
    const onAbort = () => stopped.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      return await Promise.race([taking.code, stopped.promise]);
    } catch (error) {
      // The next try takes it anew.
      if (!signal.aborted) this.#taking.delete(run.id);
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
      taking.onProgress.delete(onProgress);
    }
  }

  /** Nobody needs it any more. */
  drop(runId: string): void {
    this.#taking.get(runId)?.abort.abort();
    this.#taking.delete(runId);
  }

  close(): void {
    for (const runId of [...this.#taking.keys()]) this.drop(runId);
  }

  #saved({ id, spec }: Run): TakenCode | null {
    const workdir = this.#context.store.runs.get(id)?.snapshot ?? null;
    const mounts = this.#context.notes.get('mounts', id, 0);
    if (spec.workdir !== null && workdir === null) return null;
    if (Object.keys(spec.fileMounts).length > 0 && mounts === null) return null;
    return { workdir, mounts: mounts ?? [] };
  }

  async #take(
    { id, spec }: Run,
    baseDirectory: string | null,
    signal: AbortSignal,
    onProgress: OnProgress,
  ): Promise<TakenCode> {
    const { code, store, notes } = this.#context;
    checkSources(spec, baseDirectory);
    const options = { signal, onProgress };
    const workdir =
      spec.workdir === null ? null : await code.take(localPath(spec.workdir, baseDirectory), options);
    const mounts: MountsNote = [];
    for (const [target, source] of Object.entries(spec.fileMounts)) {
      const local = localPath(source, baseDirectory);
      // A directory's contents go into the target; a file becomes the target.
      const isDirectory = statSync(local, { throwIfNoEntry: false })?.isDirectory() ?? false;
      const taken = await code.takeMount(local, path.posix.basename(target), options);
      const directory = isDirectory ? target : path.posix.dirname(target);
      mounts.push({ snapshotId: taken.id, directory, source: taken.workdir });
    }
    store.transaction(() => {
      // Deleted in the meantime: nothing to save.
      if (store.runs.summary(id) === undefined) return;
      if (workdir !== null) store.runs.setSnapshot(id, workdir);
      if (mounts.length > 0) notes.set('mounts', id, 0, mounts);
    });
    return { workdir, mounts };
  }
}
