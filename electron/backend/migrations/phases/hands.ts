import type { MigrationPhase } from '#shared/domain/migration.ts';
import type { Bridge } from '../bridge.ts';
import type { Leash } from '../leash.ts';
import type { End, Move } from '../move.ts';

/** What a phase works with. */
export interface Hands {
  move: Move;
  bridge: Bridge;
  leashes: Record<End, Leash>;
}

/**
 * One phase: does its part and writes down the next one. It may find parts of it done, by a process that was killed. What it throws
 * leads back.
 */
export type Phase = (hands: Hands) => Promise<void>;
export type Phases = Record<Exclude<MigrationPhase, 'committed' | 'rolled-back'>, Phase>;
