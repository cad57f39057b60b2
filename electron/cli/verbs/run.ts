import path from 'node:path';
import type { BackendConnection } from '#renderer/rpc/client.ts';
import { newId } from '#shared/domain/id.ts';
import type { Label } from '#shared/domain/label.ts';
import { hasEnded, type Run } from '#shared/domain/run.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { type CliBackend, withBackend } from '../backend.ts';
import { parseEnvironment } from '../environment.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { followLog, runExitCode } from '../follow-log.ts';
import { textOfFile } from '../input-file.ts';
import { findMachine } from '../names.ts';
import { printable, printJson, printLine } from '../output.ts';
import { answerPrompts } from '../prompts.ts';
import { SecretInput } from '../secret-input.ts';
import { readSecrets } from '../secrets.ts';
import { isOnItsOwn, waitForRun } from '../wait-for-run.ts';
import { stateOf } from './ps.ts';
import { readCredentials } from './vault.ts';

export interface RunOptions {
  on: string;
  env?: string[];
  secret?: string[];
  credential?: string[];
  name?: string;
  priority?: number;
  sensitivity?: Label;
  override?: string;
  follow?: boolean;
  detach?: boolean;
  json: boolean;
}

/** `trainyard run FILE --on MACHINE` */
export async function runTask(file: string, options: RunOptions): Promise<number> {
  const yaml = await textOfFile(file, 'TASK_FILE_NOT_FOUND');
  const envs = parseEnvironment(options.env ?? []);
  const secrets = await readSecrets(options.secret ?? []);
  let launchedId: string | null = null;
  try {
    return await withBackend(async (backend) => {
      const machine = await findMachine(backend.client, options.on);
      const secretCredentials = await credentialsFor(backend, options.credential ?? []);
      const connection = await backend.connection();
      const stopAsking = answerPrompts(connection, backend.own);
      try {
        const launched = await backend.client.runs.launch({
          requestId: newId(),
          yaml,
          baseDirectory: path.dirname(path.resolve(file)),
          machineId: machine.id,
          envs,
          secrets,
          secretCredentials,
          ...(options.name === undefined ? {} : { name: options.name }),
          ...(options.priority === undefined ? {} : { priority: options.priority }),
          ...(options.sensitivity === undefined ? {} : { sensitivity: options.sensitivity }),
          ...(options.override === undefined ? {} : { override: { reason: options.override } }),
        });
        launchedId = launched.id;
        // A backend of our own ends with us: it has to bring the run to its machine first.
        if (options.detach && !backend.own) return report(launched, options.json);
        const started = await waitForRun(connection, launched.id, isOnItsOwn, tellSteps());
        return options.follow
          ? await followRun(connection, started, options.json)
          : report(started, options.json);
      } finally {
        stopAsking();
      }
    });
  } catch (thrown) {
    // The run does not end with the one who watched it.
    if (launchedId !== null && thrown instanceof TrainyardError && thrown.code === 'INTERRUPTED')
      process.stderr.write(`Run ${launchedId} is not stopped by this: trainyard logs -f ${launchedId}\n`);
    throw thrown;
  }
}

/** A backend of our own begins with a locked vault. */
async function credentialsFor(
  { client, own }: CliBackend,
  given: readonly string[],
): Promise<Record<string, string>> {
  if (given.length === 0) return {};
  if (own && (await client.vault.state()).locked)
    await client.vault.unlock({ passphrase: await new SecretInput().line('Passphrase of the vault') });
  return readCredentials(client, given);
}

async function followRun(connection: BackendConnection, run: Run, json: boolean): Promise<number> {
  process.stderr.write(`${run.id}  ${printable(run.name)} on ${printable(run.machineName)}\n`);
  // A launch that failed has no log.
  if (run.evidence.kind !== 'launch-failed')
    await followLog(connection, { runId: run.id, from: 0, follow: true });
  const ended = await waitForRun(connection, run.id, ({ state }) => hasEnded(state));
  if (json) printJson(ended);
  else process.stderr.write(`${sentence(ended)}\n`);
  return ended.evidence.kind === 'launch-failed'
    ? exitCodeOf(TrainyardError.fromShape(ended.evidence.error))
    : runExitCode(ended);
}

/** Says on stderr what a launch is at, each step once. */
function tellSteps(): (run: Run) => void {
  let said = '';
  return ({ evidence }) => {
    const step =
      evidence.kind === 'queued'
        ? `waiting: ${evidence.reason}`
        : evidence.kind === 'launching'
          ? evidence.step
          : '';
    // On a terminal a launch that takes a moment shows that it moves; a script reads the outcome.
    if (step === said || step === '' || !process.stderr.isTTY) return;
    said = step;
    process.stderr.write(`${printable(step)} …\n`);
  };
}

function report(run: Run, json: boolean): number {
  if (json) printJson(run);
  else printLine(`${run.id}  ${sentence(run)}`);
  if (run.evidence.kind === 'launch-failed') return exitCodeOf(TrainyardError.fromShape(run.evidence.error));
  return run.state === 'failed' || run.state === 'lost' ? exitCodes.failed : exitCodes.ok;
}

function sentence(run: Run): string {
  const why = run.evidence.kind === 'launch-failed' ? `: ${run.evidence.error.message}` : '';
  return printable(`${run.name} on ${run.machineName}: ${stateOf(run, Date.now())}${why}`);
}
