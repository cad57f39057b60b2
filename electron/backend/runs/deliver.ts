import { TrainyardError } from '#shared/domain/error.ts';
import { hasEnded } from '#shared/domain/run.ts';
import type { RunsContext } from './context.ts';
import type { Connected } from './turns.ts';

/** Brings the user's word about an attempt to its box. Said again it changes nothing; only a rejected call is tried again. */
export async function deliverIntent(
  context: RunsContext,
  { box, signal }: Connected,
  runId: string,
  epoch: number,
): Promise<void> {
  const { notes, records, clock, store } = context;
  const intent = notes.get('intent', runId, epoch);
  if (intent === null || intent.delivered) return;
  try {
    if (intent.what === 'kill') await box.kill(runId, epoch, intent.who, signal);
    else await box.stop(runId, epoch, intent.graceSeconds, intent.who, signal);
  } catch (error) {
    if (TrainyardError.from(error).code !== 'RUN_UNKNOWN_ON_BOX') throw error;
    // The launch never got there, or somebody removed the run's directory: it ends by the user's word. Should the box
    // have it after all (a launch that was still on its way), the intent is still here and its state comes back.
    const attempt = store.runs.attempt(runId, epoch);
    if (attempt === undefined || hasEnded(attempt.state)) return;
    const { who, what } = intent;
    records.save(runId, epoch, {
      state: 'stopped',
      endedAt: clock.now(),
      evidence: { kind: 'user', at: clock.now(), who, what },
    });
    return;
  }
  // A newer word (kill after stop) may have come meanwhile: that one is still to be brought.
  const now = notes.get('intent', runId, epoch);
  if (now?.at === intent.at && now.what === intent.what) {
    notes.set('intent', runId, epoch, { ...now, delivered: true });
  }
}

/** Removes from the box what was deleted here, while it was out of sight too, and then the code that only these runs used. */
export async function removeForgotten(
  context: RunsContext,
  connected: Connected,
  machineId: string,
): Promise<void> {
  const { box, signal } = connected;
  const { notes, log } = context;
  let removed = 0;
  for (const { runId, removeOnBox } of notes.forgotten(machineId)) {
    if (!removeOnBox) continue;
    try {
      await box.remove(runId, signal);
      notes.remember(runId, machineId);
      removed += 1;
    } catch (error) {
      const { code } = TrainyardError.from(error);
      // Nothing there: done. Alive again: somebody else restarted it, and it is shown again.
      if (code === 'RUN_UNKNOWN_ON_BOX' || code === 'RUN_ALREADY_LIVE') notes.remember(runId, machineId);
      else log.warn({ machineId, runId, code }, 'a deleted run could not be removed from its machine');
      signal.throwIfAborted();
    }
  }
  if (removed > 0) await collectCode(context, connected, machineId);
}

/** What cannot be freed now is freed with the next removal: nothing depends on it. */
async function collectCode(
  context: RunsContext,
  { box, programs, signal }: Connected,
  machineId: string,
): Promise<void> {
  const { code, notes, log } = context;
  try {
    const { root } = await box.install(signal);
    const freedBytes = await code.collectOn(programs, root, notes.snapshotsInUse(), signal);
    if (freedBytes > 0)
      log.info({ machineId, freedBytes }, 'code that no run needs was removed from the machine');
  } catch (error) {
    signal.throwIfAborted();
    log.warn(
      { machineId, code: TrainyardError.from(error).code },
      'code that no run needs could not be removed',
    );
  }
}
