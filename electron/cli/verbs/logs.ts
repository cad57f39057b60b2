import { hasEnded } from '#shared/domain/run.ts';
import { withBackend } from '../backend.ts';
import { followLog, runExitCode } from '../follow-log.ts';
import { findRun } from '../names.ts';
import { printable, printJson, printLine } from '../output.ts';
import { waitForRun } from '../wait-for-run.ts';

export interface LogsOptions {
  follow?: boolean;
  from?: number;
  search?: string;
  epoch?: number;
  json: boolean;
}

/** `trainyard logs RUN` */
export async function printLog(given: string, options: LogsOptions): Promise<number> {
  return withBackend(async ({ client, connection }) => {
    const run = await findRun(client, given);
    const connected = await connection();
    const attempt = { runId: run.id, ...(options.epoch === undefined ? {} : { epoch: options.epoch }) };
    if (options.search !== undefined) {
      const matches = [];
      for await (const match of await connected.rpc.logs.search({ ...attempt, pattern: options.search })) {
        if (options.json) matches.push(match);
        else printLine(`${match.lineNumber}: ${printable(match.text)}`);
      }
      if (options.json) printJson(matches);
      return 0;
    }
    await followLog(connected, { ...attempt, from: options.from ?? 0, follow: options.follow ?? false });
    if (!options.follow) return 0;
    return runExitCode(await waitForRun(connected, run.id, ({ state }) => hasEnded(state)));
  });
}
