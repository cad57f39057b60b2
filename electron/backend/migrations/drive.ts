import { TrainyardError } from '#shared/domain/error.ts';
import { isOver } from '#shared/domain/migration.ts';
import { Bridge } from './bridge.ts';
import { within } from './calls.ts';
import { doChores } from './chores.ts';
import { overtaken, runHasEnded } from './errors.ts';
import { leashesOf } from './leash.ts';
import { ends, isDead, type Move } from './move.ts';
import { armed } from './phases/armed.ts';
import { confirming } from './phases/confirming.ts';
import { copying } from './phases/copying.ts';
import type { Hands, Phases } from './phases/hands.ts';
import { precopying } from './phases/precopying.ts';
import { preparing } from './phases/preparing.ts';
import { finish, rollingBack } from './phases/rolling-back.ts';
import { starting } from './phases/starting.ts';
import { stopping } from './phases/stopping.ts';
import { verified } from './phases/verified.ts';

const phases: Phases = {
  preparing,
  precopying,
  armed,
  stopping,
  copying,
  verified,
  starting,
  confirming,
  'rolling-back': rollingBack,
};
/** The run trains at the source, and nothing has been done to it yet: should it end now, it has ended by itself. */
const undisturbed = new Set(['preparing', 'precopying', 'armed']);
const freeMs = 3_000;

/**
 * Takes a move from the phase in its journal to its end: forward, until something fails or somebody wishes to go back; then back. Never
 * rejects. Ends early only when the app closes: the next start takes the move up again.
 */
export async function drive(move: Move): Promise<void> {
  const hands: Hands = { move, bridge: new Bridge(move), leashes: leashesOf(move) };
  const stopListening = listen(move);
  try {
    await mustNotBeOvertaken(move);
    while (!isOver(move.phase) && !move.isClosed) await onePhase(hands);
  } finally {
    stopListening();
    await Promise.all(ends.map((end) => hands.leashes[end].rest()));
    await hands.bridge.close();
  }
  if (!isOver(move.phase)) {
    await setFree(move);
    return;
  }
  move.beginAnew();
  await doChores(move).catch((error: unknown) => {
    if (!move.isClosed)
      move.context.log.error({ moveId: move.id, err: error }, 'clearing up after a move failed');
  });
}

/**
 * Our journal may be older than the truth: a backup of the database that was put back. The source's tombstone tells, as it is laid only
 * when a move is through. Then nothing is touched any more: the run trains elsewhere.
 */
async function mustNotBeOvertaken(move: Move): Promise<void> {
  if (isOver(move.phase) || undisturbed.has(move.phase)) return;
  try {
    const { box } = await move.once((signal) => move.box('source', signal));
    const report = await move.once((signal) => box.status([move.runId], signal));
    const attempt = report.attempts.find(({ epoch }) => epoch === move.migration.fromEpoch);
    if (attempt === undefined || attempt.movedTo === null) return;
    move.beginAnew();
    finish(move, overtaken(move.migration.runName, attempt.movedTo));
  } catch (error) {
    // Out of sight for now: then it goes on as if it were not so, and each step asks the box again.
    if (!move.isClosed)
      move.context.log.info({ moveId: move.id, code: TrainyardError.from(error).code }, 'not asked');
  }
}

async function onePhase(hands: Hands): Promise<void> {
  const { move } = hands;
  const { phase } = move;
  if (isOver(phase) || phase === 'committed' || phase === 'rolled-back') return;
  const before = move.phase;
  try {
    await phases[phase](hands);
    if (move.phase === before && !isOver(before)) throw new TypeError(`the phase ${before} has no end`);
  } catch (thrown) {
    if (move.isClosed) return;
    const error = TrainyardError.from(move.signal.aborted ? move.signal.reason : thrown);
    const { log } = move.context;
    log.warn(
      { moveId: move.id, phase, code: error.code, message: error.message, details: error.details },
      'a move goes back',
    );
    if (phase === 'rolling-back') {
      // The way back has no other: what failed is tried again.
      await move.pause(move.context.pace.slowLookMs).catch(() => undefined);
      return;
    }
    goBack(hands, error);
  }
}

/** From here on only the end of the app interrupts. */
function goBack({ move }: Hands, error: TrainyardError): void {
  move.beginAnew();
  const { details } = error;
  move.enter('rolling-back', {}, { error: { ...error.toShape(), details: details.slice(0, 8000) } });
}

/** What the boxes say about the run, all the time. */
function listen(move: Move): () => void {
  return move.context.handover.onSeen(move.runId, (attempt, box) => {
    move.seen.set(attempt.epoch, box);
    const ended = attempt.epoch === move.migration.fromEpoch && isDead(box);
    if (ended && undisturbed.has(move.phase)) move.interrupt(runHasEnded(move.migration.runName));
  });
}

/**
 * The app is being closed in order: a run that trains is not to be stopped by its armed stop while nobody is there to put it off.
 * Where this does not get through, it stops itself, and the move goes on from there at the next start.
 */
async function setFree(move: Move): Promise<void> {
  const { clock, handover, log } = move.context;
  for (const end of ends) {
    const epoch = end === 'source' ? move.migration.fromEpoch : move.migration.toEpoch;
    if (epoch === null || move.memory.leashes[end] !== 'held' || (end === 'source' && move.memory.termSent))
      continue;
    try {
      move.leash(end, 'freeing');
      await within(clock, freeMs, new AbortController().signal, async (signal) => {
        const connected = handover.connected(move.machineOf(end).machineId);
        if (connected === null) return;
        await connected.box.disarm(move.runId, epoch, move.memory.tokens[end], signal);
        move.leash(end, 'none');
      });
    } catch (error) {
      log.info(
        { moveId: move.id, end, code: TrainyardError.from(error).code },
        'an armed stop was left as it is',
      );
    }
  }
}
