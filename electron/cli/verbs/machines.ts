import type { Machine } from '#shared/domain/machine.ts';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { finishedJob } from '../job.ts';
import { findMachine } from '../names.ts';
import { ago, byteSize, printable, printJson, printLine, printTable } from '../output.ts';
import { answerPrompts } from '../prompts.ts';

/** `trainyard machines list` */
export async function listMachines(search: string, json: boolean): Promise<number> {
  await withBackend(async ({ client }) => {
    const rows: Machine[] = [];
    for (;;) {
      const page = await client.machines.list({ search, offset: rows.length, limit: 1000 });
      rows.push(...page.rows);
      if (page.rows.length === 0 || rows.length >= page.total) break;
    }
    if (json) return printJson(rows);
    const now = Date.now();
    printTable(
      ['id', 'name', 'accelerators', 'cpus', 'memory', 'running', 'queued', 'connection', 'seen'],
      rows.map((machine) => [
        machine.id,
        machine.name,
        acceleratorsOf(machine),
        String(machine.inventory?.cpuCount ?? '–'),
        byteSize(machine.inventory?.memoryBytes ?? null),
        String(machine.runningRuns),
        String(machine.queuedRuns),
        machine.connectionState,
        ago(machine.seenAt, now),
      ]),
    );
    return undefined;
  });
  return exitCodes.ok;
}

/** "4× NVIDIA A100-SXM4-80GB". */
function acceleratorsOf(machine: Machine): string {
  const counts = new Map<string, number>();
  for (const { model } of machine.inventory?.accelerators ?? [])
    counts.set(model, (counts.get(model) ?? 0) + 1);
  return [...counts].map(([model, count]) => `${count}× ${model}`).join(', ') || '–';
}

/** `trainyard machines show MACHINE` */
export async function showMachine(given: string, json: boolean): Promise<number> {
  await withBackend(async ({ client }) => {
    const machine = await findMachine(client, given);
    if (json) return printJson(machine);
    const now = Date.now();
    const { inventory } = machine;
    const facts: [string, string][] = [
      ['machine', `${machine.name} (${machine.id})`],
      ['connection', `${machine.connectionState}, seen ${ago(machine.seenAt, now)}`],
      ['runs', `${machine.runningRuns} running, ${machine.queuedRuns} queued`],
    ];
    if (inventory) {
      facts.push(
        ['inventory', `taken ${ago(inventory.takenAt, now)}`],
        ['system', `${inventory.os}, kernel ${inventory.kernel}, ${inventory.architecture}`],
        ['user', `${inventory.user}, home ${inventory.home}, shell ${inventory.loginShell}`],
        ['processor', `${inventory.cpuCount ?? '?'} × ${inventory.cpuModel ?? 'unknown'}`],
        [
          'memory',
          `${byteSize(inventory.memoryBytes)}, ${byteSize(inventory.memoryAvailableBytes)} available`,
        ],
        ['driver', `${inventory.driverVersion ?? '–'}, CUDA ${inventory.cudaVersion ?? '–'}`],
      );
      for (const one of inventory.accelerators)
        facts.push([
          `gpu ${one.index}`,
          `${one.model}, ${byteSize(one.memoryUsedBytes)} of ${byteSize(one.memoryBytes)} used${one.fault ? `, ${one.fault}` : ''}`,
        ]);
      for (const one of inventory.disks)
        facts.push(['disk', `${one.path}: ${byteSize(one.freeBytes)} of ${byteSize(one.sizeBytes)} free`]);
      for (const one of inventory.pythons)
        facts.push([
          'python',
          `${one.version} ${one.kind} ${one.path}${one.torch ? `, torch ${one.torch}` : ''}`,
        ]);
      for (const { message } of inventory.warnings) facts.push(['warning', message]);
    }
    for (const [name, value] of facts) printLine(`${name.padEnd(11)} ${printable(value)}`);
    return undefined;
  });
  return exitCodes.ok;
}

/** `trainyard machines refresh [MACHINE…]`: waits until all have been asked. */
export async function refreshMachines(names: string[], json: boolean): Promise<number> {
  return withBackend(async (backend) => {
    const machines = await Promise.all(names.map((name) => findMachine(backend.client, name)));
    const stopAsking = answerPrompts(await backend.connection(), backend.own);
    try {
      const machineIds = machines.map(({ id }) => id);
      const outcome = await finishedJob(backend, ({ rpc }) => rpc.machines.refresh({ machineIds }));
      if (json) printJson(outcome);
      else
        printLine(
          `${outcome.done} of ${outcome.total} machines asked${outcome.error ? `; ${outcome.error.message}` : '.'}`,
        );
      return outcome.state === 'done' ? exitCodes.ok : exitCodes.failed;
    } finally {
      stopAsking();
    }
  });
}
