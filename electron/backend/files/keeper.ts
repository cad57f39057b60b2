import type { RunsPrograms } from '#backend/processes/index.ts';
import type { CodeSnapshot } from '#shared/domain/run.ts';
import type { CodeStore, TakeProgress } from './store/code-store.ts';
import { type Place, type SendOptions, send } from './sync/send.ts';

/** What launching a run needs of this room: code that is kept as it was, and brought to a box. */
export interface CodeKeeper {
  take(directory: string, options?: TakeProgress): Promise<CodeSnapshot>;
  takeMount(source: string, name: string, options?: TakeProgress): Promise<CodeSnapshot>;
  files(snapshotId: string): Promise<ReadonlyMap<string, string>>;
  /** Frees what no run needs any more. */
  keepOnly(snapshotIds: ReadonlySet<string>): Promise<void>;
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
    send: (programs, snapshotId, place, options = {}) =>
      send(store, programs, snapshotId, place, { ...scripts, ...options }),
  };
}
