/** The names of a move's phases and modes, apart from their schemas: a page's first file must not carry those. */

/**
 * The phases of a move, in order; each is on this computer's disk before anything of it is done. From `rolling-back` there
 * is only `rolled-back`; the rest goes forward. docs/moving.md says what is done in each and what happens when it is cut off.
 */
export const migrationPhases = [
  'preparing',
  'precopying',
  'armed',
  'stopping',
  'copying',
  'verified',
  'starting',
  'confirming',
  'committed',
  'rolling-back',
  'rolled-back',
] as const;
export type MigrationPhase = (typeof migrationPhases)[number];
export const isOver = (phase: MigrationPhase): boolean => phase === 'committed' || phase === 'rolled-back';

/**
 * `request`: the trainer is asked to save and stops after that; `next`: it stops after its own next checkpoint;
 * `last`: at once, what was trained since the last checkpoint is lost.
 */
export const migrationModes = ['request', 'next', 'last'] as const;
export type MigrationMode = (typeof migrationModes)[number];
