/** One thing of a tree. Paths are relative, with `/`, never empty; directories are entries only where nothing is in them. */
export type TreeEntry =
  | { path: string; kind: 'file'; mode: number; size: number; sha256: string; mtimeMs: number }
  | { path: string; kind: 'link'; target: string }
  | { path: string; kind: 'directory'; mode: number };

export interface GitState {
  commit: string;
  branch: string | null;
  dirty: boolean;
  /** `git diff HEAD` of the directory, cut at 1 MiB. */
  diff: string;
  /** Its whole length. */
  diffBytes: number;
}

/** A directory as it was at one moment. */
export interface Snapshot {
  /** A hash of paths, kinds, modes and contents: the same tree has the same id, wherever it is. */
  id: string;
  /** Absolute: the directory, or the one file of a mount. */
  workdir: string;
  isFile: boolean;
  /** Sorted by path, bytewise. */
  entries: readonly TreeEntry[];
  files: number;
  bytes: number;
  git: GitState | null;
  /** What was left out or is unusual, for the user to know. */
  notices: readonly SnapshotNotice[];
}

export interface SnapshotNotice {
  kind: 'special-file' | 'link-leaves-tree';
  path: string;
}
