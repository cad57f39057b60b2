import { once } from 'node:events';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { printable, printJson, printLine, printTable } from '../output.ts';
import { TerminalFilter } from '../terminal-filter.ts';

export interface ActivityOptions {
  search?: string;
  action?: string;
  limit?: number;
  json: boolean;
}

/** `trainyard activity [list]`: who did what, the newest first. */
export async function listActivity({ search, action, limit, json }: ActivityOptions): Promise<number> {
  const entries = await withBackend(({ client }) =>
    client.activity.list({ search: search ?? '', action: action ?? '', limit: limit ?? 50 }),
  );
  if (json) printJson(entries);
  else {
    printTable(
      ['no.', 'when', 'who', 'role', 'did', 'to', 'result'],
      entries.map((entry) => [
        String(entry.sequence),
        new Date(entry.at).toISOString(),
        entry.actor,
        entry.role,
        entry.action,
        entry.target,
        entry.result,
      ]),
    );
  }
  return exitCodes.ok;
}

/** `trainyard activity verify`: 1 and the first bad entry where the log is not as it was written. */
export async function verifyActivity(json: boolean): Promise<number> {
  const verdict = await withBackend(({ client }) => client.activity.verify());
  if (json) printJson(verdict);
  else if (verdict.ok) printLine(`All ${verdict.entries} entries are as they were written.`);
  else printLine(`Entry ${verdict.firstBad}: ${printable(verdict.why)}`);
  return verdict.ok ? exitCodes.ok : exitCodes.failed;
}

/** `trainyard activity export`: the whole log, oldest first. */
export async function exportActivity(format: 'jsonl' | 'csv'): Promise<number> {
  return withBackend(async ({ connection }) => {
    const { rpc } = await connection();
    const terminal = process.stdout.isTTY ? new TerminalFilter() : null;
    for await (const piece of await rpc.activity.export({ format })) {
      if (!process.stdout.write(terminal ? terminal.filter(Buffer.from(piece)) : piece))
        await once(process.stdout, 'drain');
    }
    return exitCodes.ok;
  });
}
