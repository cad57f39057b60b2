import type { Evidence, Run } from '#shared/domain/run.ts';
import { type CliBackend, withBackend } from '../backend.ts';
import { findMachine, findRun } from '../names.ts';
import { ago, byteSize, duration, printable, printJson, printLine } from '../output.ts';
import { readSecrets } from '../secrets.ts';
import { settleIfOwn } from '../wait-for-run.ts';
import { stateOf } from './ps.ts';
import { readCredentials } from './vault.ts';

/** `trainyard show RUN` */
export async function showRun(given: string, json: boolean): Promise<undefined> {
  await withBackend(async ({ client }) => {
    const run = await findRun(client, given);
    if (json) return printJson(run);
    const now = Date.now();
    const facts: [string, string][] = [
      ['run', `${run.name} (${run.id})`],
      ['state', stateOf(run, now)],
      ['evidence', evidenceOf(run.evidence, now)],
      ['machine', run.machineName],
      ['attempt', `${run.epoch} of ${run.attempts.length}`],
      ['created', ago(run.createdAt, now)],
      ['took', run.startedAt === null ? '–' : duration((run.endedAt ?? now) - run.startedAt)],
      ['metrics', run.lastMetrics.map(({ name, value }) => `${name}=${value}`).join(' ') || '–'],
      ['code', run.snapshot ? `${run.snapshot.files} files, ${byteSize(run.snapshot.bytes)}` : '–'],
      ['directory', run.attempts.at(-1)?.directory ?? '–'],
    ];
    for (const [name, value] of facts) printLine(`${name.padEnd(10)} ${printable(value)}`);
    return undefined;
  });
  return undefined;
}

/** `trainyard stop RUN…` */
export const stopRuns = (given: string[], grace: number | undefined, json: boolean) =>
  each(given, json, ({ client }, run) =>
    client.runs.stop({ runId: run.id, ...(grace === undefined ? {} : { graceSeconds: grace }) }),
  );

/** `trainyard kill RUN…` */
export const killRuns = (given: string[], json: boolean) =>
  each(given, json, ({ client }, run) => client.runs.kill({ runId: run.id }));

export interface RestartOptions {
  on?: string;
  secret?: string[];
  credential?: string[];
  override?: string;
  json: boolean;
}

/** `trainyard restart RUN` */
export const restartRun = (given: string, options: RestartOptions): Promise<undefined> =>
  each([given], options.json, async ({ client }, run) => {
    const machine = options.on ? await findMachine(client, options.on) : undefined;
    return client.runs.restart({
      runId: run.id,
      secrets: await readSecrets(options.secret ?? []),
      secretCredentials: await readCredentials(client, options.credential ?? []),
      ...(machine ? { machineId: machine.id } : {}),
      ...(options.override === undefined ? {} : { override: { reason: options.override } }),
    });
  });

/** `trainyard rm RUN…` */
export async function deleteRuns(given: string[], keepOnBox: boolean, json: boolean): Promise<undefined> {
  await withBackend(async ({ client }) => {
    const deleted: { id: string; name: string; freedBytes: number | null }[] = [];
    for (const name of given) {
      const run = await findRun(client, name);
      const { boxBytes, logBytes } = await client.runs.previewDelete({ runId: run.id });
      await client.runs.delete({ runId: run.id, keepOnBox });
      const freedBytes = keepOnBox ? logBytes : boxBytes === null ? null : boxBytes + logBytes;
      deleted.push({ id: run.id, name: run.name, freedBytes });
      if (!json) printLine(`${run.id}  ${printable(run.name)}  deleted, freed ${byteSize(freedBytes)}`);
    }
    if (json) printJson(deleted);
  });
  return undefined;
}

async function each(
  given: string[],
  json: boolean,
  act: (backend: CliBackend, run: Run) => Promise<Run>,
): Promise<undefined> {
  await withBackend(async (backend) => {
    const after: Run[] = [];
    for (const name of given) {
      const run = await settleIfOwn(backend, await act(backend, await findRun(backend.client, name)));
      after.push(run);
      if (!json) printLine(`${run.id}  ${printable(run.name)}  ${stateOf(run, Date.now())}`);
    }
    if (json) printJson(given.length === 1 ? after[0] : after);
  });
  return undefined;
}

/** Why we say what we say, as a sentence. */
function evidenceOf(evidence: Evidence, now: number): string {
  const at = ago(evidence.at, now);
  switch (evidence.kind) {
    case 'queued':
      return `number ${evidence.position} in the queue: ${evidence.reason}`;
    case 'launching':
      return `launching: ${evidence.step}${evidence.total > 0 ? ` ${evidence.done} of ${evidence.total} ${evidence.unit}` : ''}`;
    case 'heartbeat':
      return `heartbeat ${evidence.beat} heard ${at}`;
    case 'exit-record':
      return evidence.signal
        ? `ended by signal ${evidence.signal}, recorded on the box ${at}`
        : `exit code ${evidence.exitCode ?? '?'} recorded on the box ${at}`;
    case 'rebooted':
      return `the machine was restarted; seen ${at}`;
    case 'supervisor-gone':
      return evidence.trainerAlive
        ? `its supervisor is gone, the training goes on; seen ${at}`
        : `its supervisor and its process are gone without an exit record; seen ${at}`;
    case 'user':
      return `${evidence.what} asked for by ${evidence.who} ${at}`;
    case 'moved':
      return `moved to ${evidence.toMachineName} ${at}`;
    case 'host-lost':
      return `${evidence.who} said ${at} that its machine will not come back`;
    case 'launch-failed':
      return `the launch failed ${at}: ${evidence.error.message}`;
  }
}
