import type { Manifest } from '#backend/copies/interface.ts';
import type { FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { before, completeAt, foundAt, isNewer } from '../choice.ts';
import { nothingToGoOnFrom, notVerified } from '../errors.ts';
import type { Move } from '../move.ts';
import type { VerifiedCheckpoint } from '../record.ts';
import { areOwnCheckpoints, staysBehind } from '../travel.ts';
import type { Hands, Phase } from './hands.ts';

/** Checkpoints that are tried, the newest first: one may turn out to be unreadable. */
const candidates = 3;
/** A checkpoint that does not arrive as it was sent is sent again so often. */
const sendings = 3;

/** The checkpoint and what has changed since it was copied ahead; ends with the checkpoint verified at the destination. */
export const copying: Phase = async (hands) => {
  const { move, bridge } = hands;
  await bridge.settled();
  const visible = await isSourceVisible(move);
  const chosen = visible ? await copyFromSource(hands) : await takeWhatIsThere(hands);
  const { checkpoint } = chosen;
  const { sourceStep } = move.memory;
  move.enter(
    'verified',
    { chosen, marks: { ...move.memory.marks, verified: move.context.clock.now() } },
    {
      checkpoint: { path: checkpoint.path, step: checkpoint.step, bytes: checkpoint.bytes },
      lostSteps:
        checkpoint.step === null || sourceStep === null ? null : Math.max(0, sourceStep - checkpoint.step),
    },
  );
};

/** A source that was seen to end is there; one that is out of sight is waited for, a while. */
async function isSourceVisible(move: Move): Promise<boolean> {
  const { pace, handover } = move.context;
  const limitMs = move.memory.sourceEnded === 'seen' ? pace.patienceAfterMs : pace.lookForSourceMs;
  try {
    await move.persist({ limitMs }, (signal) => handover.look(move.runId, move.migration.fromEpoch, signal));
    return true;
  } catch (error) {
    move.signal.throwIfAborted();
    if (move.memory.ahead === null) throw error;
    return false;
  }
}

async function copyFromSource(hands: Hands): Promise<VerifiedCheckpoint> {
  const { move } = hands;
  const limitMs = move.context.pace.patienceAfterMs;
  const complete = await completeAt(move, 'source', { limitMs });
  const newestFirst = complete.reverse().slice(0, candidates);
  for (const [index, checkpoint] of newestFirst.entries()) {
    try {
      return await copyThis(hands, checkpoint);
    } catch (error) {
      move.signal.throwIfAborted();
      const known = TrainyardError.from(error);
      if (!/^COPY_SOURCE_/.test(known.code) || index === newestFirst.length - 1) throw known;
      move.context.log.warn(
        { moveId: move.id, code: known.code, checkpoint: checkpoint.path },
        'another checkpoint is tried',
      );
    }
  }
  throw nothingToGoOnFrom(move.migration.runName);
}

/** The checkpoint first; then all else, while the destination reads the checkpoint once more and says what it holds. */
async function copyThis(hands: Hands, checkpoint: FoundCheckpoint): Promise<VerifiedCheckpoint> {
  const { move, bridge } = hands;
  const limitMs = move.context.pace.patienceAfterMs;
  let restIsThere = false;
  for (let sending = 1; sending <= sendings; sending++) {
    const sent = await bridge.sendCheckpoint(checkpoint.files, { limitMs }, { changing: 'fail' });
    addCopied(move, sent.bytes - sent.sharedBytes);
    move.mark('copied');
    const [there] = await Promise.all([
      bridge.hashCheckpoint(checkpoint.files, { limitMs }),
      restIsThere ? undefined : copyRest(hands),
    ]);
    restIsThere = true;
    if (isSame(sent.manifest, there)) {
      return { checkpoint, algorithm: there.algorithm, digest: there.digest };
    }
  }
  throw notVerified(move.migration.to.machineName);
}

async function copyRest({ move, bridge }: Hands): Promise<void> {
  const limitMs = move.context.pace.patienceAfterMs;
  const rest = await bridge.sendRun('all', { limitMs }, { except: staysBehind(move), changing: 'leave' });
  addCopied(move, rest.bytes - rest.sharedBytes);
  move.note({}, { kept: [keptAtSource(move, rest.bytes)] });
}

/** The source is out of sight and has ended itself: the newest checkpoint that was brought ahead is what there is. */
async function takeWhatIsThere({ move, bridge }: Hands): Promise<VerifiedCheckpoint> {
  const { ahead } = move.memory;
  if (ahead === null) throw nothingToGoOnFrom(move.migration.runName);
  const limitMs = move.context.pace.patienceAfterMs;
  const newer = await sentAsItWasClosed(move, ahead.checkpoint, limitMs);
  const { files } = newer ?? ahead.checkpoint;
  const { algorithm, digest } = await bridge.hashCheckpoint(files, { limitMs });
  if (newer === null && digest !== ahead.digest) throw notVerified(move.migration.to.machineName);
  move.mark('copied');
  return newer === null ? ahead : { checkpoint: newer, algorithm, digest };
}

/**
 * What the trainer has saved last may have come file by file as it closed them, each verified as it was put in its place. Only a format
 * that tells can say that none is lacking, or there is but one; a trainer that looks by itself would go on from that, too.
 */
async function sentAsItWasClosed(
  move: Move,
  ahead: FoundCheckpoint,
  limitMs: number,
): Promise<FoundCheckpoint | null> {
  if (!areOwnCheckpoints(move)) return null;
  const isWhole = ({ complete, files, why }: FoundCheckpoint) =>
    complete &&
    (why.code === 'CHECKPOINT_COMPLETE' ||
      (why.code === 'CHECKPOINT_COMPLETE_BY_STABILITY' && files.length === 1));
  const there = await foundAt(move, 'destination', { limitMs });
  return there.findLast((found) => isWhole(found) && isNewer(found, before(ahead))) ?? null;
}

/** File by file where both were hashed in the same way. */
const isSame = (sent: Manifest, there: Manifest): boolean =>
  sent.algorithm === there.algorithm && sent.digest === there.digest;

const keptAtSource = (move: Move, bytes: number) => ({
  ...move.migration.from,
  what: 'run-directory' as const,
  path: move.memory.sourceDirectory ?? '',
  bytes,
});

function addCopied(move: Move, bytes: number): void {
  const { copiedBytes } = move.migration;
  move.note({}, { copiedBytes: { ...copiedBytes, afterStop: copiedBytes.afterStop + bytes } });
}
