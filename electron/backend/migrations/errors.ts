import { because, becauseOf, type Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';

export const sameMachine = (name: string, machine: string): TrainyardError =>
  new TrainyardError('MOVE_SAME_MACHINE', `Run "${name}" is on ${machine} already.`, {
    params: { name, machine },
  });

export const notRunning = (name: string): TrainyardError =>
  new TrainyardError(
    'MOVE_NOT_RUNNING',
    `Run "${name}" is not running. Only a run that is alive can be moved; restart it on the other machine instead.`,
    { params: { name } },
  );

/** `failed`: the checks, of which the first is told. */
export function refused(name: string, failed: readonly (Told & { remedy: Told | null })[]): TrainyardError {
  const said = failed.map(({ message, remedy }) => (remedy ? `${message} ${remedy.message}` : message));
  const [first] = failed;
  return new TrainyardError('MOVE_REFUSED', `Run "${name}" was not moved: ${said[0] ?? 'a check failed.'}`, {
    params: {
      name,
      ...becauseOf('why', first ? [first] : []),
      ...becauseOf('remedy', first?.remedy ? [first.remedy] : []),
    },
    details: said.join('\n'),
  });
}

/** How a run that was started again has ended at once; it completes a sentence. */
export const endedAtOnce = (exit: { signal: string | null; code: number | null } | null): Told => {
  if (exit?.signal)
    return {
      code: 'MOVE_KILLED_AT_ONCE',
      params: { signal: exit.signal },
      message: `it ended at once (${exit.signal})`,
    };
  const exitCode = exit?.code ?? '?';
  return {
    code: 'MOVE_ENDED_AT_ONCE',
    params: { exitCode },
    message: `it ended at once (exit code ${exitCode})`,
  };
};

export const pastCancel = (): TrainyardError =>
  new TrainyardError(
    'MOVE_PAST_CANCEL',
    'This move cannot be cancelled any more: it is over, or already going back.',
  );

export const cancelledBy = (who: string): TrainyardError =>
  new TrainyardError('MOVE_CANCELLED', `The move was cancelled by ${who}.`, { params: { who } });

export const stoppedByUser = (name: string): TrainyardError =>
  new TrainyardError('MOVE_RUN_STOPPED', `Run "${name}" was stopped by its user while it was being moved.`, {
    params: { name },
  });

export const runHasEnded = (name: string): TrainyardError =>
  new TrainyardError(
    'MOVE_RUN_ENDED',
    `Run "${name}" ended by itself while it was being moved: there is nothing left to move.`,
    { params: { name } },
  );

export const secretsAreLost = (name: string, names: readonly string[]): TrainyardError =>
  new TrainyardError(
    'MOVE_SECRETS_LOST',
    `Run "${name}" needs secrets that Trainyard does not have any more: ${names.join(', ')}. Move it again and give them.`,
    { params: { name, names: names.join(', ') } },
  );

export const noNewCheckpoint = (name: string, minutes: number): TrainyardError =>
  new TrainyardError(
    'MOVE_NO_NEW_CHECKPOINT',
    `Run "${name}" has saved no new checkpoint within ${minutes} min, so it was left where it is. Look into its log, or move it from its last checkpoint.`,
    { params: { name, minutes } },
  );

export const nothingToGoOnFrom = (name: string): TrainyardError =>
  new TrainyardError('MOVE_NO_CHECKPOINT', `Run "${name}" has no complete checkpoint to go on from.`, {
    params: { name },
  });

export const notVerified = (machine: string): TrainyardError =>
  new TrainyardError(
    'MOVE_NOT_VERIFIED',
    `The checkpoint on ${machine} is not the one that was sent, though it was sent again. Its disk or memory may be failing.`,
    { params: { machine } },
  );

export const startedElsewhere = (name: string, machine: string): TrainyardError =>
  new TrainyardError(
    'MOVE_STARTED_ELSEWHERE',
    `Run "${name}" was started again on ${machine} by somebody else while it was being moved.`,
    { params: { name, machine } },
  );

export const overtaken = (name: string, machine: string): TrainyardError =>
  new TrainyardError(
    'MOVE_OVERTAKEN',
    `Run "${name}" has gone on to ${machine} already: this computer's record of the move is older than that.`,
    { params: { name, machine } },
  );

export const diedThere = (name: string, machine: string, how: Told, lastLines: string): TrainyardError =>
  new TrainyardError(
    'MOVE_DIED_THERE',
    `Run "${name}" ended on ${machine} before it trained there: ${how.message}.`,
    {
      params: { name, machine, ...because('how', how) },
      details: lastLines,
    },
  );

export const notResumed = (name: string, machine: string, step: number, wanted: number): TrainyardError =>
  new TrainyardError(
    'MOVE_NOT_RESUMED',
    `Run "${name}" began at step ${step} on ${machine} instead of going on from step ${wanted}. Say in its task file how it resumes ("checkpoint: resume:").`,
    { params: { name, machine, step, wanted } },
  );

export const notConfirmed = (name: string, machine: string): TrainyardError =>
  new TrainyardError(
    'MOVE_NOT_CONFIRMED',
    `Run "${name}" was started on ${machine} but was not seen to train there.`,
    {
      params: { name, machine },
    },
  );

export const notBack = (name: string, machine: string, why: Told): TrainyardError =>
  new TrainyardError(
    'MOVE_NOT_BACK',
    `Run "${name}" could not be started again on ${machine}: ${why.message.replace(/\.$/, '')}. Everything of it is kept there; restart it when that is mended.`,
    { params: { name, machine, ...because('why', why) } },
  );
