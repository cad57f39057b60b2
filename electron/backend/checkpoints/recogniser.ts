import type { CheckpointFramework, CheckpointVerdict } from '#shared/domain/checkpoint.ts';
import type { TreeIndex } from './tree-index.ts';

/** What a recogniser found: judged by marker and structure alone; whether it is at rest is for looks to say. */
export interface Recognised {
  framework: CheckpointFramework;
  /** Relative to the root; '' is the root itself. */
  path: string;
  step: number | null;
  /** Orders those that tell no step: epochs, counts of saves. */
  order: number | null;
  /** In the order to copy them: markers and trackers last. */
  files: string[];
  /** What is wrong with it; null: nothing. */
  problem: CheckpointVerdict | null;
  /** What to say where nothing is wrong and nothing moves. */
  verdict: CheckpointVerdict;
}

/**
 * Finds the checkpoints of one framework in a tree. It reads headers and ends of files, never a whole one, and loads nothing.
 * Never throws for what lies there: what cannot be read is a problem of that checkpoint.
 */
export type Recogniser = (index: TreeIndex) => Promise<Recognised[]>;
