import type { Client } from '#shared/contract/index.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { Evacuation } from '#shared/domain/recovery.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { findMachine, findRun } from '../names.ts';
import { printable, printJson, printLine, printTable } from '../output.ts';
import { answerPrompts } from '../prompts.ts';

export interface EvacuateOptions {
  dryRun?: boolean;
  run?: string[];
  detach?: boolean;
  cancel?: boolean;
  json: boolean;
}

const lookEveryMs = 1000;

/** `trainyard evacuate MACHINE`; ends with 1 where runs stay. */
export async function evacuate(given: string, options: EvacuateOptions): Promise<number> {
  return withBackend(async (backend) => {
    const { client } = backend;
    const machine = await findMachine(client, given);
    if (options.dryRun) return plan(client, machine.id, options.json);
    if (options.cancel) return cancel(client, machine, options.json);
    const runIds = await Promise.all(
      (options.run ?? []).map(async (name) => (await findRun(client, name)).id),
    );
    const stopAsking = answerPrompts(await backend.connection(), backend.own);
    try {
      await client.places.evacuate({
        machineId: machine.id,
        requestId: newId(),
        ...(runIds.length === 0 ? {} : { runIds }),
      });
      const begun = await newest(client, machine.id);
      // A backend of our own ends with us: it has to see this through.
      const ended = options.detach && !backend.own ? begun : await follow(client, begun, options.json);
      if (options.json) printJson(ended);
      else if (ended.state === 'running') printLine(printable(`${machine.name} is being emptied.`));
      return ended.items.some(({ state }) => state === 'stays') ? exitCodes.failed : exitCodes.ok;
    } finally {
      stopAsking();
    }
  });
}

async function plan(client: Client, machineId: string, json: boolean): Promise<number> {
  const { moves } = await client.places.planEvacuation({ machineId });
  if (json) printJson(moves);
  else {
    printTable(
      ['run', 'name', 'to', 'how', 'why'],
      moves.map(({ runId, runName, toMachineName, mode, why }) => [
        runId,
        runName,
        toMachineName ?? 'stays',
        mode ?? '–',
        why?.message ?? '',
      ]),
    );
  }
  return moves.every(({ toMachineId }) => toMachineId !== null) ? exitCodes.ok : exitCodes.failed;
}

async function cancel(client: Client, machine: { id: string; name: string }, json: boolean): Promise<number> {
  const { id, state } = await newest(client, machine.id);
  const over = state === 'running' ? await client.places.cancelEvacuation({ evacuationId: id }) : null;
  if (json) printJson(over);
  else if (over === null) printLine(printable(`${machine.name} is not being emptied.`));
  else printLine(printable(`No further run is moved away from ${machine.name}; it stays drained.`));
  return exitCodes.ok;
}

async function newest(client: Client, machineId: string): Promise<Evacuation> {
  const found = (await client.places.evacuations()).find((each) => each.machineId === machineId);
  if (found !== undefined) return found;
  throw new TrainyardError('EVACUATION_UNKNOWN', 'This machine is not being emptied.');
}

/** Tells what becomes of each run, until all are decided. */
async function follow(client: Client, begun: Evacuation, quiet: boolean): Promise<Evacuation> {
  const told = new Map<string, string>();
  for (;;) {
    const now = (await client.places.evacuations()).find(({ id }) => id === begun.id) ?? begun;
    for (const { runId, runName, state, toMachineName, why } of now.items) {
      if (quiet || state === 'waiting' || told.get(runId) === state) continue;
      told.set(runId, state);
      const where = toMachineName !== null && state !== 'stays' ? ` to ${toMachineName}` : '';
      printLine(printable(`${runName}: ${state}${where}${why === null ? '' : ` – ${why.message}`}`));
    }
    if (now.state !== 'running' && now.items.every(({ state }) => state !== 'moving')) return now;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** Resolves when a move has ended, either way. */
export async function untilMoved(client: Client, migrationId: string): Promise<void> {
  for (;;) {
    const { endedAt } = await client.migrations.get({ migrationId });
    if (endedAt !== null) return;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
