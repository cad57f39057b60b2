import { because, type Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';

/** The errors of files of machines. `renderer/i18n/errors/browse.ts` has them in both languages. */
export const pathInvalid = (path: string): TrainyardError =>
  new TrainyardError(
    'FILE_PATH_INVALID',
    `"${path.replace(/[^\x20-\x7e]/g, '?')}" is no path: it begins with / or ~/ and holds no NUL.`,
    { params: { path } },
  );

export const notFound = (path: string, machine: string): TrainyardError =>
  new TrainyardError('FILE_NOT_FOUND', `There is no ${path} on ${machine}.`, { params: { path, machine } });

export const denied = (path: string, machine: string): TrainyardError =>
  new TrainyardError(
    'FILE_DENIED',
    `${path} on ${machine} may not be read or changed by the account that Trainyard uses there.`,
    { params: { path, machine } },
  );

export const notADirectory = (path: string, machine: string): TrainyardError =>
  new TrainyardError('FILE_NOT_A_DIRECTORY', `${path} on ${machine} is not a folder.`, {
    params: { path, machine },
  });

export const isADirectory = (path: string, machine: string): TrainyardError =>
  new TrainyardError('FILE_IS_A_DIRECTORY', `${path} on ${machine} is a folder.`, {
    params: { path, machine },
  });

export const notRegular = (path: string, machine: string): TrainyardError =>
  new TrainyardError(
    'FILE_NOT_REGULAR',
    `${path} on ${machine} is a device, a pipe or a socket, which is not opened here.`,
    { params: { path, machine } },
  );

export const linkLoop = (path: string, machine: string): TrainyardError =>
  new TrainyardError('FILE_LINK_LOOP', `${path} on ${machine} is a link that leads to itself.`, {
    params: { path, machine },
  });

export const exists = (path: string, machine: string): TrainyardError =>
  new TrainyardError('FILE_EXISTS', `There is something called ${path} on ${machine} already.`, {
    params: { path, machine },
  });

export const changed = (path: string, machine: string, modifiedAt: number): TrainyardError =>
  new TrainyardError(
    'FILE_CHANGED',
    `${path} on ${machine} is not as it was any more: somebody or something has written to it meanwhile.`,
    { params: { path, machine, modifiedAt } },
  );

export const diskFull = (machine: string, freeBytes: number | null): TrainyardError =>
  new TrainyardError(
    'FILE_DISK_FULL',
    `The disk (or your quota) on ${machine} is full${freeBytes === null ? '' : `: ${Math.floor(freeBytes / 1_048_576)} MiB are free`}. What was there before is unchanged.`,
    { params: { machine, freeMiB: freeBytes === null ? '?' : Math.floor(freeBytes / 1_048_576) } },
  );

export const readOnly = (path: string, machine: string): TrainyardError =>
  new TrainyardError(
    'FILE_SYSTEM_READ_ONLY',
    `The file system that ${path} lies on is mounted read-only on ${machine}.`,
    { params: { path, machine } },
  );

export const cannotWrite = (path: string, machine: string, details: string): TrainyardError =>
  new TrainyardError(
    'FILE_CANNOT_WRITE',
    `${path} cannot be changed on ${machine}. The details have what the system there said.`,
    { params: { path, machine }, details },
  );

export const unreadable = (path: string, machine: string, details: string): TrainyardError =>
  new TrainyardError(
    'FILE_UNREADABLE',
    `${path} cannot be read on ${machine}. The details have what the system there said.`,
    { params: { path, machine }, details },
  );

export const isProtected = (path: string, machine: string, why: Told): TrainyardError =>
  new TrainyardError(
    'FILE_PROTECTED',
    `${path} on ${machine} is not removed or renamed from here: ${why.message}.`,
    { params: { path, machine, ...because('why', why) } },
  );

export const toolMissing = (machine: string, tool: string): TrainyardError =>
  new TrainyardError('FILE_TOOL_MISSING', `${machine} has no ${tool}, which looking at files needs.`, {
    params: { machine, tool },
  });

export const cutShort = (machine: string): TrainyardError =>
  new TrainyardError(
    'FILE_CUT_SHORT',
    `Not everything arrived on ${machine}: the connection broke. Nothing was changed there; try again.`,
    { params: { machine }, retryable: true },
  );

export const answerInvalid = (machine: string, details: string): TrainyardError =>
  new TrainyardError(
    'FILE_ANSWER_INVALID',
    `${machine} gave an answer that makes no sense. Something there may replace what programs print.`,
    { params: { machine }, details: details.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 1000) },
  );

export const tooManyEntries = (path: string, machine: string): TrainyardError =>
  new TrainyardError(
    'FILE_DIRECTORY_TOO_LARGE',
    `${path} on ${machine} holds more than can be shown. Look for a name in it instead.`,
    { params: { path, machine } },
  );

export const listingGone = (): TrainyardError =>
  new TrainyardError('LISTING_GONE', 'This list of a folder is no longer kept. List it anew.', {
    retryable: true,
  });

export const downloadDamaged = (path: string, machine: string): TrainyardError =>
  new TrainyardError(
    'FILE_DOWNLOAD_DAMAGED',
    `${path} arrived from ${machine} other than it is there. Take it again.`,
    { params: { path, machine }, retryable: true },
  );

export const uploadDamaged = (path: string, machine: string): TrainyardError =>
  new TrainyardError(
    'FILE_UPLOAD_DAMAGED',
    `${path} arrived damaged on ${machine} and was not put in its place. Send it again.`,
    { params: { path, machine }, retryable: true },
  );

export const uploadLength = (path: string, bytes: number, got: number): TrainyardError =>
  new TrainyardError(
    'FILE_UPLOAD_LENGTH',
    `${path} was said to have ${bytes} bytes, and ${got} came: it was changed while it was read. Send it again.`,
    { params: { path, bytes, got } },
  );

export const uploadStalled = (seconds: number, machine: string): TrainyardError =>
  new TrainyardError(
    'FILE_UPLOAD_STALLED',
    `${machine} took nothing for ${seconds} s. What has arrived is kept for the next try.`,
    { params: { seconds, machine }, retryable: true },
  );

export const downloadStalled = (seconds: number, machine: string): TrainyardError =>
  new TrainyardError(
    'FILE_DOWNLOAD_STALLED',
    `${machine} sent nothing for ${seconds} s. Take the file again: it goes on where it was.`,
    { params: { seconds, machine }, retryable: true },
  );
