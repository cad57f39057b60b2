import path from 'node:path/posix';
import type { BoxAttempt } from '#backend/runs/box/index.ts';
import { becauseOf } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Migration } from '#shared/domain/migration.ts';
import { hasEnded } from '#shared/domain/run.ts';
import { believedAtSource, bringBack } from '../bring-back.ts';
import { letGo } from '../commit.ts';
import { downtimeOf } from '../downtime.ts';
import { endedAtOnce, notBack, notRunning, stoppedByUser } from '../errors.ts';
import { lastLines } from '../last-lines.ts';
import { isDead, type Move } from '../move.ts';
import type { Chore } from '../record.ts';
import { layOf } from '../travel.ts';
import type { Hands, Phase } from './hands.ts';

/**
 * The way back, which has no other way out: first nothing may train at the destination, for certain; then the run goes on at the
 * source, as it is or started anew with a yet newer epoch. Machines that are out of sight are waited for.
 */
export const rollingBack: Phase = async (hands) => {
  const { move } = hands;
  await hands.bridge.settled();
  const isThere = await destinationIsDead(hands);
  const trouble = await sourceGoesOn(hands, isThere);
  await hands.bridge.close();
  finish(move, trouble);
};

/** It may have been started, and whether it was we may not have heard. Its box then refuses that epoch for ever, and has nobody alive. Whether it has said so itself. */
async function destinationIsDead({ move, leashes }: Hands): Promise<boolean> {
  const { pace, store, clock, log } = move.context;
  const { toEpoch, to, from } = move.migration;
  if (toEpoch === null) return false;
  await leashes.destination.rest();
  let isThere = false;
  const grace = store.settings.get().stopGraceSeconds;
  for (let pauseMs = pace.lookMs, tellAt = 0; ; pauseMs = Math.min(pauseMs * 1.5, pace.slowLookMs)) {
    try {
      await move.once(async (signal) => {
        const { box } = await move.box('destination', signal);
        await box.entomb(move.runId, toEpoch, from.machineName, signal);
      });
      isThere = true;
      break;
    } catch (thrown) {
      move.signal.throwIfAborted();
      const error = TrainyardError.from(thrown);
      if (error.code === 'RUN_ALREADY_LIVE') {
        if (clock.elapsed() >= tellAt) {
          const isTold = await endThere(move, toEpoch, grace);
          if (isTold) tellAt = clock.elapsed() + grace * 1000 + pace.marginMs;
        }
      } else {
        log.info({ moveId: move.id, code: error.code }, 'the destination does not say that it is dead');
        move.show({ waitingFor: waitingFor(to.machineName) });
        if (leashes.destination.hasRunOut) break;
      }
    }
    await move.pause(pauseMs);
  }
  move.show({ waitingFor: null });
  if (move.memory.leashes.destination !== 'none') move.leash('destination', 'none');
  // Its end as the runs' room keeps it: whatever it was about to become there, it is over.
  const attempt = move.run.attempts.find(({ epoch }) => epoch === toEpoch);
  if (attempt !== undefined && !hasEnded(attempt.state)) {
    move.context.handover.markMoved(move.runId, toEpoch, from.machineName);
  }
  return isThere;
}

async function endThere(move: Move, epoch: number, grace: number): Promise<boolean> {
  try {
    await move.once(async (signal) => {
      const { box } = await move.box('destination', signal);
      await box.stop(move.runId, epoch, grace, 'migration', signal);
    });
    return true;
  } catch (error) {
    move.signal.throwIfAborted();
    move.context.log.info(
      { moveId: move.id, code: TrainyardError.from(error).code },
      'it was not told to end',
    );
    return false;
  }
}

/** Null where the run goes on, or has ended on its own account; else why it does not. */
async function sourceGoesOn(hands: Hands, isThere: boolean): Promise<TrainyardError | null> {
  const { move, leashes } = hands;
  const { leashes: states, termSent } = move.memory;
  // Nothing was ever done to it.
  if (states.source === 'none' && !termSent && move.migration.backEpoch === null) return null;
  if (!termSent) await leashes.source.free(null);
  const end = move.migration.backEpoch === null ? await endAtSource(hands) : null;
  if (end === 'alive') return null;
  if (end !== null && !isOurDoing(move, end)) {
    move.note({ endedByItself: true });
    return null;
  }
  if (!move.memory.stopped && move.migration.backEpoch === null)
    await bringBack(move, hands.bridge, { isThere });
  if (move.memory.stopped) return null;
  return startAgain(move);
}

/** How the source's attempt has ended; `alive` where it trains on and is to. One that was told to end is waited for. */
async function endAtSource({ move }: Hands): Promise<BoxAttempt | 'gone' | 'alive'> {
  const { handover, pace, store } = move.context;
  const { fromEpoch } = move.migration;
  const grace = store.settings.get().stopGraceSeconds;
  for (let pauseMs = pace.lookMs; ; pauseMs = Math.min(pauseMs * 1.5, pace.slowLookMs)) {
    const seen = await move.persist({ limitMs: null }, (signal) =>
      handover.look(move.runId, fromEpoch, signal),
    );
    if (seen === null) return 'gone';
    if (isDead(seen.box)) return seen.box;
    if (!move.memory.termSent && seen.box.armed?.token !== move.memory.tokens.source) return 'alive';
    if (move.memory.termSent) {
      await move.persist({ limitMs: null }, (signal) => handover.end(move.runId, fromEpoch, grace, signal));
    }
    await move.pause(pauseMs);
  }
}

