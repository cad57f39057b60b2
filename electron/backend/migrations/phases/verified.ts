import { TrainyardError } from '#shared/domain/error.ts';
import { nothingToGoOnFrom, notVerified, startedElsewhere } from '../errors.ts';
import { isDead, type Move } from '../move.ts';
import type { Phase } from './hands.ts';
import { mustHaveSecrets } from './preparing.ts';

/** The last look before the run has another attempt. */
export const verified: Phase = async ({ move, bridge }) => {
  const { chosen } = move.memory;
  if (chosen === null) throw nothingToGoOnFrom(move.migration.runName);
  if (!move.enteredHere('verified')) {
    // Another process has seen it verified, who knows how long ago.
    const limitMs = move.context.pace.patienceAfterMs;
    const there = await bridge.hashCheckpoint(chosen.checkpoint.files, { limitMs });
    if (there.digest !== chosen.digest) throw notVerified(move.migration.to.machineName);
  }
  mustHaveSecrets(move);
  await nobodyElseHasStartedIt(move);
  const newest = move.run.attempts.at(-1)?.epoch ?? move.migration.fromEpoch;
  move.enter('starting', {}, { toEpoch: newest + 1 });
};

/** Another laptop, or the box itself after a reboot, may have started the run again at the source. Throws MOVE_STARTED_ELSEWHERE. */
async function nobodyElseHasStartedIt(move: Move): Promise<void> {
  const { from, runName, fromEpoch } = move.migration;
  const report = await move
    .once(async (signal) => {
      const { box } = await move.box('source', signal);
      return box.status([move.runId], signal);
    })
    .catch((error: unknown) => {
      move.signal.throwIfAborted();
      // Out of sight: the attempt there is known to have ended, and nobody who moves by our rules starts another.
      move.context.log.info(
        { moveId: move.id, code: TrainyardError.from(error).code },
        'the source was not asked again',
      );
      return null;
    });
  const other = report?.attempts.find((attempt) => attempt.epoch > fromEpoch || !isDead(attempt));
  if (other !== undefined) throw startedElsewhere(runName, from.machineName);
}
