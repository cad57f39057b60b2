import type { CheckpointVerdict, FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import type { CheckpointTree, TreeEntry } from './interface.ts';
import { newestOf } from './recognise.ts';
import type { Recognised } from './recogniser.ts';
import { nameOf, TreeIndex } from './tree-index.ts';
import { beingWritten, changing } from './verdicts.ts';

/**
 * What recognisers found in one look, held against a second look: complete is what was whole in the first, is the same in the
 * second, and has no writer in either.
 */
export function judge(
  found: readonly Recognised[],
  before: CheckpointTree,
  after: CheckpointTree,
): FoundCheckpoint[] {
  const [first, second] = [new TreeIndex(before), new TreeIndex(after)];
  return found.map((one) => {
    const why = one.problem ?? unrest(one, first, second) ?? one.verdict;
    return {
      path: one.path === '' ? '.' : one.path,
      framework: one.framework,
      step: one.step,
      files: one.files,
      bytes: one.files.reduce((sum, file) => sum + sizeOf(first.entry(file)), 0),
      modifiedAt: Number(newestOf(first, one) / 1_000_000n),
      complete: why === one.verdict,
      why,
    };
  });
}

const sizeOf = (entry: TreeEntry | undefined): number => (entry?.kind === 'file' ? entry.bytes : 0);

function unrest(one: Recognised, first: TreeIndex, second: TreeIndex): CheckpointVerdict | null {
  for (const file of one.files) {
    const [before, after] = [first.entry(file), second.entry(file)];
    if (before?.openForWriting || after?.openForWriting) return beingWritten(file);
    if (!before || !after || !sameEntry(before, after)) return changing(file);
  }
  if (one.path === '' || !first.isDirectory(one.path)) return null;
  const known = new Set(first.below(one.path));
  const added = second.below(one.path).find((path) => !known.has(path));
  return added === undefined ? null : changing(added);
}

export const sameEntry = (one: TreeEntry, other: TreeEntry): boolean =>
  one.kind === other.kind &&
  one.bytes === other.bytes &&
  one.modifiedNs === other.modifiedNs &&
  one.inode === other.inode &&
  one.target === other.target;

/** Whether nothing at all differs between two looks, but for the clock. */
export function sameTree(one: CheckpointTree, other: CheckpointTree): boolean {
  if (one.entries.length !== other.entries.length) return false;
  const known = new Map(one.entries.map((entry) => [entry.path, entry]));
  return other.entries.every((entry) => {
    const before = known.get(entry.path);
    return before !== undefined && sameEntry(before, entry) && before.openForWriting === entry.openForWriting;
  });
}

const markers =
  /^(?:trainer_state\.json|latest|checkpoint|latest_checkpointed_iteration\.txt|\.metadata|meta\.pt|commit_success\.txt|_CHECKPOINT_METADATA)$/;
/** What says that the rest is whole: to be copied last. */
export const isMarker = (file: string): boolean => markers.test(nameOf(file));
