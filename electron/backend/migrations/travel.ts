import path from 'node:path/posix';
import type { Move } from './move.ts';

/** What of a run goes along: its working directory, and logs and records of its attempts. The rest of its directory is the box's own. */
const travels = ['code', 'attempts'];
const codeDirectory = 'code';

/** Where everything of the run lies at both ends. */
export interface Lay {
  run: { source: string; destination: string };
  /** null: the task file names no directory for checkpoints. */
  checkpoints: { source: string; destination: string } | null;
  /** Where the checkpoints lie in the run's directory ("code/checkpoints"); null: elsewhere, so they go a way of their own. */
  checkpointsWithin: string | null;
}

/** Null before the destination has been prepared. */
export function layOf(move: Move): Lay | null {
  const { sourceDirectory, destination } = move.memory;
  if (sourceDirectory === null || destination === null) return null;
  const source = checkpointsBelow(move, sourceDirectory);
  const there = checkpointsBelow(move, destination.runDirectory);
  const within = source === null ? null : path.relative(sourceDirectory, source);
  return {
    run: { source: sourceDirectory, destination: destination.runDirectory },
    checkpoints: source === null || there === null ? null : { source, destination: there },
    checkpointsWithin: within === null || within.startsWith('..') ? null : within,
  };
}

/**
 * Whether all checkpoints at the destination are of this move: what lay there of an earlier stay is removed before the start only where
 * they have a directory of their own, below the run's.
 */
export const areOwnCheckpoints = (move: Move): boolean =>
  layOf(move)?.checkpointsWithin?.includes('/') === true;

/** Absolute: also the trainer is told of its checkpoint by this. */
function checkpointsBelow(move: Move, runDirectory: string): string | null {
  const directory = move.context.looks.directoryOf(move.run.spec, path.join(runDirectory, codeDirectory));
  if (directory === null || !directory.startsWith('~/')) return directory;
  const ours = runDirectory.indexOf('/.trainyard/');
  return ours === -1 ? directory : path.join(runDirectory.slice(0, ours), directory.slice(2));
}

/** Names (below the run's directory) that stay where they are; with `without`, that directory's contents as well. */
export function staysBehind(
  move: Move,
  { without = null }: { without?: string | null } = {},
): (name: string) => boolean {
  const made = move.memory.destination?.madeBySetup ?? [];
  const madeThere = new Set(made.map((name) => path.join(codeDirectory, name)));
  return (name) => {
    const [top = ''] = name.split('/');
    if (!travels.includes(top)) return true;
    if (without !== null && (name === without || name.startsWith(`${without}/`))) return true;
    return isWithin(name, madeThere);
  };
}

function isWithin(name: string, directories: ReadonlySet<string>): boolean {
  if (directories.size === 0) return false;
  for (let at = name; at !== '.' && at !== '/'; at = path.dirname(at)) if (directories.has(at)) return true;
  return false;
}
