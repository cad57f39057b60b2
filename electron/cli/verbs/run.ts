import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { newId } from '#shared/domain/id.ts';
import { hasEnded, type Run } from '#shared/domain/run.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { withBackend } from '../backend.ts';
import { parseEnvironment } from '../environment.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { followLog, runExitCode } from '../follow-log.ts';
import { findMachine } from '../names.ts';
import { printable, printJson, printLine } from '../output.ts';
import { answerPrompts } from '../prompts.ts';
import { readSecrets } from '../secrets.ts';
import { isOnItsOwn, waitForRun } from '../wait-for-run.ts';
import { stateOf } from './ps.ts';

export interface RunOptions {
  on: string;
  env?: string[];
  secret?: string[];
  name?: string;
  priority?: number;
  follow?: boolean;
  detach?: boolean;
  json: boolean;
}

/** `trainyard run FILE --on MACHINE` */
export async function runTask(file: string, options: RunOptions): Promise<number> {
  const yaml = await readTask(file);
  const envs = parseEnvironment(options.env ?? []);
  const secrets = await readSecrets(options.secret ?? []);
  return withBackend(async (backend) => {
    const machine = await findMachine(backend.client, options.on);
    const stopAsking = await answerPrompts(await backend.connection());
    try {
      const launched = await backend.client.runs.launch({
        requestId: newId((bytes) => bytes.set(randomBytes(bytes.byteLength)) ?? bytes),
        yaml,
        baseDirectory: path.dirname(path.resolve(file)),
        machineId: machine.id,
        envs,
        secrets,
        ...(options.name === undefined ? {} : { name: options.name }),
        ...(options.priority === undefined ? {} : { priority: options.priority }),
      });
      if (options.detach && !backend.own) return report(launched, options.json);
      const connection = await backend.connection();
      if (!options.follow) return report(await waitForRun(connection, launched.id, isOnItsOwn), options.json);

      process.stderr.write(
        `${launched.id}  ${printable(launched.name)} on ${printable(launched.machineName)}\n`,
      );
      const started = await waitForRun(connection, launched.id, isOnItsOwn);
      if (started.attempts.at(-1)?.startedAt !== null || hasEnded(started.state) === false)
        await followLog(connection, { runId: launched.id, from: 0, follow: true });
      const ended = await waitForRun(connection, launched.id, (run) => hasEnded(run.state));
      if (options.json) printJson(ended);
      else process.stderr.write(`${sentence(ended)}\n`);
      return runExitCode(ended);
    } finally {
      stopAsking();
    }
  });
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

async function readTask(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new TrainyardError(
      missing ? 'TASK_FILE_NOT_FOUND' : 'USAGE',
      missing ? `There is no file ${file}.` : `${file} cannot be read: ${(error as Error).message}`,
      { params: { file }, cause: error },
    );
  }
}
