import type { BoxAttempt } from '#backend/runs/box/index.ts';
import type { FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { mayPass } from '../calls.ts';
import { type Before, before, completeAt, isNewer } from '../choice.ts';
import { comingCheckpoint } from '../coming.ts';
import { noNewCheckpoint, runHasEnded } from '../errors.ts';
import { isDead, type Move, type Persistence } from '../move.ts';
import type { Hands, Phase } from './hands.ts';

/** Ends the source's attempt, and goes on only when it is known to train no more: read from its box, or by its armed stop. */
export const stopping: Phase = async (hands) => {
  const { move, leashes } = hands;
  if (!move.memory.termSent) {
    // An orderly end of the app has taken it off.
    if (move.memory.leashes.source !== 'held') await rearm(hands);
    if (!move.enteredHere('stopping')) await renewOnce(hands);
    leashes.source.renew();
    if (move.migration.mode === 'request') await saveOnRequest(hands);
    await leashes.source.rest();
    const step = move.context.handover.lastStep(move.runId, move.migration.fromEpoch);
    const marks = { ...move.memory.marks, told: move.context.clock.now() };
    move.note({ termSent: true, marks, sourceStep: step ?? move.memory.sourceStep });
  }
  const how = await ended(hands);
  move.enter('copying', {
    sourceEnded: how,
    marks: { ...move.memory.marks, ended: move.context.clock.now() },
  });
};

async function rearm({ move, leashes }: Hands): Promise<void> {
  try {
    await leashes.source.take(move.context.pace.patienceBeforeMs);
  } catch (error) {
    if (TrainyardError.from(error).code === 'RUN_NOT_ALIVE') throw runHasEnded(move.migration.runName);
    throw error;
  }
}

/** An earlier process has armed it, who knows when: put off, unless it has happened, or cannot be seen. */
async function renewOnce({ move, leashes }: Hands): Promise<void> {
  try {
    await leashes.source.take(0);
  } catch (error) {
    move.signal.throwIfAborted();
    const { code } = TrainyardError.from(error);
    if (code === 'RUN_ARMED' || code === 'RUN_MOVED') throw error;
  }
}

/** The trainer is asked to save. It may end after that by itself, as some do. */
async function saveOnRequest(hands: Hands): Promise<void> {
  const { move, bridge, leashes } = hands;
  const { pace } = move.context;
  if (move.memory.asked === null) {
    const complete = await whileItLives(hands, (persistence) => completeAt(move, 'source', persistence));
    if (complete === null) return;
    move.note({ asked: before(complete.at(-1)) });
    move.mark('asked');
  }
  const asked = move.memory.asked;
  if (asked === null) return;
  const dead = () => isSeenDead(move) || leashes.source.hasRunOut;
  if (dead()) return;
  const waiting = comingCheckpoint(move, bridge, asked, { limitMs: pace.saveMs, isOver: dead });
  // Nobody waits for it where asking fails.
  waiting.catch(() => undefined);
  await askToSave(hands);
  const saved = (await waiting) ?? (isSeenDead(move) ? await savedAtTheEnd(move, asked) : null);
  if (saved !== null) move.mark('saved');
  else if (!dead()) throw noNewCheckpoint(move.migration.runName, Math.round(pace.saveMs / 60_000));
}

/** One that ends with saving may be seen to have ended before its checkpoint is. */
async function savedAtTheEnd(move: Move, asked: Before): Promise<FoundCheckpoint | null> {
  const complete = await completeAt(move, 'source', { limitMs: move.context.pace.patienceAfterMs });
  return complete.findLast((each) => isNewer(each, asked)) ?? null;
}

/** Asks the source until it answers. Null: it has not, and has ended by its armed stop meanwhile, so the move goes on without it. */
async function whileItLives<T>(
  { move, leashes }: Hands,
  work: (persistence: Persistence) => Promise<T>,
): Promise<T | null> {
  const { pace, clock } = move.context;
  const until = clock.elapsed() + pace.saveMs;
  for (;;) {
    try {
      return await work({ limitMs: pace.slowLookMs });
    } catch (error) {
      move.signal.throwIfAborted();
      if (!mayPass(TrainyardError.from(error))) throw error;
      if (leashes.source.hasRunOut) return null;
      // It hears that it need not stop, and yet does not answer this.
      if (clock.elapsed() >= until) throw error;
      move.show({ waitingFor: waitingForSource(move) });
      await move.pause(pace.slowLookMs);
    }
  }
}

async function askToSave(hands: Hands): Promise<void> {
  const { move } = hands;
  const request = move.run.spec.checkpoint?.request;
  const how =
    request?.signal !== undefined
      ? { signal: request.signal }
      : request?.command !== undefined
        ? { command: request.command }
        : null;
  if (how === null) {
    throw new TrainyardError(
      'MOVE_CANNOT_ASK',
      `Run "${move.migration.runName}" does not say how to ask it for a checkpoint. Add "checkpoint: request:" to its task file, or move it from its next checkpoint.`,
      { params: { name: move.migration.runName } },
    );
  }
  try {
    await whileItLives(hands, (persistence) =>
      move.persist(persistence, async (signal) => {
        const { box } = await move.box('source', signal);
        await box.requestCheckpoint(move.runId, move.migration.fromEpoch, how, signal);
      }),
    );
  } catch (error) {
    // It has ended meanwhile: whoever waits sees that.
    if (TrainyardError.from(error).code !== 'RUN_NOT_ALIVE') throw error;
  }
}

/** Tells it to end until it has. Where it cannot be seen, its armed stop is waited for. Throws MOVE_RUN_ENDED where it had finished before. */
async function ended(hands: Hands): Promise<'seen' | 'timer'> {
  const { move, leashes } = hands;
  const { handover, clock, pace, store } = move.context;
  const { fromEpoch } = move.migration;
  const grace = store.settings.get().stopGraceSeconds;
  for (let pauseMs = pace.lookMs, tellAt = 0; ; ) {
    try {
      const seen = await move.once((signal) => handover.look(move.runId, fromEpoch, signal));
      // A box that has never heard of the attempt (its home is not mounted, say) has not said that it ended.
      if (seen !== null && isDead(seen.box)) {
        if (endedByItself(move, seen.box)) throw runHasEnded(move.migration.runName);
        return 'seen';
      }
      if (clock.elapsed() >= tellAt) {
        await move.once((signal) => handover.end(move.runId, fromEpoch, grace, signal));
        tellAt = clock.elapsed() + grace * 1000 + pace.marginMs;
        pauseMs = pace.lookMs;
      }
    } catch (error) {
      move.signal.throwIfAborted();
      const known = TrainyardError.from(error);
      if (known.code === 'MOVE_RUN_ENDED') throw known;
      move.show({ waitingFor: waitingForSource(move) });
    }
    if (leashes.source.hasRunOut) return 'timer';
    await move.pause(pauseMs);
    pauseMs = Math.min(pauseMs * 1.5, pace.slowLookMs);
  }
}

/** Nobody had told it to end. A trainer that was asked to save and ended after that has done as it was asked. */
const endedByItself = (move: Move, { exit }: BoxAttempt): boolean =>
  exit !== null && exit.by === 'itself' && move.memory.marks.saved === null;

const isSeenDead = (move: Move): boolean => {
  const seen = move.seen.get(move.migration.fromEpoch);
  return seen !== undefined && isDead(seen);
};

const waitingForSource = (move: Move) => ({
  code: 'MOVE_WAITS_FOR_SOURCE',
  params: { machine: move.migration.from.machineName },
  message: `${move.migration.from.machineName} is out of sight: waiting until it is seen, or until the run has stopped itself.`,
});
