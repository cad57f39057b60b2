import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { CodeSnapshot, Run } from '#shared/domain/run.ts';
import type { RunsContext } from './context.ts';
import { workdirMissing } from './errors.ts';

type OnProgress = (done: number, total: number, unit: 'files' | 'bytes') => void;

interface Taking {
  snapshot: Promise<CodeSnapshot>;
  abort: AbortController;
  onProgress: Set<OnProgress>;
}

/** The directory a task's workdir means on this computer: absolute. Rejects with WORKDIR_MISSING. */
export async function localWorkdir(workdir: string, baseDirectory: string | null): Promise<string> {
  const expanded = workdir.replace(/^~(?=\/|$)/, homedir());
  const directory = path.resolve(baseDirectory ?? homedir(), expanded);
  const found = await stat(directory).catch(() => null);
  if (found === null || !found.isDirectory()) throw workdirMissing(directory);
  return directory;
}

/** Takes each run's code snapshot once, from the moment of its launch, so that later edits do not leak into it. */
export class SnapshotTaker {
  readonly #context: RunsContext;
  readonly #taking = new Map<string, Taking>();

  constructor(context: RunsContext) {
    this.#context = context;
  }

  /** Starts taking it; what goes wrong is told by `of`. */
  begin(run: Run, baseDirectory: string | null): void {
    const { workdir } = run.spec;
    if (workdir === null || run.snapshot !== null || this.#taking.has(run.id)) return;
    const abort = new AbortController();
    const onProgress = new Set<OnProgress>();
    const snapshot = this.#take(run.id, workdir, baseDirectory, abort.signal, onProgress);
    // Whoever needs it hears of a failure; nobody may need it any more.
    snapshot.catch(() => undefined);
    this.#taking.set(run.id, { snapshot, abort, onProgress });
  }

  /** The run's snapshot, when it is taken; null where it has no workdir. */
  async of(run: Run, signal: AbortSignal, onProgress: OnProgress): Promise<CodeSnapshot | null> {
    if (run.spec.workdir === null) return null;
    const saved = this.#context.store.runs.get(run.id)?.snapshot ?? null;
    if (saved !== null) return saved;
    const base = this.#context.notes.get('launch', run.id, run.epoch)?.baseDirectory ?? null;
    this.begin(run, base);
    const taking = this.#taking.get(run.id);
    if (taking === undefined) return null;
    taking.onProgress.add(onProgress);
    const stopped = Promise.withResolvers<never>();
    const onAbort = () => stopped.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      return await Promise.race([taking.snapshot, stopped.promise]);
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

  async #take(
    runId: string,
    workdir: string,
    baseDirectory: string | null,
    signal: AbortSignal,
    listeners: ReadonlySet<OnProgress>,
  ): Promise<CodeSnapshot> {
    const { code, store } = this.#context;
    const directory = await localWorkdir(workdir, baseDirectory);
    const snapshot = await code.take(directory, {
      signal,
      onProgress: (done, total, unit) => {
        for (const listener of listeners) listener(done, total, unit);
      },
    });
    store.runs.setSnapshot(runId, snapshot);
    return snapshot;
  }
}
