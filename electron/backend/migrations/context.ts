import type { Logger } from 'pino';
import type { CheckpointLooks } from '#backend/checkpoints/interface.ts';
import type { Clock } from '#backend/clock.ts';
import type { Copies } from '#backend/copies/interface.ts';
import type { EventBus } from '#backend/events.ts';
import type { RunHandover } from '#backend/runs/handover.ts';
import type { Store } from '#backend/store/index.ts';
import type { MigrationPlan } from '#shared/domain/migration.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { MoveRequest } from './interface.ts';
import type { Journal } from './journal.ts';
import type { Pace } from './pace.ts';

/** What the room needs of the activity log. */
export interface ActivityKeeper {
  /** Inside a transaction it becomes part of it. */
  record(entry: {
    actor: Actor;
    action: string;
    target: string;
    result?: 'done' | 'refused' | 'failed';
    details?: Record<string, unknown>;
  }): void;
}

/** Looks at both machines and judges; changes nothing. */
export type Planner = (
  request: Pick<MoveRequest, 'runId' | 'machineId' | 'mode' | 'path'>,
  signal: AbortSignal,
) => Promise<MigrationPlan>;

/** What a move does to runs; no more. */
export type MovingHands = Pick<
  RunHandover,
  | 'admit'
  | 'begin'
  | 'claim'
  | 'claimedBy'
  | 'connect'
  | 'connected'
  | 'end'
  | 'follow'
  | 'get'
  | 'keepSecrets'
  | 'lastStep'
  | 'look'
  | 'markMoved'
  | 'missingSecrets'
  | 'onSeen'
  | 'onUserStop'
  | 'prepare'
  | 'release'
  | 'reserve'
  | 'unreserve'
>;

export interface MigrationsDependencies {
  store: Store;
  events: EventBus;
  activity: ActivityKeeper;
  clock: Clock;
  log: Logger;
  handover: MovingHands;
  copies: Copies;
  looks: CheckpointLooks;
  plan: Planner;
  /** Default: the usual one. */
  pace?: Partial<Pace>;
  /** Tests: called after each entry in the journal is on the disk. */
  onStep?(step: string): void;
}

/** What the parts of this room share. */
export interface MovesContext extends Omit<MigrationsDependencies, 'pace'> {
  journal: Journal;
  pace: Pace;
}
