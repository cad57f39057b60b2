import type { Attempt, Evidence, RunState } from '#shared/domain/run.ts';
import { hasEnded } from '#shared/domain/run.ts';
import type { BoxAttempt } from './box/interface.ts';

export interface Seen {
  /** What the report changes in the attempt; null: only that it was seen. */
  change: {
    state: RunState;
    evidence: Evidence;
    startedAt: number | null;
    endedAt: number | null;
    exitCode: number | null;
    logBytes: number;
    directory: string | null;
    pid: number | null;
    seenAt: number;
  };
  /** Whether anything but the time and the heartbeat is new: worth telling at once. */
  news: boolean;
}

/**
 * What a box's word about an attempt means for what we say of it. Pure: the same report twice gives the same. An attempt
 * that has ended on the box's word stays as it ended. Times are told by the box as ages, so a wrong clock over there changes nothing.
 */
export function reconcile(known: Attempt, box: BoxAttempt, bootIdNow: string | null, now: number): Seen {
  const startedAt = known.startedAt ?? (box.startedAgoMs === null ? null : now - box.startedAgoMs);
  const common = {
    startedAt,
    logBytes: Math.max(known.logBytes, box.logBytes),
    directory: box.directory,
    pid: box.pid ?? known.pid,
    seenAt: now,
  };
  if (hasEnded(known.state) && !endedByHearsay(known)) {
    const { state, evidence, endedAt, exitCode } = known;
    return {
      change: { ...common, startedAt: known.startedAt ?? startedAt, state, evidence, endedAt, exitCode },
      news: common.logBytes !== known.logBytes,
    };
  }
  const { state, evidence } = meaning(known, box, bootIdNow, now);
  const ended = hasEnded(state);
  const endedAt = ended ? now - (box.endedAgoMs ?? 0) : null;
  const exitCode = evidence.kind === 'exit-record' ? evidence.exitCode : null;
  const news =
    state !== known.state || evidence.kind !== known.evidence.kind || startedAt !== known.startedAt || ended;
  return { change: { ...common, state, evidence, endedAt, exitCode }, news };
}

/** Ended by what we thought, without the box's word: when the box has it after all, the box is right. */
const endedByHearsay = (known: Attempt): boolean =>
  ['launch-failed', 'user', 'host-lost'].includes(known.evidence.kind);

function meaning(
  known: Attempt,
  box: BoxAttempt,
  bootIdNow: string | null,
  now: number,
): { state: RunState; evidence: Evidence } {
  // With its exit record written the box may still be ending what the trainer left behind: over is when that is gone too.
  if (box.exit !== null && box.phase !== 'stopping') {
    const { code, signal, by } = box.exit;
    const asked = by === 'user' || by === 'timer';
    const state = asked ? 'stopped' : code === 0 ? 'succeeded' : 'failed';
    return { state, evidence: { kind: 'exit-record', at: now, exitCode: code, signal, by } };
  }
  const beat: Evidence = { kind: 'heartbeat', at: now, beat: box.heartbeat };
  // What the user asked for is what the state rests on, until the box has its exit record.
  const stopping = known.evidence.kind === 'user' ? known.evidence : beat;
  switch (box.phase) {
    case 'setup':
      return {
        state: known.evidence.kind === 'user' ? 'stopping' : 'preparing',
        evidence:
          known.evidence.kind === 'user'
            ? stopping
            : { kind: 'launching', at: now, step: 'setup', done: 0, total: 1, unit: 'steps' },
      };
    case 'running':
      if (!box.supervisorAlive) {
        return { state: 'running', evidence: { kind: 'supervisor-gone', at: now, trainerAlive: true } };
      }
      return known.evidence.kind === 'user'
        ? { state: 'stopping', evidence: stopping }
        : { state: 'running', evidence: beat };
    case 'stopping':
      return { state: 'stopping', evidence: stopping };
    case 'ended':
      // Ended with no exit record to be read: it is over, and how it ended is not known.
      return { state: 'lost', evidence: { kind: 'supervisor-gone', at: now, trainerAlive: false } };
    case 'lost':
      return lost(box, bootIdNow, now);
  }
}

/** `lost` needs proof: another boot, or no process left though the lock is free. A trainer that is alive is running. */
function lost(
  box: BoxAttempt,
  bootIdNow: string | null,
  now: number,
): { state: RunState; evidence: Evidence } {
  if (box.trainerAlive) {
    return { state: 'running', evidence: { kind: 'supervisor-gone', at: now, trainerAlive: true } };
  }
  if (bootIdNow !== null && box.bootId !== '' && box.bootId !== bootIdNow) {
    return {
      state: 'lost',
      evidence: { kind: 'rebooted', at: now, bootIdBefore: box.bootId, bootIdNow },
    };
  }
  return { state: 'lost', evidence: { kind: 'supervisor-gone', at: now, trainerAlive: false } };
}