/** Whether it ended because of the move: told to, by its armed stop, asked to save and fallen over it, or with its machine meanwhile. */
function isOurDoing(move: Move, end: BoxAttempt | 'gone'): boolean {
  if (end === 'gone' || end.exit === null) return move.memory.termSent;
  const { by, code } = end.exit;
  // Another laptop's move may have armed it as well.
  if (by === 'timer') return end.armed?.token === move.memory.tokens.source;
  if (by === 'itself') return move.memory.marks.saved !== null || (move.memory.asked !== null && code !== 0);
  return move.memory.termSent;
}

async function startAgain(move: Move): Promise<TrainyardError | null> {
  const { handover, pace } = move.context;
  const { from, runName } = move.migration;
  const epoch = move.migration.backEpoch ?? (move.run.attempts.at(-1)?.epoch ?? move.migration.fromEpoch) + 1;
  if (move.migration.backEpoch === null) move.note({}, { backEpoch: epoch });
  try {
    const newest = (await believedAtSource(move)).at(-1);
    const directory = layOf(move)?.checkpoints?.source;
    const resume =
      newest === undefined || directory === undefined
        ? null
        : { path: path.join(directory, newest.path), step: newest.step };
    await move.persist({ limitMs: null, callMs: pace.startMs }, (signal) => {
      // A vault that is locked, say, may keep it waiting long enough for its user to think better of it.
      if (move.memory.stopped) throw stoppedByUser(runName);
      return handover.begin({
        runId: move.runId,
        epoch,
        machineId: from.machineId,
        accelerators: handover.reserve(move.runId, from.machineId, move.id),
        resume,
        prepared: true,
        actor: move.memory.actor,
        reason: 'roll-back',
        signal,
      });
    });
  } catch (error) {
    move.signal.throwIfAborted();
    const why = TrainyardError.from(error);
    return why.code === 'MOVE_RUN_STOPPED' ? null : notBack(runName, from.machineName, why);
  }
  return diesAgain(move, epoch);
}

/** One that falls over at once is left to its user, or to its own rule for recovery: it is not started again and again. */
async function diesAgain(move: Move, epoch: number): Promise<TrainyardError | null> {
  const { handover, pace, clock } = move.context;
  const { from, runName } = move.migration;
  const began = clock.elapsed();
  for (;;) {
    const seen = await move.persist({ limitMs: null }, (signal) => handover.look(move.runId, epoch, signal));
    if (seen === null) return notBack(runName, from.machineName, notRunning(runName));
    if (isDead(seen.box)) {
      const { exit } = seen.box;
      if ((exit?.by === 'itself' && exit.code === 0) || exit?.by === 'user') return null;
      const words = await lastLines(move, 'source', epoch, seen.box);
      const error = notBack(runName, from.machineName, endedAtOnce(exit));
      return new TrainyardError(error.code, error.message, { params: error.params, details: words });
    }
    if (clock.elapsed() - began >= pace.watchBackMs) return null;
    await move.pause(pace.lookMs * 5);
  }
}

/** The end, in one transaction. `trouble`: the run does not go on as it should, and why. */
export function finish(move: Move, trouble: TrainyardError | null): void {
  const { activity, store, clock } = move.context;
  const { error, runName, to, from, toEpoch, backEpoch } = move.migration;
  const { actor, termSent, destination, sourceDirectory } = move.memory;
  const at = clock.now();
  const why = trouble?.toShape() ?? error;
  // Something may lie there as soon as it was begun to be brought.
  const isBrought =
    move.phase === 'rolling-back' && move.migration.phases.some(({ phase }) => phase === 'precopying');
  const chores: Chore[] =
    toEpoch === null && isBrought ? [{ kind: 'remove-copy', machineId: to.machineId }] : [];
  const kept: Migration['kept'] =
    toEpoch === null || destination === null
      ? []
      : [
          ...move.migration.kept.filter(({ what }) => what === 'checkpoint'),
          { ...to, what: 'run-directory', path: destination.runDirectory, bytes: copiedTo(move.migration) },
        ];
  const stood = termSent && backEpoch !== null;
  move.write(
    { chores, leashes: { source: 'none', destination: 'none' } },
    {
      phase: 'rolled-back',
      endedAt: at,
      error: why,
      kept,
      downtime: stood ? downtimeOf(move.memory, at) : null,
    },
    () => {
      letGo(move);
      activity.record({
        actor,
        action: 'migration.rollBack',
        target: move.runId,
        result: trouble === null ? 'done' : 'failed',
        details: {
          migrationId: move.id,
          name: runName,
          from: from.machineName,
          to: to.machineName,
          code: why?.code ?? '',
          backEpoch,
          directory: sourceDirectory,
        },
      });
      store.notices.add({
        level: trouble === null ? 'warning' : 'error',
        code: trouble === null ? 'MOVE_ROLLED_BACK' : 'MOVE_ROLLED_BACK_STOPPED',
        params: {
          name: runName,
          from: from.machineName,
          to: to.machineName,
          ...becauseOf('why', why === null ? [] : [why]),
        },
        message:
          trouble === null
            ? `Run "${runName}" was not moved to ${to.machineName}: ${why?.message ?? ''}`
            : `Run "${runName}" was not moved to ${to.machineName} and does not run on ${from.machineName} either: ${why?.message ?? ''}`,
        runId: move.runId,
      });
    },
  );
}

const copiedTo = ({ copiedBytes }: Migration): number => copiedBytes.beforeStop + copiedBytes.afterStop;

const waitingFor = (machine: string): NonNullable<Migration['waitingFor']> => ({
  code: 'MOVE_WAITS_FOR_DESTINATION',
  params: { machine },
  message: `${machine} is out of sight: waiting until nothing can train there any more.`,
});
