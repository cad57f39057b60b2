import { downtimeOf } from './downtime.ts';
import type { Move } from './move.ts';
import type { Hands } from './phases/hands.ts';

/** The run is there: one transaction, and from it on no way back. What is left to clear up follows. */
export async function commit({ move }: Hands): Promise<void> {
  const { handover, activity, store, clock } = move.context;
  const { runId, id } = move;
  const { from, to, toEpoch, fromEpoch, runName } = move.migration;
  const { actor, chosen, stepsUnknown } = move.memory;
  move.signal.throwIfAborted();
  const at = clock.now();
  const downtime = downtimeOf(move.memory, at);
  move.write(
    { chores: [{ kind: 'entomb', machineId: from.machineId, epoch: fromEpoch, to: to.machineName }] },
    { phase: 'committed', endedAt: at, downtime },
    () => {
      handover.markMoved(runId, fromEpoch, to.machineName);
      letGo(move);
      activity.record({
        actor,
        action: 'migration.commit',
        target: runId,
        details: {
          migrationId: id,
          name: runName,
          from: from.machineName,
          to: to.machineName,
          epoch: toEpoch,
          step: chosen?.checkpoint.step ?? null,
          downtimeMs: downtime.totalMs,
        },
      });
      const seconds = Math.round(downtime.totalMs / 1000);
      store.notices.add({
        level: stepsUnknown ? 'warning' : 'info',
        code: stepsUnknown ? 'MOVE_DONE_STEPS_UNKNOWN' : 'MOVE_DONE',
        params: { name: runName, from: from.machineName, to: to.machineName, seconds },
        message: stepsUnknown
          ? `Run "${runName}" was moved from ${from.machineName} to ${to.machineName} and stood still for ${seconds} s. It prints no steps, so that it is alive there is all that was seen of its training.`
          : `Run "${runName}" was moved from ${from.machineName} to ${to.machineName}. It stood still for ${seconds} s.`,
        runId,
      });
    },
  );
}

/** Nobody has a claim on the run, or a place put aside for it, any more. */
export function letGo({ context: { handover }, runId, id, migration }: Move): void {
  handover.unreserve(runId, migration.from.machineId, id);
  handover.unreserve(runId, migration.to.machineId, id);
  handover.release(runId, claimOf(id));
}

export const claimOf = (migrationId: string): string => `migration ${migrationId}`;
