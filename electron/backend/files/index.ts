/** Code snapshots: a directory as it was, kept here, and brought to boxes so that only what they lack travels. */

export { CodeChanges } from './changes.ts';
export { type CodeKeeper, codeKeeper } from './keeper.ts';
export { gitState } from './snapshot/git.ts';
export { HashCache } from './snapshot/hash-cache.ts';
export { type TakeOptions, takeMount, takeSnapshot } from './snapshot/take.ts';
export type { GitState, Snapshot, SnapshotNotice, TreeEntry } from './snapshot/types.ts';
export { CodeStore, type TakeProgress } from './store/code-store.ts';
export { collectGarbage } from './sync/collect-garbage.ts';
export { type Place, type SendOptions, send } from './sync/send.ts';
