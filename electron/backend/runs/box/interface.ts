import type { Readable } from 'node:stream';
import type { Told } from '#shared/domain/because.ts';

/**
 * What Trainyard can ask of the runs on one box. Everything a run needs is there in plain files under
 * `~/.trainyard` (resources/remote/README.md has the layout): wiping this computer loses nothing.
 * All calls are idempotent: sent again after a lost answer they give the same result.
 */
export interface BoxRuns {
  /** Puts the scripts of this version on the box (content-addressed; a no-op where they are) and makes the directories. */
  install(signal?: AbortSignal): Promise<BoxPlaces>;
  /**
   * Starts one attempt under the supervisor and returns when its trainer's process exists and its state is on the box's
   * disk. Refused with RUN_EPOCH_STALE where the box has this epoch or a newer one, RUN_ALREADY_LIVE where an earlier
   * attempt is alive. The environment travels on stdin and is never written to the box's disk.
   */
  launch(request: BoxLaunch, signal?: AbortSignal): Promise<BoxLaunched>;
  /** All attempts the box knows, or those named, in one round trip. */
  status(runIds?: readonly string[], signal?: AbortSignal): Promise<BoxReport>;
  /** The specification that was given with the attempt's launch, as it was given. RUN_UNKNOWN where the box has no such attempt. */
  readSpecification(runId: string, epoch: number, signal?: AbortSignal): Promise<string>;
  /** TERM to the attempt's whole tree, then KILL after the grace, by the supervisor itself: it holds when we are gone. */
  stop(runId: string, epoch: number, graceSeconds: number, by: string, signal?: AbortSignal): Promise<void>;
  kill(runId: string, epoch: number, by: string, signal?: AbortSignal): Promise<void>;
  /** Bytes of the attempt's log. Shorter than asked at its end. */
  readLog(
    runId: string,
    epoch: number,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): Promise<Buffer>;
  /** The log's bytes from `offset` on, then as they are written, within milliseconds; ends when the attempt has ended. */
  followLog(runId: string, epoch: number, offset: number, signal: AbortSignal): Promise<Readable>;
  /** Matching lines found on the box. `offset` is the byte offset of the line's start. */
  searchLog(runId: string, epoch: number, query: LogQuery, signal: AbortSignal): AsyncIterable<LogMatch>;
  listFiles(runId: string, path: string, signal?: AbortSignal): Promise<BoxFile[]>;
  readFile(
    runId: string,
    path: string,
    maxBytes: number,
    signal?: AbortSignal,
  ): Promise<{ bytes: Buffer; sizeBytes: number }>;
  /** Bytes that `remove` would free. */
  usage(runId: string, signal?: AbortSignal): Promise<number>;
  /**
   * Removes the run's directory, or its working directory alone (`work`: records, logs and its tombstone stay); refused with
   * RUN_ALREADY_LIVE while an attempt is alive.
   */
  remove(runId: string, signal?: AbortSignal, what?: 'all' | 'work'): Promise<void>;
  /**
   * Runs the setup of a launch that is to come, in its working directory, under the same lock and with the same mark as a launch
   * would: that one then finds it done. Rejects with RUN_SETUP_FAILED and its last words.
   */
  warm(request: BoxWarm, signal: AbortSignal): Promise<void>;
  /**
   * Asks the trainer to save. A signal goes only to those of its processes that handle it (SigCgt; without /proc: to none, and
   * RUN_SIGNAL_UNKNOWN): RUN_SIGNAL_UNHANDLED where none does. A command runs in the run's working directory with the trainer's
   * environment. Resolves with how many were asked.
   */
  requestCheckpoint(
    runId: string,
    epoch: number,
    how: { signal: string } | { command: string },
    signal?: AbortSignal,
  ): Promise<number>;
  /**
   * "Stop yourself in so many seconds unless told otherwise": held by the supervisor and, should that be killed, by a process
   * beside it. The same token again sets a new time. RUN_ARMED where another token holds it, or where this one was taken off
   * before (a renewal that was long on its way), RUN_MOVED where the run has left, RUN_NOT_ALIVE where there is nothing to stop,
   * or its time has come.
   */
  arm(runId: string, epoch: number, request: BoxArming, signal?: AbortSignal): Promise<void>;
  /** It need not stop; that token is used up, so that an arming which comes late is refused (RUN_ARMED). RUN_NOT_ALIVE where it has stopped already. */
  disarm(runId: string, epoch: number, token: string, signal?: AbortSignal): Promise<void>;
  /**
   * From now on this box starts no attempt of the run up to `epoch`: it has gone on elsewhere. A later one (moved back) takes it
   * away, and where there is a later one there is nothing to do. RUN_ALREADY_LIVE where an attempt up to `epoch` may be alive.
   */
  entomb(runId: string, epoch: number, to: string, signal?: AbortSignal): Promise<void>;
  /**
   * Has the box start the run again by itself after a reboot, as the plan says; null: no more. Asked again with a newer plan it
   * replaces the old one: so the box is told of each new complete checkpoint. The box starts epoch + 1 and up to epoch + max,
   * and only where the newest attempt was alive when the box went down: not ended, not being stopped, not armed, not moved.
   */
  startAtBoot(
    runId: string,
    epoch: number,
    plan: BoxBootPlan | null,
    signal?: AbortSignal,
  ): Promise<BoxBootStart>;
  /** Told of changes as they happen on the box (exit records, phases), by one quiet process over there; ends with `signal`. */
  watch(onChange: (report: BoxReport) => void, signal: AbortSignal): Promise<void>;
}

