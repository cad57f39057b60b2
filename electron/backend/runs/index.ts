/** Runs: specification, launch, queue, supervision, logs and printed metrics. */
export type { ActivityKeeper, RunsDependencies } from './context.ts';
export { withResume } from './handover/resume.ts';
export { heldByOthers, isOfKind, usable, wholeCount } from './queue/accelerators.ts';
export { createRuns, type RunsService } from './service.ts';
