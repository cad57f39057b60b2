import type { FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Bridge } from './bridge.ts';
import { completeAt, foundAt } from './choice.ts';
import { notVerified, stoppedByUser } from './errors.ts';
import type { Move } from './move.ts';
import { areOwnCheckpoints, layOf } from './travel.ts';

const sendings = 2;

/**
 * Before the source is started again: what the destination has trained and saved beyond the checkpoint it began with is brought back
 * and verified, so that nothing saved is trained twice. Only where the destination can be reached; else the source goes on from what it
 * has itself. So it does from a checkpoint whose step is not known (times of two machines are never compared), that lies outside
 * the run's own directory (it may be another's), or that would replace one of the source's by the same name. Never throws but when the
 * move is closed.
 */
export async function bringBack(
  move: Move,
  bridge: Bridge,
  { isThere }: { isThere: boolean },
): Promise<void> {
  if (move.migration.broughtBack !== null || !mayHaveMore(move)) return;
  const stop = new AbortController();
  const stopListening = move.context.handover.onUserStop((runId) => {
    if (runId === move.runId) stop.abort(stoppedByUser(move.migration.runName));
  });
  try {
    // One that has not said itself that it is dead is out of sight: it is asked once more, no longer.
    const more = await whatIsMissing(move, isThere ? move.context.pace.lookForDestinationMs : 0);
    if (more === null) return;
    move.note({ bringing: more.path });
    await bring(move, bridge, more, stop.signal);
    const { path, step, bytes } = more;
    move.note({ bringing: null }, { broughtBack: { path, step, bytes } });
  } catch (error) {
    move.signal.throwIfAborted();
    const { code } = TrainyardError.from(error);
    if (code === 'MOVE_NOT_VERIFIED') await discard(move);
    move.context.log.warn({ moveId: move.id, code }, 'what the destination has saved was not brought back');
  } finally {
    stopListening();
    move.show({ waitingFor: null });
  }
}

/** A trainer that looks for its newest checkpoint by itself must not find it. */
async function discard(move: Move): Promise<void> {
  const directory = layOf(move)?.checkpoints?.source;
  const { bringing } = move.memory;
  if (directory === undefined || bringing === null) return;
  await move.persist({ limitMs: null }, async (signal) => {
    const { programs } = await move.box('source', signal);
    await programs.exec({ script: 'cd "$1" && rm -rf "./$2"', args: [directory, bringing] }, { signal });
  });
}

/** What the source may go on from, newest last. */
export async function believedAtSource(move: Move): Promise<FoundCheckpoint[]> {
  const complete = await completeAt(move, 'source', { limitMs: null });
  return complete.filter(({ path }) => path !== move.memory.bringing);
}

/** It has been started there, from a checkpoint that it did go on from. */
function mayHaveMore(move: Move): boolean {
  const { toEpoch, error } = move.migration;
  const { chosen } = move.memory;
  const isOwn = areOwnCheckpoints(move);
  return toEpoch !== null && chosen !== null && isOwn && error?.code !== 'MOVE_NOT_RESUMED';
}

/** The destination's newest, where the source has none as new. */
async function whatIsMissing(
  move: Move,
  limitMs: number,
): Promise<(FoundCheckpoint & { step: number }) | null> {
  const { bringing, chosen } = move.memory;
  const there = (await completeAt(move, 'destination', { limitMs })).at(-1);
  const newestHere = (await believedAtSource(move)).at(-1);
  const known = Math.max(newestHere?.step ?? -1, chosen?.checkpoint.step ?? -1);
  if (there === undefined || there.step === null || known < 0 || there.step <= known) return null;
  const taken = (await foundAt(move, 'source', { limitMs: null })).some(({ path }) => path === there.path);
  return taken && there.path !== bringing ? null : { ...there, step: there.step };
}

async function bring(
  move: Move,
  bridge: Bridge,
  { files, step }: FoundCheckpoint & { step: number },
  stop: AbortSignal,
): Promise<void> {
  const { to, from } = move.migration;
  const limitMs = move.context.pace.lookForDestinationMs;
  for (let sending = 1; sending <= sendings; sending++) {
    move.show({
      waitingFor: {
        code: 'MOVE_BRINGS_BACK',
        params: { machine: to.machineName, step },
        message: `It has trained on ${to.machineName} up to step ${step}, which is brought back.`,
      },
    });
    const sent = await bridge.sendBack(files, { limitMs }, stop);
    const arrived = await bridge.hashCheckpoint(files, { limitMs: null }, 'source');
    if (arrived.digest === sent.manifest.digest) return;
  }
  throw notVerified(from.machineName);
}
