import { isOverwrittenInPlace, type RunCheckpoint } from '#shared/domain/checkpoint.ts';
import { hasEnded, type RunState } from '#shared/domain/run.ts';
import type { Backup, KeepPolicy } from '#shared/domain/run-backup.ts';

type Checkpoint = Pick<RunCheckpoint, 'path' | 'step' | 'complete' | 'gone' | 'modifiedAt' | 'why'>;
type Shown = Pick<Backup, 'machineId' | 'state' | 'checkpoint'>;
/** With when its checkpoint was written, by the clock of the box that wrote it; null: not known. */
type Known = { shown: Shown; writtenAt: number | null };

/** The same path may hold another checkpoint by now. Clocks of two machines are never compared. */
export const isOf = (
  { shown: { checkpoint: one }, writtenAt }: { shown: Pick<Backup, 'checkpoint'>; writtenAt: number | null },
  checkpoint: Pick<RunCheckpoint, 'path' | 'step' | 'modifiedAt'>,
): boolean =>
  one?.path === checkpoint.path &&
  one.step === checkpoint.step &&
  (writtenAt === null || writtenAt === checkpoint.modifiedAt);

/** What may be copied now: whole, still there, and not overwritten in place by a trainer that lives. */
export const copyable = (checkpoint: Checkpoint, live: boolean): boolean =>
  checkpoint.complete && !checkpoint.gone && !(live && isOverwrittenInPlace(checkpoint));

/**
 * Which checkpoints the policy still wants on a machine, oldest first. `checkpoints`: newest first. One that was kept there, or
 * is on its way, is not wanted again; of `newest` nothing older than what is kept already.
 */
export function wanted<T extends Checkpoint>(
  policy: KeepPolicy,
  checkpoints: readonly T[],
  backups: readonly Known[],
  machineId: string,
  live: boolean,
): T[] {
  if (!policy.enabled || policy.checkpoints === 'none') return [];
  const kept = backups.filter(
    ({ shown }) => shown.machineId === machineId && ['copying', 'verified'].includes(shown.state),
  );
  const isKept = (checkpoint: T) => kept.some((one) => isOf(one, checkpoint));
  const usable = checkpoints.filter((checkpoint) => copyable(checkpoint, live));
  if (policy.checkpoints === 'newest') {
    const [newest] = usable;
    return newest === undefined || isKept(newest) ? [] : [newest];
  }
  const steps = Math.max(1, policy.everySteps);
  return usable
    .filter(({ step }) => step === null || step % steps === 0)
    .slice(0, Math.max(1, policy.keep))
    .filter((checkpoint) => !isKept(checkpoint))
    .reverse();
}

type Aged = Pick<Backup, 'epoch' | 'createdAt' | 'checkpoint' | 'id'>;
/** The newest state of the training first: by attempt, step, and when it was kept. */
export const newestFirst = (one: Aged, other: Aged): number =>
  other.epoch - one.epoch ||
  (other.checkpoint?.step ?? -1) - (one.checkpoint?.step ?? -1) ||
  other.createdAt - one.createdAt ||
  (one.id < other.id ? 1 : -1);

/**
 * Which backups of a run on one machine are to go so that `keep` are left: the oldest. Only verified ones count, and the newest
 * of those never goes.
 */
export function tooMany<T extends Aged & Pick<Backup, 'machineId' | 'state'>>(
  backups: readonly T[],
  machineId: string,
  keep: number,
): T[] {
  return backups
    .filter((backup) => backup.machineId === machineId && backup.state === 'verified')
    .sort(newestFirst)
    .slice(Math.max(1, keep));
}

/** Files without checkpoints are kept once, when an attempt has ended. */
export const wantedAtEnd = (
  policy: KeepPolicy,
  backups: readonly { shown: Pick<Backup, 'machineId' | 'state' | 'epoch'> }[],
  machineId: string,
  run: { state: RunState; epoch: number },
): boolean =>
  policy.enabled &&
  policy.checkpoints === 'none' &&
  policy.artefacts.length > 0 &&
  hasEnded(run.state) &&
  !backups.some(
    ({ shown }) =>
      shown.machineId === machineId &&
      shown.epoch === run.epoch &&
      (shown.state === 'copying' || shown.state === 'verified'),
  );
