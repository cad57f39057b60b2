import { useEffect } from 'react';
import { useRuns } from '#renderer/features/runs/run-store.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import type { CommandContext } from './commands.ts';
import { useMachines } from './machine-store.ts';

/** What the keyboard is on in a list; a page that has such a list says so, and takes it back when it goes. */
let pointed: { runId?: string; machineId?: string } = {};
const point = (at: typeof pointed): void => {
  pointed = at;
};

// What a table calls when its cursor moves; the same functions always, so that nothing is drawn for them.
export const pointAtRun = (run: RunSummary | undefined): void => point(run ? { runId: run.id } : {});
export const pointAtMachine = (machine: Machine | undefined): void =>
  point(machine ? { machineId: machine.id } : {});

/** For a page with such a table: what it pointed at is nothing any more when the page goes. */
export const usePointing = (): void => useEffect(() => () => point({}), []);

const idIn = (path: string, kind: 'runs' | 'machines') =>
  new RegExp(`^/${kind}/([^/?#]+)`).exec(path)?.[1] ?? null;

/** What commands act on now: the page's run or machine, else the row that the keyboard is on. */
export function contextNow(
  path: string,
  { navigate, show }: Pick<CommandContext, 'navigate' | 'show'>,
): CommandContext {
  const runId = idIn(path, 'runs') ?? pointed.runId ?? null;
  const machineId = idIn(path, 'machines') ?? pointed.machineId ?? null;
  const run: RunSummary | null = runId === null ? null : (useRuns.getState().byId.get(runId) ?? null);
  const machine: Machine | null =
    machineId === null ? null : (useMachines.getState().byId.get(machineId) ?? null);
  return { navigate, show, run, machine };
}
