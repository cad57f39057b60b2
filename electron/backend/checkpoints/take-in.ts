import type { CheckpointCopy, FoundCheckpoint, RunCheckpoint } from '#shared/domain/checkpoint.ts';
import { newId } from '#shared/domain/id.ts';
import type { Attempt } from '#shared/domain/run.ts';
import type { Remembered } from './rows.ts';

/**
 * What a look at a run's directory changes in what is remembered: the rows to be saved. The same path with the same bytes and
 * time is the same checkpoint, wherever the run has moved with it; otherwise it was written anew, by this attempt.
 */
export function takeIn(
  known: readonly Remembered[],
  found: readonly FoundCheckpoint[],
  place: { attempt: Attempt; directory: string; now: number },
): Remembered[] {
  const byPath = new Map(known.map((one) => [one.shown.path, one]));
  const changed: Remembered[] = [];
  for (const one of found) {
    const before = byPath.get(one.path);
    byPath.delete(one.path);
    const after = remembered(before, one, place);
    if (before === undefined || differs(before, after)) changed.push(after);
  }
  for (const left of byPath.values()) {
    const gone = goneFrom(left, place.attempt.machineId);
    if (gone !== null) changed.push(gone);
  }
  return changed;
}

function remembered(
  before: Remembered | undefined,
  found: FoundCheckpoint,
  { attempt, directory, now }: { attempt: Attempt; directory: string; now: number },
): Remembered {
  const { files, ...rest } = found;
  const same =
    before !== undefined &&
    before.shown.bytes === found.bytes &&
    before.shown.modifiedAt === found.modifiedAt &&
    before.files.length === files.length;
  const path = found.path === '.' ? directory : `${directory}/${found.path}`;
  const here: CheckpointCopy = {
    machineId: attempt.machineId,
    machineName: attempt.machineName,
    path,
    kind: 'run',
    verifiedAt: same ? (before.shown.copies.find(isHere(attempt.machineId))?.verifiedAt ?? null) : null,
  };
  const elsewhere = same
    ? before.shown.copies.filter((copy) => !isHere(attempt.machineId)(copy)).map(leftBehind)
    : [];
  const shown: RunCheckpoint = {
    ...rest,
    id: before?.shown.id ?? newId(),
    runId: attempt.runId,
    epoch: same ? before.shown.epoch : attempt.epoch,
    fileCount: files.length,
    seenAt: now,
    gone: false,
    manifest: same ? before.shown.manifest : null,
    copies: [here, ...elsewhere],
  };
  return { shown, directory, files, machineId: attempt.machineId };
}

const isHere =
  (machineId: string) =>
  (copy: CheckpointCopy): boolean =>
    copy.kind === 'run' && copy.machineId === machineId;

/** The run is elsewhere now: what it wrote where it was before stays there. */
const leftBehind = (copy: CheckpointCopy): CheckpointCopy =>
  copy.kind === 'run' ? { ...copy, kind: 'moved' } : copy;

/** null: it was known to be gone. One that the run has left behind on another machine is not gone there. */
function goneFrom(left: Remembered, machineId: string): Remembered | null {
  if (left.shown.gone) return null;
  const copies = left.shown.copies.filter((copy) => !isHere(machineId)(copy)).map(leftBehind);
  return { ...left, shown: { ...left.shown, gone: true, complete: false, copies } };
}

/** When it was seen is no change worth telling. */
const differs = (one: Remembered, other: Remembered): boolean =>
  JSON.stringify({ ...one, shown: { ...one.shown, seenAt: 0 } }) !==
  JSON.stringify({ ...other, shown: { ...other.shown, seenAt: 0 } });
