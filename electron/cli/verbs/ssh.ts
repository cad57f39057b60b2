import { spawn } from 'node:child_process';
import type { SshAddress } from '#shared/domain/site.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { findMachine } from '../names.ts';

/** `trainyard ssh MACHINE [-- COMMAND…]`: the system's ssh with the site's address; ends with its exit code. */
export async function openSsh(given: string, command: string[]): Promise<number> {
  const site = await withBackend(async ({ client }) => {
    const machine = await findMachine(client, given);
    return (await client.sites.list()).find(({ id }) => id === machine.siteId);
  });
  if (!site?.ssh)
    throw new TrainyardError('USAGE', `${given} is this computer: there is nothing to log in to.`);
  return runSsh(sshArguments(site.ssh, command, process.stdin.isTTY === true));
}

/** What ssh is called with; the command goes as to ssh itself, which hands it to the shell over there. */
export function sshArguments(address: SshAddress, command: readonly string[], terminal: boolean): string[] {
  return [
    ...(address.configFile ? ['-F', address.configFile] : []),
    ...(address.user ? ['-l', address.user] : []),
    ...(address.port ? ['-p', String(address.port)] : []),
    ...(address.identityFile ? ['-i', address.identityFile] : []),
    ...(address.hostName ? ['-o', `HostName=${address.hostName}`] : []),
    ...(command.length > 0 && terminal ? ['-t'] : []),
    '--',
    address.host,
    ...command,
  ];
}

function runSsh(args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', args, { stdio: 'inherit' });
    // The terminal sends Ctrl-C to ssh as well; it decides what that means.
    const ignore = () => undefined;
    process.on('SIGINT', ignore);
    child.on('error', (error) =>
      reject(
        new TrainyardError(
          'SSH_CLIENT_MISSING',
          'The program ssh could not be started. Install the OpenSSH client.',
          {
            details: error.message,
            cause: error,
          },
        ),
      ),
    );
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore);
      resolve(code ?? (signal ? exitCodes.interrupted : exitCodes.failed));
    });
  });
}
