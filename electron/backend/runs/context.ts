import type { Logger } from 'pino';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import type { CodeKeeper } from '#backend/files/index.ts';
import type { RunsPrograms } from '#backend/processes/index.ts';
import type { MachineAccess } from '#backend/sites/capabilities.ts';
import type { Store } from '#backend/store/index.ts';
import type { TrainyardError } from '#shared/domain/error.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Label, Override } from '#shared/domain/sensitivity.ts';
import type { BoxRuns } from './box/interface.ts';
import type { Claims } from './handover/claims.ts';
import type { Reservations } from './handover/reservations.ts';
import type { Listeners } from './handover/seen.ts';
import type { Notes } from './notes.ts';
import type { Records } from './records.ts';
import type { Secrets } from './secrets.ts';

/** What the runs' room needs of the activity log. */
export interface ActivityKeeper {
  /** Inside a transaction it becomes part of it. `details` never holds a secret. */
  record(entry: {
    actor: Actor;
    action: string;
    target: string;
    result: 'done' | 'refused' | 'failed';
    details: Record<string, unknown>;
  }): void;
}

/** The vault, as far as runs know it. */
export interface StoredSecrets {
  /** The values in the order of `ids`. Throws VAULT_LOCKED, CREDENTIAL_UNKNOWN, CREDENTIAL_DAMAGED, CREDENTIAL_NOT_FOR_RUNS. */
  reveal(ids: readonly string[], run: { id: string; name: string }): string[];
}

/** What an attempt would take where. */
export interface Going {
  run: { id: string; name: string };
  epoch: number;
  machineId: string;
  /** Files and folders of this computer that it takes along, absolute. */
  sources: readonly string[];
}

/** What may go where, as far as runs know it. */
export interface RunPolicy {
  /**
   * Before a launch or a restart is taken in. What it returns is called in the transaction that saves the attempt. Throws
   * SENSITIVITY_VIOLATION, OVERRIDE_NEEDS_OWNER.
   */
  admit(
    going: Going & {
      action: 'run.launch' | 'run.restart';
      actor: Actor;
      sensitivity?: Label | undefined;
      override?: Override | undefined;
    },
  ): () => void;
  /** What stands against it now, for who only asks: nothing is recorded. */
  objection?(going: Going & { sensitivity?: Label | undefined }): TrainyardError | null;
  /** Right before the first byte of the attempt leaves. Throws SENSITIVITY_VIOLATION. */
  beforeSending(going: Going): void;
}

export interface RunsDependencies {
  store: Store;
  access: MachineAccess;
  events: EventBus;
  activity: ActivityKeeper;
  clock: Clock;
  log: Logger;
  /** Log copies lie in `logs/` below it. */
  dataDirectory: string;
  code: CodeKeeper;
  boxRuns(programs: RunsPrograms): BoxRuns;
  /** Where the bundled templates are: a directory with an index.json. */
  templatesDirectory: string;
  /** The vault; absent, launches cannot name credentials. */
  credentials?: StoredSecrets;
  /** Absent, everything may go everywhere. */
  policy?: RunPolicy;
  /** Tests: called after each step of a launch is on the disk. */
  onStep?(step: string): void;
}

/** What the parts of this room share. */
export interface RunsContext extends RunsDependencies {
  records: Records;
  notes: Notes;
  secrets: Secrets;
  claims: Claims;
  reservations: Reservations;
  listeners: Listeners;
}
