/** Backups of runs on other machines: by policy or by hand, verified by hash, pruned, found again, restored from. */
export type { KeepingDependencies } from './context.ts';
export { RunBackups } from './service.ts';
