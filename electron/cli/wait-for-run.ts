import type { BackendConnection } from '#renderer/rpc/client.ts';
import { followEvents } from '#renderer/rpc/events.ts';
import { hasEnded, type Run } from '#shared/domain/run.ts';
import type { CliBackend } from './backend.ts';

/** Resolves to the run once it is as wanted, told by events. Rejects when the run cannot be read any more. */
export function waitForRun(
  connection: BackendConnection,
  runId: string,
  isWanted: (run: Run) => boolean,
  onChange: (run: Run) => void = () => undefined,
): Promise<Run> {
  return new Promise((resolve, reject) => {
    let asking = false;
    let askAgain = false;
    const look = async () => {
      // One question at a time: events may come faster than answers.
      if (asking) {
        askAgain = true;
        return;
      }
      asking = true;
      try {
        do {
          askAgain = false;
          const run = await connection.rpc.runs.get({ runId });
          onChange(run);
          if (!isWanted(run)) continue;
          stop();
          resolve(run);
          return;
        } while (askAgain);
      } catch (thrown) {
        // Out of reach for a moment: the events begin anew when it is back, and this with them.
        if (connection.status().state !== 'online') return;
        stop();
        reject(thrown);
      } finally {
        asking = false;
      }
    };
    const stop = followEvents(connection, {
      onOpen: () => void look(),
      onEvent: (event) => {
        if (event.type === 'run.changed' && event.run.id === runId) void look();
        if (event.type === 'run.removed' && event.runId === runId) void look();
      },
    });
  });
}

/** Whether the box has the run now: from here on it needs no backend. */
export const isOnItsOwn = (run: Run): boolean => run.state === 'running' || hasEnded(run.state);

/** A launch or a stop that our own backend carries out must be through before it ends with this process. */
export async function settleIfOwn(backend: CliBackend, run: Run): Promise<Run> {
  if (!backend.own || isOnItsOwn(run)) return run;
  return waitForRun(await backend.connection(), run.id, isOnItsOwn);
}
