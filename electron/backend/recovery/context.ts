import type { Logger } from 'pino';
import type { Activity } from '#backend/activity/index.ts';
import type { CheckpointLooks } from '#backend/checkpoints/interface.ts';
import type { Clock } from '#backend/clock.ts';
import type { Copies } from '#backend/copies/interface.ts';
import type { EventBus } from '#backend/events.ts';
import type { RunHandover } from '#backend/runs/handover.ts';
import type { MachineAccess } from '#backend/sites/capabilities.ts';
import type { Store } from '#backend/store/index.ts';
import type { Proposal } from '#shared/domain/recovery.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Attempt } from '#shared/domain/run.ts';
import type { Journal } from './journal.ts';
import type { Policies } from './policies.ts';

/** The proposals of all policies, as far as recovery knows them. */
export interface ProposalDesk {
  open(proposal: Omit<Proposal, 'id' | 'at' | 'state' | 'migrationId'>): Proposal;
  /** It is no longer true. Nothing happens where it was answered already. */
  expire(proposalId: string): void;
}

/** Verified copies of runs elsewhere, as far as recovery knows them. */
export interface SpareCopies {
  /** The newest verified one that does not lie on that machine. */
  newest(runId: string, notOn: string): { backupId: string; machineName: string; step: number | null } | null;
  /** Brings it to a machine, code and set-up too, without starting it: what to go on from there. */
  bring(
    backupId: string,
    machineId: string,
    signal: AbortSignal,
  ): Promise<{ path: string; step: number | null }>;
}

export interface RecoveryDependencies {
  store: Store;
  events: EventBus;
  activity: Pick<Activity, 'record'>;
  clock: Clock;
  log: Logger;
  access: Pick<MachineAccess, 'isConnected' | 'onConnected'>;
  handover: RunHandover;
  looks: Pick<CheckpointLooks, 'inspect' | 'directoryOf' | 'ownOf'>;
  copies: Pick<Copies, 'open'>;
  /** The end of an attempt's log, as much of it as can be had. */
  logTail(attempt: Attempt, bytes: number, signal: AbortSignal): Promise<string>;
  proposals: ProposalDesk;
  spareCopies?: SpareCopies;
  /** Tests: called after each step of a restart is on the disk. */
  onStep?(step: string): void | Promise<void>;
}

export interface RecoveryContext extends RecoveryDependencies {
  journal: Journal;
  policies: Policies;
  /** Ends with the app. */
  ending: AbortSignal;
}

/** Who acts where nobody asked: the policy that the user has set. */
export const policyActor: Actor = { name: 'Trainyard (policy)', role: 'owner' };
