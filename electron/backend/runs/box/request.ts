import { quote } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { idPattern } from '#shared/domain/id.ts';
import type { BoxBootPlan, BoxLaunch, BoxWarm } from './interface.ts';

const largestEnvironment = 120_000;

/** Everything that `supervise.sh` reads from its stdin, quoted: the only way the environment travels. */
export function launchPayload(request: Omit<BoxLaunch, 'runId' | 'epoch'>): string {
  const exports = exportsOf(request);
  return [
    `ty_spec=${quote(request.specification)}`,
    `ty_workdir=${quote(request.workdir)}`,
    `ty_setup=${quote(request.setup ?? '')}`,
    `ty_run=${quote(request.run)}`,
    `ty_env=${quote(exports)}`,
    '#complete',
  ].join('\n');
}

/** The environment as lines for a shell, without the names by which the box finds a run's processes. */
export const exportsOf = (request: Pick<BoxLaunch, 'env'>): string =>
  Object.entries(request.env)
    .filter(([name]) => !/^TRAINYARD_(ATTEMPT|RUN_ID|EPOCH|ENV|BEGUN|STATE)$/.test(name))
    .map(([name, value]) => `export ${name}=${quote(value)}`)
    .join('\n');

export function checkLaunch(request: BoxLaunch): void {
  checkAttempt(request.runId, request.epoch);
  for (const [name, value] of Object.entries(request.env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw invalid(`${JSON.stringify(name)} cannot name a variable`);
    if (value.includes('\0')) throw invalid(`the variable ${name} holds a NUL byte`);
  }
  for (const [what, value] of Object.entries({
    run: request.run,
    setup: request.setup ?? '',
    workdir: request.workdir,
  })) {
    if (value.includes('\0')) throw invalid(`${what} holds a NUL byte`);
  }
  // It travels in one variable, and Linux allows 128 KiB for one.
  if (Buffer.byteLength(exportsOf(request)) > largestEnvironment)
    throw invalid(`the environment is larger than ${largestEnvironment} bytes`);
  if (request.setupKey !== null && !/^[A-Za-z0-9]{1,80}$/.test(request.setupKey))
    throw invalid('the setup key is no hash');
  if (request.token !== undefined && !/^[A-Za-z0-9]{1,40}$/.test(request.token))
    throw invalid('the token is no identifier');
  if (request.workdir.split('/').includes('..')) throw invalid('the working directory may not hold ".."');
  if (!Number.isInteger(request.graceSeconds) || request.graceSeconds < 0 || request.graceSeconds > 86_400)
    throw invalid('the grace is 0 to 86400 whole seconds');
}

/** What a launch after a reboot is to be must be a launch. */
export function checkPlan(runId: string, epoch: number, { launch, max }: BoxBootPlan): void {
  checkLaunch({ ...launch, runId, epoch });
  if (!Number.isInteger(max) || max < 1 || max > 1000) throw invalid('the number of starts is 1 to 1000');
}

export function checkWarm(request: BoxWarm): void {
  checkLaunch({ ...request, epoch: 1, specification: '', run: '', graceSeconds: 0 });
}

export function checkId(runId: string): void {
  if (!idPattern.test(runId)) throw invalid(`${JSON.stringify(runId)} is no run's identifier`);
}
export function checkAttempt(runId: string, epoch: number): void {
  checkId(runId);
  if (!Number.isInteger(epoch) || epoch < 1 || epoch > 999_999_999)
    throw invalid(`${epoch} is no attempt's number`);
}
export function checkRange(offset: number, length: number): void {
  for (const value of [offset, length])
    if (!Number.isInteger(value) || value < 0 || value > 99_999_999_999)
      throw invalid(`${value} is no place in a log`);
}
export const invalid = (what: string): TrainyardError =>
  new TrainyardError('RUN_REQUEST_INVALID', `This cannot be asked of a machine: ${what}.`, {
    params: { what },
  });
