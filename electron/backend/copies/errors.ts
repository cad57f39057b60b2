import { because, type Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';

const mib = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1_048_576));

export const sourceMissing = (path: string, machine: string): TrainyardError =>
  new TrainyardError('COPY_SOURCE_MISSING', `There is no ${path} on ${machine}. Check the path.`, {
    params: { path, machine },
  });

export const sourceUnreadable = (machine: string, details: string): TrainyardError =>
  new TrainyardError(
    'COPY_SOURCE_UNREADABLE',
    `Something that is to be copied cannot be read on ${machine}. The details have what the system there said.`,
    { params: { machine }, details },
  );

export const sourceChanging = (path: string): TrainyardError =>
  new TrainyardError(
    'COPY_SOURCE_CHANGING',
    `${path} goes on changing while it is copied. Copy it when nothing writes to it any more.`,
    { params: { path }, retryable: true },
  );

export const diskFull = (machine: string, neededBytes: number, freeBytes: number | null): TrainyardError =>
  new TrainyardError(
    'COPY_DISK_FULL',
    `The disk (or your quota) on ${machine} is full: ${mib(neededBytes)} MiB are needed${freeBytes === null ? '' : `, ${Math.floor(freeBytes / 1_048_576)} MiB are free`}. Free some space there and copy again.`,
    {
      params: {
        machine,
        neededMiB: mib(neededBytes),
        freeMiB: freeBytes === null ? '?' : Math.floor(freeBytes / 1_048_576),
      },
    },
  );

export const cannotWrite = (machine: string, details: string): TrainyardError =>
  new TrainyardError(
    'COPY_CANNOT_WRITE',
    `Nothing can be written to that place on ${machine}. The details have what the system there said.`,
    { params: { machine }, details },
  );

export const toolMissing = (machine: string, tool: string): TrainyardError =>
  new TrainyardError('COPY_TOOL_MISSING', `${machine} has no ${tool}, which copying needs.`, {
    params: { machine, tool },
  });

export const damaged = (path: string): TrainyardError =>
  new TrainyardError(
    'COPY_DAMAGED',
    `${path} arrived damaged again and again, and was not put in its place. A disk or the memory of one of the machines may be failing.`,
    { params: { path } },
  );

export const stalled = (seconds: number): TrainyardError =>
  new TrainyardError(
    'COPY_STALLED',
    `Nothing arrived for ${seconds} s. What is there is kept for the next try.`,
    {
      params: { seconds },
      retryable: true,
    },
  );

export const interrupted = (cause: TrainyardError): TrainyardError =>
  new TrainyardError(
    'COPY_INTERRUPTED',
    'The connection broke while copying and did not come back. Copy again: it goes on where it was.',
    { details: `${cause.code}: ${cause.message} ${cause.details}`, retryable: true, cause },
  );

export const inTheWay = (path: string, machine: string): TrainyardError =>
  new TrainyardError(
    'COPY_IN_THE_WAY',
    `On ${machine} there is something of another kind (a folder where a file is to be, or the reverse) at ${path}. Remove it, or copy as a mirror.`,
    { params: { path, machine } },
  );

export const pathOutside = (path: string): TrainyardError =>
  new TrainyardError('COPY_PATH_OUTSIDE', `${path} leads out of what is copied.`, { params: { path } });

export const busy = (path: string): TrainyardError =>
  new TrainyardError('COPY_BUSY', `The same is being copied to ${path} already. Wait for it, or cancel it.`, {
    params: { path },
  });

export const answerInvalid = (machine: string, details: string): TrainyardError =>
  new TrainyardError(
    'COPY_ANSWER_INVALID',
    `${machine} gave an answer that makes no sense. Something there may replace what programs print.`,
    { params: { machine }, details: details.slice(0, 2_000) },
  );

export const noPath = (from: string, to: string, why: Told): TrainyardError =>
  new TrainyardError('COPY_NO_PATH', `There is no way to copy from ${from} to ${to}: ${why.message}`, {
    params: { from, to, ...because('why', why) },
  });

export const directRefused = (details: string): TrainyardError =>
  new TrainyardError(
    'COPY_DIRECT_REFUSED',
    `The machines cannot reach each other: ${lastLine(details) || 'no connection'}`,
    { params: { line: lastLine(details) }, details },
  );

export const cannotLimit = (machine: string, software: string): TrainyardError =>
  new TrainyardError(
    'COPY_KEY_LIMITS',
    `The SSH server of ${machine} (${software}) cannot limit a key to one command from one address, which takes OpenSSH 7.2 or newer.`,
    { params: { machine, software } },
  );

export const linkLost = (details: string): TrainyardError =>
  new TrainyardError('COPY_LINK_LOST', 'The connection between the two machines broke.', {
    details,
    retryable: true,
  });

export const noHostKey = (machine: string): TrainyardError =>
  new TrainyardError(
    'COPY_NO_HOST_KEY',
    `No host key of ${machine} is known on this computer, so another machine could not tell that it is the right one.`,
    { params: { machine } },
  );

export const noSshThere = (machine: string): TrainyardError =>
  new TrainyardError(
    'COPY_NO_SSH_SERVER',
    `${machine} is this computer, which other machines do not connect to.`,
    {
      params: { machine },
    },
  );

export const bucketLater = (): TrainyardError =>
  new TrainyardError('COPY_BUCKET_LATER', 'No site of yours holds objects yet.');

export const appEnded = (): TrainyardError =>
  new TrainyardError(
    'COPY_APP_ENDED',
    'Trainyard ended while this was copied. Copy again: it goes on where it was.',
    {
      retryable: true,
    },
  );

export const copyUnknown = (copyId: string): TrainyardError =>
  new TrainyardError('COPY_UNKNOWN', 'There is no such copy.', { params: { copyId } });

const lastLine = (text: string): string =>
  text
    .trim()
    .split('\n')
    .at(-1)
    ?.replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 300) ?? '';
