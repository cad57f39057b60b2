import { TrainyardError } from '#shared/domain/error.ts';

/** The errors that running a program can end with, the same wherever it runs. */
export const commandTimedOut = (timeoutMs: number): TrainyardError =>
  new TrainyardError(
    'COMMAND_TIMED_OUT',
    `The command did not finish within ${Math.round(timeoutMs / 100) / 10} s and was ended. The machine may be overloaded or a file system there may hang.`,
    { params: { seconds: Math.round(timeoutMs / 100) / 10 }, retryable: true },
  );

export const outputTooLarge = (maxBytes: number): TrainyardError =>
  new TrainyardError(
    'OUTPUT_TOO_LARGE',
    `The command printed more than ${maxBytes} bytes, which is more than it ever should, and was ended.`,
    { params: { maxBytes } },
  );

/** An abort, as ours. A TrainyardError given as the reason of the abort is kept. */
export function cancelled(signal: AbortSignal): TrainyardError {
  const reason: unknown = signal.reason;
  if (reason instanceof TrainyardError) return reason;
  return new TrainyardError('CANCELLED', 'This was cancelled.', { cause: reason });
}

/** Over there nobody listens, or the name is not known there. */
export const portRefused = (host: string, port: number, details = ''): TrainyardError =>
  new TrainyardError(
    'PORT_REFUSED',
    `Nothing answers on ${host} port ${port} as the machine sees it. The program there may not have started yet, or it has ended.`,
    { params: { host, port }, details, retryable: true },
  );

export const connectionTimedOut = (host: string, port: number): TrainyardError =>
  new TrainyardError(
    'PORT_TIMED_OUT',
    `${host} port ${port} did not answer in time as the machine sees it. A firewall may drop the connection.`,
    { params: { host, port }, retryable: true },
  );

export const forwardingDisabled = (machine: string): TrainyardError =>
  new TrainyardError(
    'FORWARDING_DISABLED',
    `The SSH server of ${machine} forbids forwarding ports (AllowTcpForwarding, PermitOpen or a restricted key). Its administrator can allow it.`,
    { params: { machine } },
  );

export const ptyRefused = (machine: string, details = ''): TrainyardError =>
  new TrainyardError(
    'PTY_REFUSED',
    `The SSH server of ${machine} gives no terminal (PermitTTY no, or a restricted key). Runs and files are not affected.`,
    { params: { machine }, details },
  );

export const shellsFull = (machine: string, open: number): TrainyardError =>
  new TrainyardError(
    'SHELLS_FULL',
    `${open} terminals are open on ${machine}, and another connection for more of them would need an answer from you that was not kept. Close one of them.`,
    { params: { machine, open } },
  );
