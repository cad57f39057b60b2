import { TrainyardError } from '#shared/domain/error.ts';

/** The errors of code snapshots and of bringing them to a box. `renderer/i18n/errors/files.ts` has them in both languages. */
export const notADirectory = (path: string): TrainyardError =>
  new TrainyardError(
    'SNAPSHOT_NOT_A_DIRECTORY',
    `${path} is not a directory that can be read. Correct the task's workdir.`,
    {
      params: { path },
    },
  );

export const sourceMissing = (path: string): TrainyardError =>
  new TrainyardError(
    'SNAPSHOT_SOURCE_MISSING',
    `${path} does not exist or cannot be read. Correct the task's file_mounts.`,
    {
      params: { path },
    },
  );

export const unreadable = (path: string, cause: unknown): TrainyardError =>
  new TrainyardError(
    'SNAPSHOT_UNREADABLE',
    `${path} cannot be read. Make it readable, or list it in .gitignore or .skyignore.`,
    { params: { path }, details: cause instanceof Error ? cause.message : String(cause), cause },
  );

export const nameInvalid = (path: string): TrainyardError =>
  new TrainyardError(
    'SNAPSHOT_NAME_INVALID',
    `The name of a file in ${path} is not valid UTF-8. Rename it, or list it in .gitignore or .skyignore.`,
    { params: { path } },
  );

export const changing = (path: string): TrainyardError =>
  new TrainyardError(
    'SNAPSHOT_FILE_CHANGING',
    `${path} kept changing while it was read. Try again when it is at rest.`,
    {
      params: { path },
      retryable: true,
    },
  );

export const tooManyFiles = (path: string, most: number): TrainyardError =>
  new TrainyardError(
    'SNAPSHOT_TOO_LARGE',
    `${path} has more than ${most} files. Choose a smaller workdir, or list what is not code in .skyignore.`,
    { params: { path, most } },
  );

export const snapshotUnknown = (id: string): TrainyardError =>
  new TrainyardError(
    'SNAPSHOT_UNKNOWN',
    'This code snapshot is no longer kept on this computer. Launch the run anew.',
    {
      params: { id },
    },
  );

export const laptopFull = (neededBytes: number): TrainyardError =>
  new TrainyardError(
    'DISK_FULL_HERE',
    `The disk of this computer is full: ${mib(neededBytes)} MiB are needed for a code snapshot.`,
    {
      params: { neededMiB: mib(neededBytes) },
    },
  );

export const boxDiskFull = (neededBytes: number, freeKiB: number | null): TrainyardError => {
  const needed = mib(neededBytes);
  const free = freeKiB === null ? '?' : Math.floor(freeKiB / 1024);
  return new TrainyardError(
    'BOX_DISK_FULL_FOR_CODE',
    `The machine's disk is full: the code needs ${needed} MiB and ${free} MiB are free. Free some space there and launch again.`,
    { params: { neededMiB: needed, freeMiB: free } },
  );
};

export const boxCannotWrite = (details: string): TrainyardError =>
  new TrainyardError(
    'BOX_CANNOT_WRITE_CODE',
    'The code could not be written on the machine. The details say what it answered.',
    {
      details: details.slice(0, 1000),
    },
  );

export const destinationExists = (path: string): TrainyardError =>
  new TrainyardError(
    'SYNC_DESTINATION_EXISTS',
    `${path} exists on the machine already and holds something else; nothing was changed there.`,
    {
      params: { path },
    },
  );

export const toolMissing = (tool: string): TrainyardError =>
  new TrainyardError('BOX_TOOL_MISSING', `The machine has no ${tool}, which bringing code there needs.`, {
    params: { tool },
  });

export const arrivedDamaged = (): TrainyardError =>
  new TrainyardError(
    'SYNC_DAMAGED',
    'The code arrived damaged on the machine: its hash differs. Try again.',
    { retryable: true },
  );

export const syncStalled = (seconds: number): TrainyardError =>
  new TrainyardError(
    'SYNC_STALLED',
    `Nothing could be sent to the machine for ${seconds} seconds. What has arrived is kept for the next try.`,
    {
      params: { seconds },
      retryable: true,
    },
  );

export const answerInvalid = (details: string): TrainyardError =>
  new TrainyardError(
    'BOX_ANSWER_INVALID',
    'The machine gave an answer that makes no sense. Something there may replace or add to what programs print.',
    { details: details.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 1000) },
  );

const mib = (bytes: number): number => Math.ceil(bytes / 1_048_576);
