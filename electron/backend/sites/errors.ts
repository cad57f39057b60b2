import { because } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';

export const nameTaken = (name: string): TrainyardError =>
  new TrainyardError('SITE_NAME_TAKEN', `There is already a site called "${name}". Choose another name.`, {
    params: { name },
  });

export const nameEmpty = (): TrainyardError =>
  new TrainyardError('SITE_NAME_EMPTY', 'A site needs a name with at least one visible character.');

export const alreadyThere = (name: string): TrainyardError =>
  new TrainyardError('SITE_ALREADY_THERE', `This address is already there as the site "${name}".`, {
    params: { name },
  });

export const localStays = (): TrainyardError =>
  new TrainyardError(
    'SITE_LOCAL_STAYS',
    'This computer is always a site: it can be neither removed nor given an address.',
  );

export const hasRuns = (name: string, count: number): TrainyardError =>
  new TrainyardError(
    'SITE_HAS_RUNS',
    `${name} has ${count} run(s) that have not ended. Removing the site does not stop them; they go on there, unseen. Confirm to remove it all the same.`,
    { params: { name, count } },
  );

export const importUnknown = (hosts: readonly string[]): TrainyardError =>
  new TrainyardError(
    'IMPORT_HOST_UNKNOWN',
    `The SSH configuration has no host called ${hosts.slice(0, 5).join(', ')}. Nothing was imported.`,
    { params: { hosts: hosts.slice(0, 5).join(', ') } },
  );

/** For whoever needs a machine's programs: the connection's own error, in the words of machines. */
export function machineError(
  name: string,
  machineId: string,
  cause: TrainyardError,
  blocked: boolean,
): TrainyardError {
  if (cause.code === 'CANCELLED') return cause;
  const params = { name, machineId, ...because('why', cause), cause: cause.code };
  return blocked
    ? new TrainyardError(
        'MACHINE_BLOCKED',
        `${name} needs you before it can be connected: ${cause.message}`,
        {
          params,
          details: cause.details,
          cause,
        },
      )
    : new TrainyardError('MACHINE_UNREACHABLE', `${name} cannot be reached right now: ${cause.message}`, {
        params,
        details: cause.details,
        retryable: true,
        cause,
      });
}

export const notConnected = (name: string, machineId: string): TrainyardError =>
  new TrainyardError('MACHINE_UNREACHABLE', `${name} is not connected right now.`, {
    params: { name, machineId, why: '', cause: '' },
    retryable: true,
  });
