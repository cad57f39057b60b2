import { because } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { whyItStays } from './leftovers/judge.ts';
import { isDead, type Move } from './move.ts';
import type { Chore } from './record.ts';

/**
 * What is left to be done on boxes after the end. It goes on until it is done, over restarts of the app: a machine may be out of
 * sight for days. Never throws but when the move is closed.
 */
export async function doChores(move: Move): Promise<void> {
  const { pace, log } = move.context;
  for (
    let pauseMs = pace.slowLookMs;
    move.memory.chores.length > 0;
    pauseMs = Math.min(pauseMs * 2, 60_000)
  ) {
    for (const chore of move.memory.chores) {
      try {
        await move.once((signal) => doChore(move, chore, signal));
        move.note({ chores: move.memory.chores.filter((each) => each !== chore) });
      } catch (error) {
        move.signal.throwIfAborted();
        log.debug(
          { moveId: move.id, chore: chore.kind, code: TrainyardError.from(error).code },
          'something is still to be cleared up',
        );
      }
    }
    if (move.memory.chores.length > 0) await move.pause(pauseMs);
  }
}

async function doChore(move: Move, chore: Chore, signal: AbortSignal): Promise<void> {
  const { handover, store } = move.context;
  if (store.runs.summary(move.runId) === undefined) return;
  const cameBack = move.run.attempts.some(
    ({ machineId, epoch }) =>
      machineId === chore.machineId &&
      (chore.kind === 'remove-copy' || (chore.kind === 'entomb' && epoch > chore.epoch)),
  );
  // It has an attempt there of its own by now: nothing of it is a left-over.
  if (cameBack) return;
  const { box } = await handover.connect(chore.machineId, signal);
  if (chore.kind === 'remove-work') return removeWork(move, chore.machineId, signal);
  if (chore.kind === 'remove-copy') {
    const report = await box.status([move.runId], signal);
    // Another laptop has brought the run there meanwhile, and it was started: it is a copy no more.
    if (report.attempts.some(({ epoch }) => epoch > move.migration.fromEpoch)) return;
    await box.remove(move.runId, signal).catch((error: unknown) => {
      if (TrainyardError.from(error).code !== 'RUN_UNKNOWN_ON_BOX') throw error;
    });
    return;
  }
  await endStray(move, chore.epoch, signal);
  await box.entomb(move.runId, chore.epoch, chore.to, signal);
}

/** Wished for while the machine was away: whether it may be is known only now. */
async function removeWork(move: Move, machineId: string, signal: AbortSignal): Promise<void> {
  const { handover, store } = move.context;
  const why = await whyItStays(move.context, move.run, machineId, signal);
  if (why === null) {
    const { box } = await handover.connect(machineId, signal);
    await box.remove(move.runId, signal, 'work');
    return;
  }
  const machine = store.machines.get(machineId)?.name ?? machineId;
  store.notices.add({
    level: 'info',
    code: 'MOVE_LEFT_KEPT',
    params: { name: move.migration.runName, machine, ...because('why', why) },
    message: `What run "${move.migration.runName}" has left on ${machine} was not removed: ${why.message}`,
    runId: move.runId,
  });
}

/** There can be none, if all we know is true. Should there be one all the same, the run trains elsewhere: this one ends. */
async function endStray(move: Move, epoch: number, signal: AbortSignal): Promise<void> {
  const { handover, log, store } = move.context;
  const seen = await handover.look(move.runId, epoch, signal);
  if (seen === null || isDead(seen.box)) return;
  log.error({ moveId: move.id, runId: move.runId, epoch }, 'an attempt that has moved is alive: it is ended');
  await handover.end(move.runId, epoch, store.settings.get().stopGraceSeconds, signal);
  throw new TrainyardError('RUN_ALREADY_LIVE', 'It is being ended.');
}
