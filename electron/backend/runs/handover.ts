import type { TrainyardError } from '#shared/domain/error.ts';
import type { Accelerator } from '#shared/domain/machine.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Attempt, Run } from '#shared/domain/run.ts';
import type { Label, Override } from '#shared/domain/sensitivity.ts';
import type { BoxAttempt, BoxBootPlan } from './box/interface.ts';
import type { Connected } from './turns.ts';

export type { Connected } from './turns.ts';

/** Going on from a checkpoint: how it is said to the trainer is `checkpoint.resume`'s word, and resume.ts' business. */
export interface Resume {
  /** Absolute, on the machine where it is to start. */
  path: string;
  step: number | null;
}

export interface Beginning {
  runId: string;
  /** One more than the newest; the same one again (after a crash) is the same attempt. */
  epoch: number;
  machineId: string;
  accelerators: readonly Accelerator[];
  resume: Resume | null;
  /** Code, environment and data are there already: nothing is sent, set-up is not run again where it is done. */
  prepared: boolean;
  actor: Actor;
  reason: 'migration' | 'roll-back' | 'recovery' | 'restore';
  signal: AbortSignal;
}

/** What moving, recovering and restoring need of the runs' room, and all they may do to it. */
export interface RunHandover {
  /**
   * Nobody else (restart, delete, the queue, another move) may touch the run until it is released; a stop by the user goes
   * through and is told to the owner by `onUserStop`. Kept in the database: a claim outlives the app. Throws RUN_CLAIMED.
   */
  claim(runId: string, by: string): void;
  release(runId: string, by: string): void;
  /** The user has asked for a claimed run to be stopped. Returns the end of listening. */
  onUserStop(listener: (runId: string, epoch: number) => void): () => void;
  /** Who has the run now; null: nobody. */
  claimedBy(runId: string): string | null;

  /** Puts accelerators aside on a machine for a run that will come, as the queue would choose them. Throws MACHINE_FULL, RUN_NO_SUCH_ACCELERATOR. */
  reserve(runId: string, machineId: string, by: string): Accelerator[];
  unreserve(runId: string, machineId: string, by: string): void;
  /** What `reserve` would put aside, without doing it. */
  room(runId: string, machineId: string): Accelerator[];

  /** Judges data sensitivity for this run on this machine, without saving. Throws SENSITIVITY_VIOLATION, OVERRIDE_NEEDS_OWNER. */
  admit(
    runId: string,
    machineId: string,
    actor: Actor,
    asked: { sensitivity?: Label | undefined; override?: Override | undefined },
  ): void;
  /** The same question for those who only look: nothing is kept and nothing recorded. null: nothing stands against it. */
  objection(runId: string, machineId: string, sensitivity?: Label): TrainyardError | null;
  /** Values that a launch needs and that neither memory nor the vault has now, by name. */
  missingSecrets(runId: string): string[];
  keepSecrets(runId: string, values: Record<string, string>): void;

  connected(machineId: string): Connected | null;
  /** Connects first where needed; rejects with MACHINE_UNREACHABLE and the like. */
  connect(machineId: string, signal: AbortSignal): Promise<Connected>;

  /**
   * Brings code and set-up to a machine where the run is not yet, in the run's own directory, without starting it. Done again
   * it answers the same. `madeBySetup`: relative to the code's directory; of a new directory only its own path, all below it
   * counts. `code` is `missing` where this computer does not have the code (another one launched the run) and neither has
   * the machine: set-up was then not run, and this is to be called again once the code was copied there from the source.
   */
  prepare(
    runId: string,
    machineId: string,
    options: { signal: AbortSignal; onProgress?: (done: number, total: number) => void },
  ): Promise<{
    runDirectory: string;
    codeDirectory: string;
    madeBySetup: ReadonlySet<string>;
    code: 'brought' | 'there' | 'missing';
  }>;

  /**
   * Starts an attempt at once, outside the queue. Resolves when its process exists and its state is on the box's disk. Whoever
   * calls it has made sure that no earlier attempt can train: one on another machine that still seemed to is marked as moved.
   * Rejected with something retryable (or RUN_ALREADY_LIVE) it may be called again; with anything else the attempt has failed.
   */
  begin(beginning: Beginning): Promise<Attempt>;
  /**
   * What a box would have to start after its reboot to go on with this attempt (see BoxRuns.startAtBoot): the launch as it was,
   * with the same accelerators, and with `resume` said to the trainer; which secrets it would need. Nothing is sent.
   */
  bootLaunch(
    runId: string,
    epoch: number,
    resume: Resume | null,
  ): Promise<Pick<BoxBootPlan, 'launch' | 'secretNames'>>;
  /** TERM, grace, KILL for this attempt, not as the user's wish; resolves when the box is told. One that the box never had has failed then. */
  end(runId: string, epoch: number, graceSeconds: number, signal: AbortSignal): Promise<void>;
  /**
   * Asks the box now and takes in what it says. null: the box does not know this attempt. Throws where it cannot be asked, and
   * RUN_UNREADABLE where it cannot read the run's files.
   */
  look(
    runId: string,
    epoch: number,
    signal: AbortSignal,
  ): Promise<{ attempt: Attempt; box: BoxAttempt } | null>;
  /** Each time the box said something about an attempt of this run. Returns the end of listening. */
  onSeen(runId: string, listener: (attempt: Attempt, box: BoxAttempt) => void): () => void;
  /** The step that the attempt last printed (from its log), null before the first. Kept up to date while it is followed. */
  lastStep(runId: string, epoch: number): number | null;
  /** Follows the log of this attempt for its steps, though no page looks at it, until `signal`. */
  follow(runId: string, epoch: number, signal: AbortSignal): void;
  /** How long this attempt's steps take, and took from its launch to its first one, ms; null where that was not seen. */
  pace(runId: string, epoch: number): { stepMs: number | null; startMs: number | null };
  /** Writes the attempt's end as a move's: evidence `moved`. */
  markMoved(runId: string, epoch: number, toMachineName: string): void;
  /** Writes the attempt's end as the user's word that its host is gone: state `lost`, evidence `host-lost`. Nothing is sent. */
  markLost(runId: string, epoch: number, who: string): void;
  /** Whether the user has asked for this attempt to be stopped or killed, also where it then ended before the word got there. */
  stopAsked(runId: string, epoch: number): boolean;
  get(runId: string): Run;
}
