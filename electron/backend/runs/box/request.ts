import { quote } from '#backend/processes/index.ts';
import { because, type Told } from '#shared/domain/because.ts';
import { sayBox } from '#shared/domain/box-sentences.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { idPattern } from '#shared/domain/id.ts';
import { plainLine } from '#shared/domain/quoted.ts';
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
      throw invalid(sayBox('ASK_VARIABLE_NAME', { name: plainLine(name) }));
    if (value.includes('\0')) throw invalid(sayBox('ASK_VARIABLE_NUL', { name }));
  }
  for (const [what, value] of Object.entries({
    run: request.run,
    setup: request.setup ?? '',
    workdir: request.workdir,
  })) {
    if (value.includes('\0')) throw invalid(sayBox('ASK_NUL', { name: what }));
  }
  // It travels in one variable, and Linux allows 128 KiB for one.
  if (Buffer.byteLength(exportsOf(request)) > largestEnvironment)
    throw invalid(sayBox('ASK_ENVIRONMENT_LARGE', { most: largestEnvironment }));
  if (request.setupKey !== null && !/^[A-Za-z0-9]{1,80}$/.test(request.setupKey))
    throw invalid(sayBox('ASK_SETUP_KEY'));
  if (request.token !== undefined && !/^[A-Za-z0-9]{1,40}$/.test(request.token))
    throw invalid(sayBox('ASK_TOKEN'));
  if (request.workdir.split('/').includes('..')) throw invalid(sayBox('ASK_WORKDIR'));
  if (!Number.isInteger(request.graceSeconds) || request.graceSeconds < 0 || request.graceSeconds > 86_400)
    throw invalid(sayBox('ASK_GRACE'));
}

/** What a launch after a reboot is to be must be a launch. */
export function checkPlan(runId: string, epoch: number, { launch, max }: BoxBootPlan): void {
  checkLaunch({ ...launch, runId, epoch });
  if (!Number.isInteger(max) || max < 1 || max > 1000) throw invalid(sayBox('ASK_STARTS'));
}

export function checkWarm(request: BoxWarm): void {
  checkLaunch({ ...request, epoch: 1, specification: '', run: '', graceSeconds: 0 });
}

export function checkId(runId: string): void {
  if (!idPattern.test(runId)) throw invalid(sayBox('ASK_RUN_ID', { id: plainLine(runId) }));
}
export function checkAttempt(runId: string, epoch: number): void {
  checkId(runId);
  if (!Number.isInteger(epoch) || epoch < 1 || epoch > 999_999_999)
    throw invalid(sayBox('ASK_ATTEMPT', { epoch }));
}
export function checkRange(offset: number, length: number): void {
  for (const value of [offset, length])
    if (!Number.isInteger(value) || value < 0 || value > 99_999_999_999)
      throw invalid(sayBox('ASK_PLACE', { value }));
}
export const invalid = (what: Told): TrainyardError =>
  new TrainyardError('RUN_REQUEST_INVALID', `This cannot be asked of a machine: ${what.message}.`, {
    params: because('what', what),
  });
