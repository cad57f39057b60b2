import type { CopyPath, CopyPathKind, CopyProgress } from '#shared/domain/copy.ts';

/** A directory (or, for a copy of one file, the file) on a machine; absolute, or below the home with a leading `~/`. */
export interface Place {
  machineId: string;
  path: string;
}

/** The hash of every file of a copy, the same on both sides. Links carry their target instead. */
export interface Manifest {
  algorithm: 'sha256' | 'blake2b512' | 'blake3';
  files: ReadonlyMap<string, { bytes: number; hash: string } | { link: string }>;
  /** Hash of the sorted list: two manifests with the same digest describe the same files. */
  digest: string;
}

export interface CopyResult {
  files: number;
  bytes: number;
  /** Of `bytes`, those that were there already with the right hash. */
  sharedBytes: number;
  /** Files that changed while they were read, and were read again. */
  recopied: number;
  manifest: Manifest;
  tookMs: number;
}

export interface SendOptions {
  signal: AbortSignal;
  onProgress?: (progress: CopyProgress) => void;
  /** Relative paths that are left alone, with all below them. */
  except?: (path: string) => boolean;
  /** Files that are at the destination and not at the source are removed (never what `except` names). */
  mirror?: boolean;
  /**
   * What to do with a file that goes on changing: `fail` (COPY_SOURCE_CHANGING) or `leave` it out, to be sent again later.
   * A file that is gone by the time it is read is left out with `leave`.
   */
  changing?: 'fail' | 'leave';
  /** Nothing is sent after it: how the files look over there is not noted for a next time. */
  last?: boolean;
  /** Runs beside a training: low priority over there (nice, idle I/O), so that it costs less than 3 % of its steps. */
  gentle?: boolean;
}

/**
 * Everything that is set up between two machines for copying: connections, the single-use key of the direct path. Made before
 * a run is stopped, so that nothing of it counts as downtime; used for several sends; `close` removes the key and proves it.
 */
export interface CopySession {
  readonly kind: CopyPathKind;
  /**
   * Copies these files of `from` (relative; 'all': everything there) to the same names below `to`. In chunks over several
   * channels, each file under a temporary name until its hash is right, synced, then renamed; files in the order given, so
   * markers can go last. Sent again after a cut it goes on with what is missing. Owner, times and modes as they were.
   */
  send(files: readonly string[] | 'all', options: SendOptions): Promise<CopyResult>;
  close(): Promise<void>;
}

export interface Copies {
  /** Tries each way with a few bytes. The best first. */
  paths(from: string, to: string, signal: AbortSignal): Promise<CopyPath[]>;
  /** Throws COPY_NO_PATH with what each way lacks. Both on one machine: copied there. */
  open(from: Place, to: Place, options: { path?: CopyPathKind; signal: AbortSignal }): Promise<CopySession>;
  /** Hashes what is in a place now. `gentle`: as with `send`. */
  hash(
    place: Place,
    files: readonly string[] | 'all',
    signal: AbortSignal,
    options?: { gentle?: boolean },
  ): Promise<Manifest>;
}
