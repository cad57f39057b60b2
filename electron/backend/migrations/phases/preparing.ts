import { runHasEnded, secretsAreLost } from '../errors.ts';
import { isDead, type Move } from '../move.ts';
import type { Phase } from './hands.ts';

/** Sees both boxes, puts GPUs aside. Nothing happens to the run. */
export const preparing: Phase = async ({ move }) => {
  const { handover, pace } = move.context;
  const { fromEpoch, from, to } = move.migration;
  const limitMs = pace.patienceBeforeMs;
  await mustBeAlive(move);
  handover.reserve(move.runId, to.machineId, move.id);
  for (const end of ['source', 'destination'] as const) {
    const { root } = await move.persist({ limitMs, callMs: pace.longCallMs }, async (signal) => {
      const { box } = await move.box(end, signal);
      return box.install(signal);
    });
    if (end === 'source') move.note({ sourceDirectory: `${root}/runs/${move.runId}` });
  }
  // The place at the source is kept for the way back: the queue must not give it away while the run is between two places.
  handover.reserve(move.runId, from.machineId, move.id);
  move.note({ sourceStep: handover.lastStep(move.runId, fromEpoch) });
  move.enter('precopying');
};

/** Throws MOVE_RUN_ENDED. */
export async function mustBeAlive(move: Move): Promise<void> {
  const { handover, pace } = move.context;
  const seen = await move.persist({ limitMs: pace.patienceBeforeMs }, (signal) =>
    handover.look(move.runId, move.migration.fromEpoch, signal),
  );
  if (seen === null || isDead(seen.box)) throw runHasEnded(move.migration.runName);
}

/** Throws MOVE_SECRETS_LOST: asked while the run goes on, so that it is not stopped for a start that cannot be. */
export function mustHaveSecrets(move: Move): void {
  const names = move.context.handover.missingSecrets(move.runId);
  if (names.length > 0) throw secretsAreLost(move.migration.runName, names);
}