export interface BoxPlaces {
  /** Absolute: the directory that holds everything of ours (`$HOME/.trainyard`, or where the home is read-only another, said by `warning`). */
  root: string;
  warning: string | null;
}

export interface BoxLaunch {
  runId: string;
  epoch: number;
  /** The run as JSON (name, yaml, spec, snapshot, …) kept on the box so that another laptop can find it whole. No secrets. */
  specification: string;
  /** Directory that the setup and run scripts start in; made when it is not there. Absolute, or relative to the run's directory. */
  workdir: string;
  setup: string | null;
  /** Hash that names the environment `setup` makes: done once per hash on the box. */
  setupKey: string | null;
  run: string;
  /** Including secrets: goes to the processes' environment only. */
  env: Record<string, string>;
  graceSeconds: number;
  /**
   * Names this launch (the user's request, say). The same one sent again, also by another process after a crash, is
   * answered like the first time; another one for the same epoch is RUN_EPOCH_STALE. Default: one of this BoxRuns' own.
   */
  token?: string;
}

export interface BoxWarm {
  runId: string;
  workdir: string;
  setup: string;
  setupKey: string;
  env: Record<string, string>;
}

export interface BoxArming {
  token: string;
  /** By the box's own monotonic clock, from when it hears this. */
  seconds: number;
  /** Between TERM and KILL when the time has come. */
  graceSeconds: number;
}

export interface BoxBootPlan {
  /** What to start, with the way to go on from the newest complete checkpoint. Kept on the box's disk (mode 0600): no secrets in it. */
  launch: Omit<BoxLaunch, 'runId' | 'epoch' | 'token'>;
  /** Secrets that the run would need: a box has none of them after a reboot, so with any it is `impossible`. */
  secretNames: readonly string[];
  /** So many attempts may the box begin by itself, counted from `epoch`: a run that brings its box down does so no more often. */
  max: number;
}

export interface BoxBootStart {
  /** What will do it. */
  by: 'cron' | 'systemd' | 'impossible' | 'off';
  why: 'secrets' | 'no-scheduler' | null;
  /** What the box said about it. */
  details: string | null;
}

export interface BoxLaunched {
  directory: string;
  pid: number;
  startedAt: number;
}

export type BoxPhase = 'setup' | 'running' | 'stopping' | 'ended' | 'lost';
export interface BoxAttempt {
  runId: string;
  epoch: number;
  phase: BoxPhase;
  /** The specification's JSON is read by `readSpecification` only when the laptop does not know the run. */
  directory: string;
  pid: number | null;
  heartbeat: number;
  /** Age by the box's own monotonic clock. */
  heartbeatAgeMs: number | null;
  supervisorAlive: boolean;
  trainerAlive: boolean;
  bootId: string;
  exit: { code: number | null; signal: string | null; by: 'itself' | 'user' | 'supervisor' | 'timer' } | null;
  /** A stop that is armed for a move, and whether its time has come. */
  armed: { token: string; remainingMs: number; fired: boolean } | null;
  /** The run has gone on elsewhere (see entomb). */
  movedTo: string | null;
  /** The box began it by itself after a reboot (see startAtBoot). */
  startedAtBoot: boolean;
  logBytes: number;
  logInode: string | null;
  startedAgoMs: number | null;
  endedAgoMs: number | null;
  /** Last words of setup when it failed, or the supervisor's own complaint (disk full …). */
  complaint: string | null;
}

export interface BoxReport {
  bootId: string | null;
  attempts: BoxAttempt[];
  /** Runs on the box whose files could not be read, and why. */
  damaged: { runId: string; why: Told }[];
}

export interface BoxFile {
  name: string;
  kind: 'file' | 'directory' | 'link' | 'other';
  sizeBytes: number;
  modifiedAt: number;
}
export interface LogQuery {
  pattern: string;
  regex: boolean;
  ignoreCase: boolean;
  limit: number;
}
export interface LogMatch {
  offset: number;
  lineNumber: number;
  text: string;
}
