/**
 * The life of an attempt, and (of its newest attempt) of a run.
 * queued → preparing → starting → running → stopping → succeeded | failed | stopped | lost.
 * "Not seen" is not one of them: it is said beside the state by `seenAt`, and never changes it.
 * `lost` needs proof: a new boot id with no process, or the lock free with no exit record and no process.
 */
export const runStates = [
  'queued',
  'preparing',
  'starting',
  'running',
  'stopping',
  'succeeded',
  'failed',
  'stopped',
  'lost',
] as const;
export type RunState = (typeof runStates)[number];

export const endedStates: readonly RunState[] = ['succeeded', 'failed', 'stopped', 'lost'];
export const hasEnded = (state: RunState): boolean => endedStates.includes(state);
