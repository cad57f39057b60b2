import type { RunsPrograms } from '#backend/processes/index.ts';
import type { CodeSnapshot } from '#shared/domain/run.ts';
import type { CodeStore, TakeProgress } from './store/code-store.ts';
import { collectGarbage } from './sync/collect-garbage.ts';
import { type Place, type SendOptions, send } from './sync/send.ts';

/** What launching a run needs of this room: code that is kept as it was, and brought to a box. */
export interface CodeKeeper {
  take(directory: string, options?: TakeProgress): Promise<CodeSnapshot>;
  takeMount(source: string, name: string, options?: TakeProgress): Promise<CodeSnapshot>;
  files(snapshotId: string): Promise<ReadonlyMap<string, string>>;
  /** Frees what no run needs any more. */
  keepOnly(snapshotIds: ReadonlySet<string>): Promise<void>;
  /** Frees on a box the code that is neither one of these nor was used there within a day. Returns the bytes freed. */
  collectOn(
    programs: RunsPrograms,
    root: string,
    snapshotIds: ReadonlySet<string>,
    signal?: AbortSignal,
  ): Promise<number>;
  send(programs: RunsPrograms, snapshotId: string, place: Place, options?: SendOptions): Promise<void>;
}

export function codeKeeper(
  store: CodeStore,
  { scriptsDirectory }: { scriptsDirectory?: string } = {},
): CodeKeeper {
  const scripts = scriptsDirectory === undefined ? {} : { scriptsDirectory };
  return {
    take: (directory, options) => store.take(directory, options),
    takeMount: (source, name, options) => store.takeMount(source, name, options),
    files: (snapshotId) => store.files(snapshotId),
    keepOnly: (snapshotIds) => store.keepOnly(snapshotIds),
    collectOn: (programs, root, keep, signal) =>
      collectGarbage(programs, { root, keep }, { ...scripts, ...(signal === undefined ? {} : { signal }) }),
    send: (programs, snapshotId, place, options = {}) =>
      send(store, programs, snapshotId, place, { ...scripts, ...options }),
  };
}
