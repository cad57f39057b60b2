import { TrainyardError } from '#shared/domain/error.ts';

/** The errors that a box's runs can answer with. `renderer/i18n/errors/box.ts` has the same sentences in both languages. */
export const boxAnswerInvalid = (details: string): TrainyardError =>
  new TrainyardError(
    'BOX_ANSWER_INVALID',
    'The machine gave an answer that makes no sense. Something there may replace or add to what programs print.',
    { details: printable(details).slice(0, 1000) },
  );

export const runUnknownOnBox = (runId: string, epoch: number): TrainyardError =>
  new TrainyardError('RUN_UNKNOWN_ON_BOX', `The machine has no attempt ${epoch} of run ${runId}.`, {
    params: { runId, epoch },
  });

export const fileNotFound = (path: string): TrainyardError =>
  new TrainyardError(
    'RUN_FILE_NOT_FOUND',
    `There is no ${path} in the run's directory, or it cannot be read.`,
    {
      params: { path },
    },
  );

export const pathOutsideRun = (path: string): TrainyardError =>
  new TrainyardError('RUN_PATH_OUTSIDE', `${path} leads out of the run's directory and is not opened.`, {
    params: { path },
  });

/** What "refused KIND REST" on stdout means. */
export function refusal(words: string, runId: string, epoch: number): TrainyardError {
  const [kind = '', ...rest] = words.split(' ');
  const details = printable(rest.join(' ')).slice(0, 1000);
  switch (kind) {
    case 'stale':
      return new TrainyardError(
        'RUN_EPOCH_STALE',
        `The machine has already seen attempt ${details} of this run, so attempt ${epoch} was not started. It was launched from elsewhere.`,
        { params: { runId, epoch, current: Number(details) || 0 } },
      );
    case 'live':
      return new TrainyardError(
        'RUN_ALREADY_LIVE',
        'An earlier attempt of this run is still alive on the machine. Stop it first.',
        { params: { runId, epoch: Number(details) || epoch } },
      );
    case 'unknown':
      return runUnknownOnBox(runId, epoch);
    case 'elsewhere':
      return new TrainyardError(
        'RUN_ON_OTHER_MACHINE',
        'This attempt was started on another machine that shares this home directory. Stop it there.',
        { params: { runId, epoch } },
      );
    case 'workdir':
      return new TrainyardError(
        'RUN_WORKDIR_FAILED',
        "The run's working directory could not be made on the machine.",
        { params: { runId }, details },
      );
    case 'incomplete':
      return new TrainyardError(
        'RUN_LAUNCH_INCOMPLETE',
        'The connection broke before the launch had arrived whole. Nothing was started.',
        { params: { runId, epoch }, retryable: true },
      );
    case 'write':
      return cannotWrite(details);
    case 'armed':
      return new TrainyardError(
        'RUN_ARMED',
        'Another move of this run is under way, from another computer perhaps. Wait until it has ended.',
        { params: { runId, epoch } },
      );
    case 'moved':
      return new TrainyardError('RUN_MOVED', `This run has gone on elsewhere: ${details || '?'}.`, {
        params: { runId, epoch, to: details || '?' },
      });
    case 'notalive':
      return new TrainyardError('RUN_NOT_ALIVE', 'This attempt does not run any more.', {
        params: { runId, epoch },
      });
    case 'unhandled':
      return new TrainyardError(
        'RUN_SIGNAL_UNHANDLED',
        'No process of this run handles the signal: it would end it, so it was not sent. Have the trainer handle it, or give a command that makes it save.',
        { params: { runId, epoch } },
      );
    case 'nosignals':
      return new TrainyardError(
        'RUN_SIGNAL_UNKNOWN',
        'Whether the run handles the signal cannot be seen on this machine, so it was not sent. Give a command that makes it save.',
        { params: { runId, epoch } },
      );
    case 'command':
      return new TrainyardError(
        'RUN_SAVE_COMMAND_FAILED',
        `The command that makes the run save ended with ${details || '?'}. What it printed is in attempts/${epoch}/asked.log in the run's directory.`,
        { params: { runId, epoch, ended: details || '?' } },
      );
    case 'setup':
      return new TrainyardError('RUN_SETUP_FAILED', 'The set-up failed on the machine.', {
        params: { runId },
        details,
      });
    case 'failed':
      return new TrainyardError('RUN_LAUNCH_FAILED', 'The machine could not start the run.', {
        params: { runId, epoch },
        details,
      });
    default:
      return boxAnswerInvalid(words);
  }
}

/** A failed write on the box, by what the system there said about it. */
export function cannotWrite(said: string): TrainyardError {
  const details = printable(said).slice(0, 1000);
  if (/no space left|quota exceeded|file too large/i.test(said)) {
    return new TrainyardError(
      'BOX_DISK_FULL',
      'The disk (or your quota) on the machine is full. Free some space there and try again.',
      { details, retryable: true },
    );
  }
  return new TrainyardError(
    'BOX_NOT_WRITABLE',
    'Nothing can be written on the machine. The details have what the system there said.',
    { details },
  );
}

/** Text from a box without what could move a terminal's cursor or break a line. */
export const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').trim();
