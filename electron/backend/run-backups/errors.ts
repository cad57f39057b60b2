import { TrainyardError } from '#shared/domain/error.ts';

/** The errors of keeping runs. `renderer/i18n/errors/run-backups.ts` has the same sentences in both languages. */
export const backupUnknown = (backupId: string): TrainyardError =>
  new TrainyardError('BACKUP_UNKNOWN', 'There is no such backup.', { params: { backupId } });
export const noTarget = (name: string): TrainyardError =>
  new TrainyardError(
    'BACKUP_NO_TARGET',
    `It is not said where run "${name}" is to be kept: name a machine, or set its policy.`,
    { params: { name } },
  );
export const sameMachine = (machine: string): TrainyardError =>
  new TrainyardError(
    'BACKUP_SAME_MACHINE',
    `The run is on ${machine} itself: what is lost with that machine would take the backup along. Choose another.`,
    { params: { machine } },
  );
export const nothingToKeep = (name: string): TrainyardError =>
  new TrainyardError(
    'BACKUP_NOTHING_TO_KEEP',
    `Run "${name}" has no complete checkpoint yet, and its policy names no other files.`,
    { params: { name } },
  );
export const inPlace = (name: string): TrainyardError =>
  new TrainyardError(
    'BACKUP_OVERWRITTEN_IN_PLACE',
    `The checkpoint of run "${name}" is overwritten in place: it can be kept once the run has stopped.`,
    { params: { name } },
  );
export const beingMoved = (name: string): TrainyardError =>
  new TrainyardError(
    'BACKUP_RUN_CLAIMED',
    `Run "${name}" is being moved or started again; it is kept after that.`,
    {
      params: { name },
      retryable: true,
    },
  );
export const neverStarted = (name: string): TrainyardError =>
  new TrainyardError('BACKUP_NEVER_STARTED', `Run "${name}" has not started on any machine yet.`, {
    params: { name },
  });
export const rotatedAway = (name: string): TrainyardError =>
  new TrainyardError(
    'BACKUP_ROTATED_AWAY',
    `Run "${name}" removed its checkpoints faster than they could be copied, again and again.`,
    { params: { name } },
  );
export const damaged = (path: string): TrainyardError =>
  new TrainyardError('BACKUP_DAMAGED', `"${path}" in this backup is missing or is not what was copied.`, {
    params: { path },
  });
export const notVerified = (): TrainyardError =>
  new TrainyardError('BACKUP_NOT_VERIFIED', 'This backup is not whole, so nothing can be restored from it.');
export const stillRunning = (name: string): TrainyardError =>
  new TrainyardError(
    'BACKUP_RUN_LIVE',
    `Run "${name}" has not ended. Stop it before you restore a backup of it.`,
    {
      params: { name },
    },
  );
export const unreadable = (details: string): TrainyardError =>
  new TrainyardError('BACKUP_UNREADABLE', 'The description of this backup cannot be read on its machine.', {
    details,
  });
export const cannotWrite = (machine: string, details: string): TrainyardError =>
  new TrainyardError('BACKUP_CANNOT_WRITE', `The backup could not be written on ${machine}.`, {
    params: { machine },
    details,
    retryable: true,
  });
export const codeLost = (name: string): TrainyardError =>
  new TrainyardError(
    'BACKUP_CODE_MISSING',
    `The code of run "${name}" is neither on this computer nor in the backup, so it cannot be started.`,
    { params: { name } },
  );
