import { rpc } from '#renderer/app/backend.ts';
import type { Key } from '#renderer/i18n/index.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { hasEnded } from '#shared/domain/run-states.ts';

/** What can be done to runs that are there. Each is asked about first, with its consequence. */
export type RunAction = 'stop' | 'kill' | 'archive' | 'unarchive' | 'delete';

export const isDangerous = (action: RunAction): boolean =>
  action === 'stop' || action === 'kill' || action === 'delete';

/** Whether it makes sense for this run now; the backend has the last word. */
export function allows(action: RunAction, run: Pick<RunSummary, 'state' | 'archived'>): boolean {
  const ended = hasEnded(run.state);
  switch (action) {
    case 'stop':
      return !ended && run.state !== 'stopping';
    case 'kill':
      return !ended;
    case 'archive':
      return ended && !run.archived;
    case 'unarchive':
      return run.archived;
    case 'delete':
      return ended;
  }
}

export const actionLabels: Record<RunAction, Key> = {
  stop: 'runs.stop',
  kill: 'runs.kill',
  archive: 'runs.archive',
  unarchive: 'runs.unarchive',
  delete: 'runs.delete',
};

export async function perform(action: RunAction, runId: string, keepOnBox: boolean): Promise<void> {
  const { runs } = rpc();
  if (action === 'stop') await runs.stop({ runId });
  else if (action === 'kill') await runs.kill({ runId });
  else if (action === 'archive') await runs.archive({ runId, archived: true });
  else if (action === 'unarchive') await runs.archive({ runId, archived: false });
  else await runs.delete({ runId, keepOnBox });
}

const atOnce = 6;

/** Does it to all of them, a few at a time; resolves to what failed, none of which keeps the others from being done. */
export async function performAll(
  action: RunAction,
  runs: readonly RunSummary[],
  keepOnBox: boolean,
): Promise<unknown[]> {
  const failures: unknown[] = [];
  const rest = [...runs];
  const work = async () => {
    for (let run = rest.shift(); run; run = rest.shift()) {
      await perform(action, run.id, keepOnBox).catch((thrown: unknown) => failures.push(thrown));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return failures;
}
