import type { BoxAttempt } from '#backend/runs/box/index.ts';
import type { Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { sayWord } from '#shared/domain/word-sentences.ts';
import { before, completeAt, isNewer } from '../choice.ts';
import { commit } from '../commit.ts';
import { diedThere, notConfirmed, notResumed } from '../errors.ts';
import { lastLines } from '../last-lines.ts';
import { isDead, type Move } from '../move.ts';
import { savedThere } from '../saved-there.ts';
import type { Phase } from './hands.ts';

/** A look at the checkpoints over there costs more than one at a number. */
const checkpointsEveryMs = 10_000;

/** Until the run is seen to train in its new place, beyond its checkpoint. Then it has moved. */
export const confirming: Phase = async (hands) => {
  const { move, leashes } = hands;
  const { handover, pace } = move.context;
  const { toEpoch } = move.migration;
  if (toEpoch === null) throw notConfirmed(move.migration.runName, move.migration.to.machineName);
  if (!move.enteredHere('confirming') || move.memory.leashes.destination !== 'held') {
    try {
      await leashes.destination.take(pace.patienceAfterMs);
    } catch (error) {
      if (TrainyardError.from(error).code !== 'RUN_NOT_ALIVE') throw error;
    }
  }
  leashes.destination.renew();
  const following = new AbortController();
  handover.follow(move.runId, toEpoch, AbortSignal.any([following.signal, move.signal]));
  try {
    await seenToTrain(move, toEpoch);
  } finally {
    following.abort();
    await leashes.destination.rest();
  }
  if (move.memory.marks.trains === null) move.mark('trains');
  // First it is free to run as long as it likes; only then is there no way back.
  await leashes.destination.free(pace.patienceAfterMs);
  if (move.memory.leashes.destination !== 'none') await mustNotHaveStopped(move, toEpoch);
  await commit(hands);
};

/** Seen to train, but this computer was asleep before it took the armed stop off, say: then that has come. Throws MOVE_DIED_THERE. */
async function mustNotHaveStopped(move: Move, epoch: number): Promise<void> {
  const { handover, pace } = move.context;
  const seen = await move.persist({ limitMs: pace.patienceAfterMs, saying: outOfSight(move) }, (signal) =>
    handover.look(move.runId, epoch, signal),
  );
  if (seen?.box.exit?.by === 'timer') throw await deathOf(move, epoch, seen.box);
}

async function deathOf(move: Move, epoch: number, box: BoxAttempt): Promise<TrainyardError> {
  const { runName, to } = move.migration;
  const words = [await savedThere(move), await lastLines(move, 'destination', epoch, box)];
  return diedThere(runName, to.machineName, describeEnd(box.exit), words.filter(Boolean).join('\n'));
}

/** Throws MOVE_DIED_THERE, MOVE_NOT_RESUMED, MOVE_NOT_CONFIRMED. */
async function seenToTrain(move: Move, epoch: number): Promise<void> {
  const { clock, pace, handover } = move.context;
  const { runName, to } = move.migration;
  const began = clock.elapsed();
  const steps = new Steps(move, epoch);
  let firstBeatAt: number | null = null;
  let checkpointsAt = began + checkpointsEveryMs;
  for (let pauseMs = pace.lookMs; ; pauseMs = Math.min(pauseMs * 1.2, pace.slowLookMs)) {
    const seen = await move.persist({ limitMs: pace.patienceAfterMs, saying: outOfSight(move) }, (signal) =>
      handover.look(move.runId, epoch, signal),
    );
    if (seen === null) throw notConfirmed(runName, to.machineName);
    const { box } = seen;
    const passed = steps.havePassed();
    const fresh = box.heartbeat > 0 && (box.heartbeatAgeMs ?? Number.POSITIVE_INFINITY) <= pace.freshMs;
    if (isDead(box)) {
      // A short rest of a training may be over before it is looked at. One that stopped itself would go on nowhere.
      if (box.exit?.by !== 'timer' && (passed || (box.exit?.by === 'itself' && box.exit.code === 0))) return;
      throw await deathOf(move, epoch, box);
    }
    if (passed && fresh) return;
    steps.mustNotBeFromScratch();
    if (fresh && box.phase === 'running') firstBeatAt ??= clock.elapsed();
    if (!steps.areTold && clock.elapsed() >= checkpointsAt) {
      if (fresh && (await hasSavedSince(move))) return;
      checkpointsAt = clock.elapsed() + checkpointsEveryMs;
    }
    if (
      !steps.areTold &&
      fresh &&
      firstBeatAt !== null &&
      clock.elapsed() - firstBeatAt >= pace.heartbeatAloneMs
    ) {
      move.note({ stepsUnknown: true });
      return;
    }
    if (clock.elapsed() - began >= pace.confirmMs) throw notConfirmed(runName, to.machineName);
    await move.pause(pauseMs);
  }
}

const outOfSight = ({ migration: { from, to } }: Move) => ({
  code: 'MOVE_WAITS_TO_CONFIRM',
  params: { machine: to.machineName, from: from.machineName },
  message: `${to.machineName} is out of sight: unless it is seen again in time, the run there stops itself and goes on on ${from.machineName}.`,
});

/** The steps that the trainer prints, compared with the checkpoint's where that means anything. */
class Steps {
  readonly #move: Move;
  readonly #epoch: number;
  readonly #wanted: number | null;
  /** Whether the source printed the same steps that its checkpoints are named by. */
  readonly #comparable: boolean;
  #first: number | null = null;
  #last: number | null = null;
  #rises = 0;

  constructor(move: Move, epoch: number) {
    this.#move = move;
    this.#epoch = epoch;
    this.#wanted = move.memory.chosen?.checkpoint.step ?? null;
    const { sourceStep } = move.memory;
    this.#comparable = this.#wanted !== null && sourceStep !== null && sourceStep >= this.#wanted;
  }

  /** The source printed steps, or this attempt has: then they are waited for. */
  get areTold(): boolean {
    return this.#comparable || this.#last !== null;
  }

  havePassed(): boolean {
    const step = this.#move.context.handover.lastStep(this.#move.runId, this.#epoch);
    if (step === null) return false;
    this.#first ??= step;
    if (this.#last !== null && step > this.#last) this.#rises += 1;
    this.#last = step;
    // Steps that count something else (within an epoch, say) show by rising that it trains.
    return this.#comparable && this.#wanted !== null ? step > this.#wanted : this.#rises >= 1;
  }

  /** Throws MOVE_NOT_RESUMED when it trains from an earlier step than that of its checkpoint. */
  mustNotBeFromScratch(): void {
    if (!this.#comparable || this.#wanted === null || this.#last === null || this.#first === null) return;
    if (this.#rises < 2 || this.#last >= this.#wanted) return;
    const { runName, to } = this.#move.migration;
    throw notResumed(runName, to.machineName, this.#first, this.#wanted);
  }
}

async function hasSavedSince(move: Move): Promise<boolean> {
  const { chosen } = move.memory;
  if (chosen === null) return false;
  const { pace } = move.context;
  const complete = await completeAt(move, 'destination', { limitMs: pace.patienceAfterMs });
  return complete.some(
    (each) => each.path !== chosen.checkpoint.path && isNewer(each, before(chosen.checkpoint)),
  );
}

function describeEnd(exit: { code: number | null; signal: string | null; by: string } | null): Told {
  if (exit === null) return sayWord('END_UNSEEN');
  if (exit.by === 'timer') return sayWord('END_TIMER');
  if (exit.signal !== null) return sayWord('END_SIGNAL', { signal: exit.signal });
  return exit.code === null ? sayWord('END_EXIT_UNKNOWN') : sayWord('END_EXIT', { exitCode: exit.code });
}
