/** Runs: specification, launch, queue, supervision, logs and printed metrics. */
export type { ActivityKeeper, RunsDependencies } from './context.ts';
export { createRuns, type RunsService } from './service.ts';
