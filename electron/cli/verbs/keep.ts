import { newId } from '#shared/domain/new-id.ts';
import type { Backup, KeepPolicy } from '#shared/domain/run-backup.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { type CliBackend, withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { findMachine, findRun } from '../names.ts';
import { ago, byteSize, printable, printJson, printLine, printTable } from '../output.ts';
import { readSecrets } from '../secrets.ts';

/** `trainyard keep list [RUN]` */
export async function listKept(given: string | undefined, json: boolean): Promise<number> {
  const backups = await withBackend(async ({ client }) =>
    client.backups.list(given === undefined ? {} : { runId: (await findRun(client, given)).id }),
  );
  print(backups, json);
  return exitCodes.ok;
}

/** `trainyard keep now RUN [--to MACHINE]`: waits until it is verified; 1 where it failed. */
export async function keepNow(given: string, to: string | undefined, json: boolean): Promise<number> {
  const made = await withBackend(async ({ client }) => {
    const run = await findRun(client, given);
    const machineId = to === undefined ? undefined : (await findMachine(client, to)).id;
    const asked = await client.backups.start({
      runId: run.id,
      requestId: newId(),
      ...(machineId === undefined ? {} : { machineId }),
    });
    const ids = new Set(asked.map(({ id }) => id));
    for (;;) {
      const now = (await client.backups.list({ runId: run.id })).filter(({ id }) => ids.has(id));
      if (now.every(({ state }) => state !== 'copying')) return now;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  });
  print(made, json);
  return made.length > 0 && made.every(({ state }) => state === 'verified') ? exitCodes.ok : exitCodes.failed;
}

export interface PolicyOptions {
  to?: string[];
  checkpoints?: KeepPolicy['checkpoints'];
  everySteps?: number;
  artefacts?: string[];
  keep?: number;
  directory?: string;
  off?: boolean;
  json: boolean;
}

/** `trainyard keep policy RUN [options]`: prints it; with options sets it, what is not named stays as it was. */
export async function keepPolicy(given: string, options: PolicyOptions): Promise<number> {
  const { policy, names } = await withBackend(async ({ client }) => {
    const policy = await changed(client, given, options);
    const places = (policy?.machineIds ?? []).map((machineId) => nameOf(client, machineId));
    return { policy, names: options.json ? [] : await Promise.all(places) };
  });
  if (options.json) printJson(policy);
  else if (policy === null) printLine('Nothing of it is kept elsewhere by itself.');
  else
    printLine(
      printable(
        `${policy.enabled ? 'on' : 'off'}: checkpoints ${policy.checkpoints}, ${policy.keep} on each of ${names.join(', ')}${policy.artefacts.length === 0 ? '' : `, and ${policy.artefacts.join(', ')}`}`,
      ),
    );
  return exitCodes.ok;
}

/** Of one that was taken out of Trainyard since only its identifier is left. */
async function nameOf(client: CliBackend['client'], machineId: string): Promise<string> {
  try {
    return (await client.machines.get({ machineId })).name;
  } catch (thrown) {
    if (TrainyardError.from(thrown).code === 'MACHINE_UNKNOWN') return machineId;
    throw thrown;
  }
}

async function changed(
  client: CliBackend['client'],
  given: string,
  options: PolicyOptions,
): Promise<KeepPolicy | null> {
  const { id: runId } = await findRun(client, given);
  if (options.off) return client.backups.setPolicy({ runId, policy: null });
  const before = await client.backups.policy({ runId });
  const { to, checkpoints, everySteps, artefacts, keep, directory } = options;
  const asked = [to, checkpoints, everySteps, artefacts, keep, directory].some((one) => one !== undefined);
  if (!asked) return before;
  const machines = to && (await Promise.all(to.map((name) => findMachine(client, name))));
  const machineIds = machines?.map(({ id }) => id) ?? before?.machineIds ?? [];
  if (machineIds.length === 0)
    throw new TrainyardError('USAGE', 'Say where to: --to MACHINE, once for each.');
  return client.backups.setPolicy({
    runId,
    policy: {
      enabled: true,
      machineIds,
      directory: directory ?? before?.directory ?? '',
      checkpoints: checkpoints ?? before?.checkpoints ?? 'newest',
      everySteps: everySteps ?? before?.everySteps ?? 1,
      artefacts: artefacts ?? before?.artefacts ?? [],
      keep: keep ?? before?.keep ?? 3,
    },
  });
}

/** `trainyard keep verify BACKUP…`: hashes them again, over there; 1 where one is damaged. */
export async function verifyKept(ids: string[], json: boolean): Promise<number> {
  const checked = await each(ids, ({ client }, backupId) => client.backups.verify({ backupId }));
  print(checked, json);
  return checked.every(({ state }) => state === 'verified') ? exitCodes.ok : exitCodes.failed;
}

/** `trainyard keep rm BACKUP…` */
export async function removeKept(ids: string[], json: boolean): Promise<number> {
  print(await each(ids, ({ client }, backupId) => client.backups.remove({ backupId })), json);
  return exitCodes.ok;
}

/** `trainyard keep restore BACKUP --on MACHINE [--secret NAME]` */
export async function restoreKept(
  backupId: string,
  { on, secret, json }: { on: string; secret?: string[]; json: boolean },
): Promise<number> {
  const secrets = await readSecrets(secret ?? []);
  const run = await withBackend(async ({ client }) => {
    const { id: machineId } = await findMachine(client, on);
    return client.backups.restore({ requestId: newId(), backupId, machineId, secrets });
  });
  if (json) printJson(run);
  else printLine(`${run.id}  ${printable(run.name)}  attempt ${run.epoch} on ${printable(run.machineName)}`);
  return exitCodes.ok;
}

async function each(
  ids: readonly string[],
  act: (backend: CliBackend, backupId: string) => Promise<Backup>,
): Promise<Backup[]> {
  return withBackend(async (backend) => {
    const done: Backup[] = [];
    for (const id of ids) done.push(await act(backend, id));
    return done;
  });
}

function print(backups: readonly Backup[], json: boolean): void {
  if (json) {
    printJson(backups);
    return;
  }
  const now = Date.now();
  printTable(
    ['backup', 'run', 'step', 'on', 'state', 'size', 'made', 'why'],
    backups.map((one) => [
      one.id,
      one.runName,
      one.checkpoint?.step == null ? '–' : String(one.checkpoint.step),
      one.machineName,
      one.state,
      byteSize(one.bytes),
      ago(one.createdAt, now),
      one.error?.message ?? '',
    ]),
  );
}
