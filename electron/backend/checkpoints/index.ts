/** Saved states of trainings as they lie on machines: found, told apart by framework, judged complete or not by looking alone. */
export type { CheckpointLooks, CheckpointTree, TreeEntry } from './interface.ts';
export { isMarker } from './judge.ts';
export { createCheckpointLooks, type LooksOptions } from './looks.ts';
export type { Remembered } from './rows.ts';
export { Checkpoints, type CheckpointsOptions, frameworkOf } from './service.ts';
