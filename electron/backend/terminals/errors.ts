import { TrainyardError } from '#shared/domain/error.ts';

export const terminalUnknown = (terminalId: string): TrainyardError =>
  new TrainyardError(
    'TERMINAL_UNKNOWN',
    'There is no such terminal any more. It may have been closed in another window.',
    {
      params: { terminalId },
    },
  );

export const tooMany = (most: number): TrainyardError =>
  new TrainyardError('TERMINAL_TOO_MANY', `There are ${most} terminals already. Close some of them first.`, {
    params: { most },
  });

export const directoryInvalid = (): TrainyardError =>
  new TrainyardError(
    'TERMINAL_DIRECTORY_INVALID',
    'A terminal opens in an absolute directory or one below the home (~/…), without control characters; one of a run opens in that of the run.',
  );

export const elsewhere = (run: string, machine: string): TrainyardError =>
  new TrainyardError(
    'TERMINAL_RUN_ELSEWHERE',
    `The run ${run} has no directory on ${machine}. It may have moved, or not have started there yet.`,
    { params: { run, machine } },
  );

export const appRestarted = (): TrainyardError =>
  new TrainyardError(
    'TERMINAL_APP_RESTARTED',
    'Trainyard was ended while this terminal was open, and its shell with it. Kept by tmux it would have gone on.',
  );

export const waitsForMachine = (machine: string): TrainyardError =>
  new TrainyardError(
    'TERMINAL_WAITS',
    `This terminal's tmux session is on ${machine}; it is shown again once that machine is connected.`,
    { params: { machine }, retryable: true },
  );

export const sessionGone = (machine: string): TrainyardError =>
  new TrainyardError(
    'TERMINAL_SESSION_GONE',
    `This terminal's tmux session is not on ${machine} any more: its shell was ended, or the machine was restarted.`,
    { params: { machine } },
  );
