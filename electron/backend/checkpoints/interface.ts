import type { CheckpointFramework, FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import type { TaskSpec } from '#shared/domain/spec.ts';

export interface TreeEntry {
  /** Relative to the root, `/` between parts. Names are bytes over there: what is not UTF-8 is escaped and never written to. */
  path: string;
  kind: 'file' | 'directory' | 'link' | 'other';
  bytes: number;
  /** Nanoseconds where the box tells them, so that a rewrite in the same second shows. */
  modifiedNs: bigint;
  inode: string;
  /** Where a link leads, as written. */
  target: string | null;
  /** Some process has it open for writing (where /proc tells; null: cannot be known). */
  openForWriting: boolean | null;
}

/** A directory with checkpoints as it was at one moment, with what is needed to judge it. Reading never loads (unpickles) anything. */
export interface CheckpointTree {
  /** Absolute. */
  root: string;
  entries: readonly TreeEntry[];
  /** The box's clock at that moment, ns: compared with its own files' times only. */
  nowNs: bigint;
  /** Bytes of a file; shorter at its end. Calls made together travel together. */
  read(path: string, offset: number, length: number): Promise<Buffer>;
}

export interface CheckpointLooks {
  /**
   * All checkpoints in a directory of a machine, newest (highest step) last; `framework` null: found out. Complete means marker
   * and structure right, size and time the same in two looks, nobody writing. Rejects with CHECKPOINT_DIRECTORY_MISSING and
   * the machine's errors. `own`: with the framework `own`, a pattern below the directory ("step-{step}", "model-*.bin"), or `!`
   * and a shell command that prints a path a line.
   */
  inspect(
    machineId: string,
    directory: string,
    options: { framework: CheckpointFramework | null; own?: string | null; signal: AbortSignal },
  ): Promise<FoundCheckpoint[]>;
  /**
   * Watches while a run trains: calls `onFile` as soon as a file of a coming checkpoint is closed and will not change (for
   * sending shards while others are still written; never for what is overwritten in place), `onComplete` for each that is
   * complete: first those that are there already, then each as it becomes so, and again when it was rewritten. A directory
   * that is not there yet is waited for. Resolves with the end of `signal`; rejects with the machine's errors.
   */
  watch(
    machineId: string,
    directory: string,
    options: {
      framework: CheckpointFramework | null;
      own?: string | null;
      signal: AbortSignal;
      onFile?: (checkpoint: string, file: string) => void;
      onComplete: (checkpoint: FoundCheckpoint) => void;
    },
  ): Promise<void>;
  /**
   * Where a run's checkpoints lie on its box: `checkpoint.path` below its working directory, or as given if absolute or below the
   * home (`~/`). `runDirectory`: the run's (an attempt's `directory`), or the working directory in it.
   */
  directoryOf(spec: TaskSpec, runDirectory: string): string | null;
  /** With `framework: own` and a pattern in `checkpoint.path`: the pattern below that directory, for `own`. */
  ownOf(spec: TaskSpec): string | null;
}
