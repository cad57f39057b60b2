import type { Client } from '#shared/contract/index.ts';
import type { Forward } from '#shared/domain/forward.ts';
import { newId } from '#shared/domain/id.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { findMachine, findRun } from '../names.ts';
import { byteSize, printable, printJson, printLine, printTable } from '../output.ts';

export interface ForwardOptions {
  local?: number;
  host?: string;
  run?: string;
  label?: string;
  json: boolean;
}

/** `trainyard forward MACHINE PORT`. Without a running app it lasts as long as this command, which then waits for Ctrl-C. */
export async function forwardPort(given: string, port: string, options: ForwardOptions): Promise<number> {
  const remotePort = Number(port);
  if (!Number.isInteger(remotePort) || remotePort < 1 || remotePort > 65_535)
    throw new TrainyardError('USAGE', `"${printable(port)}" is no port: a number from 1 to 65535.`);
  return withBackend(async (backend) => {
    const { client } = backend;
    const machine = await findMachine(client, given);
    const run = options.run === undefined ? null : await findRun(client, options.run);
    // What listens there is asked by the way, and a machine that is not connected is connected by that.
    if (backend.own) await client.ports.listening({ machineId: machine.id });
    const forward = await client.ports.open({
      requestId: newId(),
      machineId: machine.id,
      remotePort,
      ...(run ? { runId: run.id } : {}),
      ...(options.host === undefined ? {} : { remoteHost: options.host }),
      ...(options.local === undefined ? {} : { localPort: options.local }),
      ...(options.label === undefined ? {} : { label: options.label }),
    });
    if (options.json) printJson(forward);
    else
      printLine(printable(`http://localhost:${forward.localPort}/ → ${forward.machineName}:${remotePort}`));
    if (!backend.own) return exitCodes.ok;
    if (!options.json) process.stderr.write('No app is running: it is forwarded until Ctrl-C.\n');
    return new Promise<number>(() => undefined);
  });
}

/** `trainyard forward list` */
export async function listForwards(json: boolean): Promise<number> {
  return withBackend(async ({ client }) => {
    const all = await client.ports.list();
    if (json) printJson(all);
    else
      printTable(
        ['here', 'leads to', 'name', 'state', 'connections', 'received', 'run'],
        all.map((one) => [
          `localhost:${one.localPort}`,
          `${one.machineName}:${one.remotePort}`,
          one.label || (one.guess ?? '–'),
          one.error ? `${one.state}: ${one.error.message}` : one.state,
          String(one.connections),
          byteSize(one.receivedBytes),
          one.runName ?? '–',
        ]),
      );
    return exitCodes.ok;
  });
}

/** `trainyard forward ports MACHINE` */
export async function listListening(given: string, run: string | undefined, json: boolean): Promise<number> {
  return withBackend(async ({ client }) => {
    const machine = await findMachine(client, given);
    const runId = run === undefined ? undefined : (await findRun(client, run)).id;
    const found = await client.ports.listening({ machineId: machine.id, ...(runId ? { runId } : {}) });
    if (json) printJson(found);
    else
      printTable(
        ['port', 'address', 'what', 'pid', 'run', 'command'],
        found.map(({ port, address, guess, process: owner, runName }) => [
          String(port),
          address,
          guess ?? '–',
          owner ? String(owner.pid) : '–',
          runName ?? '–',
          owner ? owner.command || owner.name : '–',
        ]),
      );
    return exitCodes.ok;
  });
}

/** `trainyard forward close FORWARD…` */
export async function closeForwards(given: string[], json: boolean): Promise<number> {
  return withBackend(async ({ client }) => {
    const closed: Forward[] = [];
    for (const one of given) {
      const forward = await findForward(client, one);
      await client.ports.close({ forwardId: forward.id });
      closed.push(forward);
    }
    if (json) printJson(closed);
    else
      for (const { localPort, machineName, remotePort } of closed)
        printLine(
          printable(`localhost:${localPort} does not lead to ${machineName}:${remotePort} any more.`),
        );
    return exitCodes.ok;
  });
}

/** Its port here, its id, or its name where only one is called so. */
async function findForward(client: Client, given: string): Promise<Forward> {
  const all = await client.ports.list();
  const found = all.filter(
    ({ id, localPort, label }) => id === given || String(localPort) === given || label === given,
  );
  if (found.length > 1)
    throw new TrainyardError(
      'NAME_AMBIGUOUS',
      `"${printable(given)}" fits ${found.length} forwarded ports. Give the port of this computer.`,
      {
        params: {
          name: given,
          count: found.length,
          candidates: found.map(({ localPort }) => localPort).join(', '),
        },
      },
    );
  if (!found[0])
    throw new TrainyardError('FORWARD_UNKNOWN', `There is no forwarded port "${printable(given)}".`, {
      params: { forwardId: given },
    });
  return found[0];
}
