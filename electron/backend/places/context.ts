import type { Logger } from 'pino';
import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import type { Migrations } from '#backend/migrations/interface.ts';
import type { MachineAccess } from '#backend/sites/capabilities.ts';
import type { Store } from '#backend/store/index.ts';
import type { Proposal } from '#shared/domain/recovery.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Proposals } from './proposals.ts';

export interface PlacesDependencies {
  store: Store;
  events: EventBus;
  activity: Pick<Activity, 'record'>;
  clock: Clock;
  log: Logger;
  access: Pick<MachineAccess, 'isConnected'>;
  migrations: Migrations;
  proposals: Proposals;
  /** Who answers for proposals to restart a lost run. Called in the transaction that closes the proposal. */
  recovery: { accept(proposal: Proposal, actor: Actor): void; dismiss(proposal: Proposal): void };
  /** Minute of the local day; tests give their own. */
  minuteOf?(at: number): number;
}

export interface PlacesContext extends PlacesDependencies {
  /** Ends with the app. */
  ending: AbortSignal;
}

/** Who acts where nobody asked: the policy that the user has set. */
export const policyActor: Actor = { name: 'Trainyard (policy)', role: 'owner' };
