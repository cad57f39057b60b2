import { because, type Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { SpecIssue } from '#shared/domain/spec.ts';
import { task } from '#shared/domain/task-sentences.ts';

export const taskInvalid = (issues: readonly SpecIssue[]): TrainyardError => {
  const [first] = issues;
  const where = first === undefined || first.line === 0 ? '' : `line ${first.line}: `;
  const what = first ?? task('it holds no task');
  const code = issues.some(({ kind }) => kind === 'invalid') ? 'TASK_INVALID' : 'TASK_UNSUPPORTED';
  return new TrainyardError(code, `The task file cannot be run: ${where}${what.message}`, {
    params: { line: first?.line ?? 0, key: first?.key ?? '', ...because('what', what) },
    details: issues.map(({ line, key, message }) => `line ${line}: ${key}: ${message}`).join('\n'),
  });
};

export const workdirMissing = (directory: string): TrainyardError =>
  new TrainyardError(
    'WORKDIR_MISSING',
    `The task's workdir ${directory} is not a directory on this computer. Correct "workdir" or make the directory.`,
    { params: { directory } },
  );

export const mountMissing = (source: string): TrainyardError =>
  new TrainyardError(
    'MOUNT_MISSING',
    `${source}, which the task's file_mounts names, is not on this computer. Correct the path or make it.`,
    { params: { source } },
  );

export const noSuchAccelerator = (machine: string, why: Told): TrainyardError =>
  new TrainyardError(
    'RUN_NO_SUCH_ACCELERATOR',
    `This run can never start on ${machine}: ${why.message}. Choose another machine or change "accelerators".`,
    { params: { machine, ...because('why', why) } },
  );

export const secretsLost = (names: readonly string[]): TrainyardError =>
  new TrainyardError(
    'RUN_SECRETS_LOST',
    `This run was not started: its secrets (${names.join(', ')}) were only in memory, and Trainyard was restarted before ` +
      'the run began. Restart the run and give them again.',
    { params: { names: names.join(', ') } },
  );

export const secretsNeeded = (names: readonly string[]): TrainyardError =>
  new TrainyardError(
    'RUN_SECRETS_NEEDED',
    `This run needs secrets that Trainyard does not keep: ${names.join(', ')}. Give them with the launch or the restart.`,
    { params: { names: names.join(', ') } },
  );

export const notEnded = (name: string): TrainyardError =>
  new TrainyardError('RUN_NOT_ENDED', `Run "${name}" has not ended. Stop it first.`, { params: { name } });

export const runClaimed = (name: string): TrainyardError =>
  new TrainyardError(
    'RUN_CLAIMED',
    `Run "${name}" is being moved or recovered. Wait until that is over, or cancel it.`,
    { params: { name } },
  );

export const machineDraining = (machine: string): TrainyardError =>
  new TrainyardError(
    'MACHINE_DRAINING',
    `${machine} takes no new runs: it is being drained. Choose another machine, or let it take runs again.`,
    { params: { machine } },
  );

export const machineFull = (machine: string, why: Told): TrainyardError =>
  new TrainyardError(
    'MACHINE_FULL',
    `There is no room on ${machine} now: ${why.message}. Wait, or choose another machine.`,
    {
      params: { machine, ...because('why', why) },
      retryable: true,
    },
  );

export const logOutOfSight = (machine: string): TrainyardError =>
  new TrainyardError(
    'LOG_OUT_OF_SIGHT',
    `This part of the log is on ${machine}, which is not connected, and is not kept here. Connect it to read on.`,
    { params: { machine }, retryable: true },
  );

export const epochUnknown = (epoch: number): TrainyardError =>
  new TrainyardError('RUN_ATTEMPT_UNKNOWN', `This run has no attempt ${epoch}.`, { params: { epoch } });

/** May pass: files that another process is about to write whole, or a disk that comes back. */
export const runUnreadable = (name: string, why: Told): TrainyardError =>
  new TrainyardError(
    'RUN_UNREADABLE',
    `Whether run "${name}" is alive cannot be told: its files on its machine cannot be read (${why.message}). Make them readable.`,
    { params: { name, ...because('why', why) }, retryable: true },
  );
