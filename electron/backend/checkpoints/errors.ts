import { TrainyardError } from '#shared/domain/error.ts';

/** The errors of looking at checkpoints. `renderer/i18n/errors/checkpoints.ts` has the same sentences in both languages. */
export const directoryMissing = (directory: string): TrainyardError =>
  new TrainyardError('CHECKPOINT_DIRECTORY_MISSING', `There is no directory "${directory}" on the machine.`, {
    params: { directory },
  });
export const notADirectory = (directory: string): TrainyardError =>
  new TrainyardError('CHECKPOINT_NOT_A_DIRECTORY', `"${directory}" is not a directory.`, {
    params: { directory },
  });
export const directoryForbidden = (directory: string): TrainyardError =>
  new TrainyardError('CHECKPOINT_DIRECTORY_FORBIDDEN', `The directory "${directory}" may not be read.`, {
    params: { directory },
  });
export const directoryTooLarge = (directory: string, most: number): TrainyardError =>
  new TrainyardError(
    'CHECKPOINT_DIRECTORY_TOO_LARGE',
    `There are more than ${most} files in "${directory}". Name the directory that holds the checkpoints and little else.`,
    { params: { directory, most } },
  );
export const listFailed = (exitCode: number | null, details: string): TrainyardError =>
  new TrainyardError(
    'CHECKPOINT_COMMAND_FAILED',
    `The command that lists the checkpoints ended with ${exitCode ?? 'a signal'}.`,
    { params: { exitCode: exitCode ?? -1 }, details },
  );
export const answerInvalid = (details: string): TrainyardError =>
  new TrainyardError('BOX_ANSWER_INVALID', 'The machine gave an answer that makes no sense.', {
    details: details.slice(0, 300),
  });
export const noSuchFramework = (framework: string): TrainyardError =>
  new TrainyardError('CHECKPOINT_FRAMEWORK_UNKNOWN', `Checkpoints of "${framework}" are not known here.`, {
    params: { framework },
  });
export const noRequest = (name: string): TrainyardError =>
  new TrainyardError(
    'CHECKPOINT_NO_REQUEST',
    `Run "${name}" cannot be asked to save: its task file has no "request" under "checkpoint".`,
    { params: { name } },
  );
export const notTraining = (name: string): TrainyardError =>
  new TrainyardError('CHECKPOINT_NOT_TRAINING', `Run "${name}" is not running, so it cannot save.`, {
    params: { name },
  });
