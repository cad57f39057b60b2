/** Runs: specification, launch, queue, supervision, logs and printed metrics. */
export type { ActivityKeeper, CodeKeeper, RunsDependencies, TransferOptions } from './context.ts';
export { createRuns, type RunsService } from './service.ts';
