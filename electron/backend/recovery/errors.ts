import { because, type Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';

export const hostConnected = (machine: string): TrainyardError =>
  new TrainyardError(
    'RECOVERY_HOST_CONNECTED',
    `${machine} answers: it is not lost. Disconnect it and make sure that it is gone before its runs are started elsewhere.`,
    { params: { machine } },
  );

export const hostIsThisComputer = (): TrainyardError =>
  new TrainyardError('RECOVERY_HOST_HERE', 'This computer cannot be given up as lost.');

export const noPlace = (run: string, why: Told): TrainyardError =>
  new TrainyardError(
    'RECOVERY_NO_PLACE',
    `Run "${run}" was not started again: no machine that its policy allows can take it (${why.message.replace(/\.$/, '')}).`,
    { params: { name: run, ...because('why', why) } },
  );

export const stillWaits = (why: Told): TrainyardError =>
  new TrainyardError('RECOVERY_WAITS', `The restart waits: ${why.message}.`, {
    params: because('why', why),
    retryable: true,
  });

export const entryOver = (): TrainyardError =>
  new TrainyardError(
    'RECOVERY_OVER',
    'This restart is no longer open: the run was restarted, or the proposal was answered before.',
  );
