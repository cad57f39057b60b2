export { describeAttempt, describeRun, type RunDescription } from './evidence.ts';
export { RunsPage } from './list-page.tsx';
export { activeStates, isActive, useRunSummary, useRuns } from './run-store.ts';
