import type { RunState, RunSummary } from '#shared/domain/run.ts';
import { withBackend } from '../backend.ts';
import { ago, duration, printJson, printLine, printTable } from '../output.ts';

export interface PsOptions {
  all?: boolean;
  on?: string;
  running?: boolean;
  json: boolean;
}

/** Rows without `--all`: what fits a screen. */
const newest = 20;
const going: RunState[] = ['queued', 'preparing', 'starting', 'running', 'stopping'];

/** `trainyard ps` */
export async function listRuns(options: PsOptions): Promise<undefined> {
  await withBackend(async ({ client }) => {
    const machine = options.on
      ? await (await import('../names.ts')).findMachine(client, options.on)
      : undefined;
    const rows: RunSummary[] = [];
    let total = 0;
    for (const archived of options.all ? [false, true] : [false]) {
      for (let offset = 0; ; offset += 1000) {
        const page = await client.runs.list({
          states: options.running ? going : [],
          archived,
          offset,
          limit: options.all ? 1000 : newest,
          ...(machine ? { machineId: machine.id } : {}),
        });
        rows.push(...page.rows);
        if (offset === 0) total += page.total;
        if (!options.all || page.rows.length < 1000) break;
      }
    }
    if (options.json) return printJson(rows);
    printTable(
      ['id', 'name', 'machine', 'state', 'gpus', 'created', 'took'],
      rows.map((run) => row(run, Date.now())),
    );
    if (rows.length < total) printLine(`… and ${total - rows.length} more: trainyard ps --all`);
  });
  return undefined;
}

function row(run: RunSummary, now: number): string[] {
  const took = run.startedAt === null ? '–' : duration((run.endedAt ?? now) - run.startedAt);
  return [run.id, run.name, run.machineName, stateOf(run, now), gpusOf(run), ago(run.createdAt, now), took];
}

/** The state, with what makes it doubtful beside it: a run out of sight is not said to be dead. */
export function stateOf(run: RunSummary, now: number): string {
  const code = run.exitCode !== null && run.exitCode !== 0 ? ` (exit ${run.exitCode})` : '';
  const isLive = ['starting', 'running', 'stopping'].includes(run.state);
  const unseen =
    isLive && run.machineConnection !== 'connected' && run.seenAt !== null
      ? `, seen ${ago(run.seenAt, now)}`
      : '';
  return `${run.state}${code}${unseen}`;
}

function gpusOf(run: RunSummary): string {
  return run.acceleratorIndexes.length > 0 ? run.acceleratorIndexes.join(',') : run.acceleratorsAsked || '–';
}
