import { type FoundCheckpoint, isOverwrittenInPlace } from '#shared/domain/checkpoint.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { before, completeAt } from '../choice.ts';
import { comingCheckpoint } from '../coming.ts';
import { noNewCheckpoint } from '../errors.ts';
import type { Move } from '../move.ts';
import { areOwnCheckpoints, layOf, staysBehind } from '../travel.ts';
import { warm } from '../warm.ts';
import type { Hands, Phase } from './hands.ts';
import { mustBeAlive, mustHaveSecrets } from './preparing.ts';

/** Brings everything ahead that can be, while the run trains; and waits for what its mode waits for. */
export const precopying: Phase = async (hands) => {
  const { move, bridge } = hands;
  const { handover, pace, clock } = move.context;
  const limitMs = pace.patienceBeforeMs;
  // After a restart of the app these may be nothing but a look.
  handover.reserve(move.runId, move.migration.to.machineId, move.id);
  const isThere = await prepare(move);
  await bridge.open({ limitMs });

  await copyRounds(hands);
  await removeStaleCheckpoints(hands);
  // The code of a run that another computer launched has come with the copy: only now its set-up can be made.
  if (!isThere) await prepare(move);
  await warm(move);
  await copyNewestCheckpoint(hands);
  await waitAsTheModeSays(hands);

  // The last look before anything is done to the run.
  mustHaveSecrets(move);
  await mustBeAlive(move);
  move.note({ sourceStep: handover.lastStep(move.runId, move.migration.fromEpoch) });
  await move.persist({ limitMs }, (signal) => move.box('destination', signal));
  move.context.log.info(
    { moveId: move.id, at: clock.now() },
    'everything that can be is there ahead of the run',
  );
  move.enter('armed');
};

/** Code and set-up at the destination. False where only the source has the code. */
async function prepare(move: Move): Promise<boolean> {
  const { handover, pace } = move.context;
  const { runDirectory, codeDirectory, madeBySetup, code } = await move.persist(
    { limitMs: pace.patienceBeforeMs, callMs: pace.longCallMs },
    (signal) => handover.prepare(move.runId, move.migration.to.machineId, { signal }),
  );
  move.note({ destination: { runDirectory, codeDirectory, madeBySetup: [...madeBySetup] } });
  return code !== 'missing';
}

/** Again and again until what has changed meanwhile is little: the rest is sent after the stop. */
async function copyRounds({ move, bridge }: Hands): Promise<void> {
  const { pace } = move.context;
  for (let round = 1; round <= pace.rounds; round++) {
    const sent = await bridge.sendRun(
      'all',
      { limitMs: pace.patienceBeforeMs },
      { except: staysBehind(move), changing: 'leave', gentle: true },
    );
    const fresh = sent.bytes - sent.sharedBytes;
    addCopied(move, fresh);
    if (fresh <= pace.smallBytes) return;
  }
}

/**
 * What an earlier stay of the run has left there, and the source does not have: a trainer that looks for its newest checkpoint by
 * itself would go on from that. Only below the run's own directory.
 */
async function removeStaleCheckpoints({ move, bridge }: Hands): Promise<void> {
  const within = layOf(move)?.checkpointsWithin ?? null;
  if (within === null || !areOwnCheckpoints(move)) return;
  await bridge.sendRun(
    'all',
    { limitMs: move.context.pace.patienceBeforeMs },
    { except: (name) => !isOnTheWay(name, within), changing: 'leave', gentle: true, mirror: true },
  );
}

const isOnTheWay = (name: string, directory: string): boolean =>
  name === directory || name.startsWith(`${directory}/`) || directory.startsWith(`${name}/`);

/** The newest complete checkpoint, whole and verified: what the move goes on from if the source is never seen again. */
async function copyNewestCheckpoint({ move, bridge }: Hands): Promise<void> {
  const { pace } = move.context;
  const newest = (await completeAt(move, 'source', { limitMs: pace.patienceBeforeMs })).at(-1);
  if (newest === undefined || isOverwrittenInPlace(newest)) return;
  try {
    const sent = await bridge.sendCheckpoint(
      newest.files,
      { limitMs: pace.patienceBeforeMs },
      { changing: 'fail', gentle: true },
    );
    addCopied(move, sent.bytes - sent.sharedBytes);
    const there = await bridge.hashCheckpoint(newest.files, { limitMs: pace.patienceBeforeMs });
    const { algorithm, digest } = there;
    if (digest === sent.manifest.digest) move.note({ ahead: { checkpoint: newest, algorithm, digest } });
  } catch (error) {
    move.signal.throwIfAborted();
    // The trainer has removed or rewritten it: no harm, a newer one is on its way.
    if (!/^COPY_SOURCE_/.test(TrainyardError.from(error).code)) throw error;
  }
}

async function waitAsTheModeSays(hands: Hands): Promise<void> {
  const { move, bridge } = hands;
  const { mode, runName } = move.migration;
  const { pace } = move.context;
  if (mode === 'request') return;
  let newest = (await completeAt(move, 'source', { limitMs: pace.patienceBeforeMs })).at(-1);
  if (mode === 'last' && lossIsAgreed(move, newest)) return;
  do {
    move.show({
      waitingFor: {
        code: 'MOVE_WAITS_FOR_CHECKPOINT',
        params: { name: runName },
        message: 'Waiting for its next checkpoint.',
      },
    });
    const limitMs = pace.nextCheckpointMs;
    const found = await comingCheckpoint(move, bridge, before(newest), { limitMs, isOver: () => false });
    if (found === null) throw noNewCheckpoint(runName, Math.round(limitMs / 60_000));
    newest = found;
  } while (mode === 'last' && !lossIsAgreed(move, newest));
}

/** Whether no more steps would be lost now than the user has agreed to. Where steps are not known it cannot be asked. */
function lossIsAgreed(move: Move, newest: FoundCheckpoint | undefined): boolean {
  const { acceptedLoss } = move.memory;
  if (acceptedLoss === null) return true;
  const step = move.context.handover.lastStep(move.runId, move.migration.fromEpoch);
  if (newest === undefined) return false;
  if (newest.step === null || step === null) return true;
  return step - newest.step <= acceptedLoss;
}

function addCopied(move: Move, bytes: number): void {
  const { copiedBytes } = move.migration;
  move.note({}, { copiedBytes: { ...copiedBytes, beforeStop: copiedBytes.beforeStop + bytes } });
}
