import { TrainyardError } from '#shared/domain/error.ts';

export const forwardUnknown = (forwardId: string): TrainyardError =>
  new TrainyardError(
    'FORWARD_UNKNOWN',
    'There is no such forwarded port any more. It may have been closed in another window.',
    { params: { forwardId } },
  );

export const portTaken = (port: number): TrainyardError =>
  new TrainyardError(
    'PORT_TAKEN',
    `Port ${port} of this computer is in use by another program. Choose another one, or end that program.`,
    { params: { port }, retryable: true },
  );

export const portDenied = (port: number): TrainyardError =>
  new TrainyardError(
    'PORT_DENIED',
    `This account may not listen on port ${port} of this computer. Choose one above 1023.`,
    { params: { port } },
  );

export const portFailed = (port: number, details: string): TrainyardError =>
  new TrainyardError('PORT_FAILED', `Port ${port} of this computer cannot be listened on.`, {
    params: { port },
    details,
    retryable: true,
  });

export const runElsewhere = (run: string, machine: string): TrainyardError =>
  new TrainyardError(
    'FORWARD_RUN_ELSEWHERE',
    `The run ${run} has never been on ${machine}, so no port there is one of its.`,
    { params: { run, machine } },
  );

export const tooMany = (most: number): TrainyardError =>
  new TrainyardError('FORWARD_TOO_MANY', `${most} ports are forwarded already. Close some of them first.`, {
    params: { most },
  });

export const hostInvalid = (host: string): TrainyardError =>
  new TrainyardError('FORWARD_HOST_INVALID', `"${host}" is no name or address of a host.`, {
    params: { host },
  });

export const listeningUnreadable = (machine: string): TrainyardError =>
  new TrainyardError(
    'PORTS_UNREADABLE',
    `${machine} does not tell which ports are listened on. A port can still be forwarded by its number.`,
    { params: { machine } },
  );
