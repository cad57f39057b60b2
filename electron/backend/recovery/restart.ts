import { TrainyardError } from '#shared/domain/error.ts';
import type { Accelerator } from '#shared/domain/machine.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import { type Attempt, hasEnded, type Run } from '#shared/domain/run.ts';
import { policyActor, type RecoveryContext } from './context.ts';
import { noPlace, stillWaits } from './errors.ts';
import { checkpointDirectory, joined, newestCheckpoint } from './evidence.ts';
import type { Entry, Memory } from './journal.ts';
import { choosePlace } from './place.ts';

type Starting = NonNullable<Memory['starting']>;

/** How a restart went this time. `later`: it is tried again, not counted; `asks`: nobody but the user can say. */
export type Outcome =
  | { kind: 'restarted'; epoch: number; machineId: string; machineName: string; byBox: boolean }
  | { kind: 'over'; why: 'alive' | 'superseded' }
  | { kind: 'asks'; machineId: string; machineName: string; lostStep: number | null }
  | { kind: 'later'; error: TrainyardError }
  | { kind: 'failed'; error: TrainyardError };

export const claimOf = (entry: Entry): string => `recovery:${entry.event.id}`;

/**
 * Starts a lost run again, once: the run is claimed, where and from what it goes on is written down before the box is asked,
 * and the attempt's number names the start. Killed anywhere and called again it goes on with the same one. Never rejects.
 */
export async function restart(context: RecoveryContext, entry: Entry, signal: AbortSignal): Promise<Outcome> {
  const { handover, store } = context;
  const { runId, epoch } = entry.event;
  const run = store.runs.get(runId);
  const lost = run?.attempts.find((attempt) => attempt.epoch === epoch);
  if (run === undefined || lost === undefined) return { kind: 'over', why: 'superseded' };
  if (run.epoch > epoch && entry.memory.starting === null) {
    return supersededBy(context, run, lost, signal);
  }
  if (!hasEnded(lost.state)) return { kind: 'over', why: 'alive' };
  const by = claimOf(entry);
  try {
    handover.claim(runId, by);
  } catch (error) {
    return { kind: 'later', error: TrainyardError.from(error) };
  }
  try {
    return await claimed(context, entry, run, lost, signal);
  } catch (thrown) {
    const error = TrainyardError.from(thrown);
    if (isForLater(error, signal)) return { kind: 'later', error };
    const machineId = entry.memory.starting?.machineId;
    if (machineId !== undefined) handover.unreserve(runId, machineId, by);
    return { kind: 'failed', error };
  }
}

/** Somebody was quicker: the user, another computer, or the box itself after its reboot. */
async function supersededBy(
  context: RecoveryContext,
  run: Run,
  lost: Attempt,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    return (await begunByBox(context, run, lost, signal)) ?? { kind: 'over', why: 'superseded' };
  } catch (thrown) {
    return { kind: 'later', error: TrainyardError.from(thrown) };
  }
}

const isForLater = (error: TrainyardError, signal: AbortSignal): boolean =>
  signal.aborted ||
  error.retryable ||
  [
    'RUN_ALREADY_LIVE',
    'RUN_EPOCH_STALE',
    'RUN_SECRETS_NEEDED',
    'VAULT_LOCKED',
    'MACHINE_BLOCKED',
    'CANCELLED',
  ].includes(error.code);

async function claimed(
  context: RecoveryContext,
  entry: Entry,
  run: Run,
  given: Attempt,
  signal: AbortSignal,
): Promise<Outcome> {
  const { handover, store } = context;
  const { starting } = entry.memory;
  const byBox = await begunByBox(context, run, given, signal);
  if (byBox !== null) return byBox;
  if (starting !== null) {
    const all = store.machines.get(starting.machineId)?.inventory?.accelerators ?? [];
    const accelerators = all.filter(({ uuid }) => starting.accelerators.includes(uuid));
    return begin(context, entry, given, starting, accelerators, signal);
  }
  const missing = handover.missingSecrets(run.id);
  if (missing.length > 0) {
    const names = missing.join(', ');
    const message = `This run needs secrets that Trainyard does not keep: ${names}. Restart it and give them.`;
    return { kind: 'later', error: new TrainyardError('RUN_SECRETS_NEEDED', message, { params: { names } }) };
  }
  const { policy } = context.policies.of(run.id);
  if (policy === null) return { kind: 'over', why: 'superseded' };
  const lost = await asItIsNow(context, given, signal);
  if (!hasEnded(lost.state)) return { kind: 'over', why: 'alive' };
  const { diagnosis } = entry.event;
  const by = claimOf(entry);
  const isGone = lost.evidence.kind === 'host-lost';
  if (await hasGoneOn(context, lost, signal)) return { kind: 'over', why: 'superseded' };
  const avoidsLost = diagnosis?.guess === 'gpu-fault' || diagnosis?.guess === 'disk-full';
  const choice = choosePlace(context, { run, lost, isGone, policy, avoidsLost, by });
  if (choice.kind === 'wait') return { kind: 'later', error: stillWaits(choice.why) };
  if (choice.kind === 'never') return { kind: 'failed', error: noPlace(run.name, choice.why) };
  const { machine, accelerators } = choice;
  try {
    const source = await goOnFrom(context, entry, run, lost, machine.id, signal);
    if (source === 'ask') {
      handover.unreserve(run.id, machine.id, by);
      const lostStep = entry.memory.best.step;
      return { kind: 'asks', machineId: machine.id, machineName: machine.name, lostStep };
    }
    // While it was being brought there, the host that was given up may have come back: it is asked first.
    if (isGone && context.access.isConnected(lost.machineId))
      throw stillWaits(sayRoom('ROOM_BACK', { machine: lost.machineName }));
    const next: Starting = {
      epoch: lost.epoch + 1,
      machineId: machine.id,
      machineName: machine.name,
      resume: source.resume,
      prepared: source.prepared,
      accelerators: accelerators.map(({ uuid }) => uuid),
    };
    entry.memory.starting = next;
    context.journal.save(entry);
    await context.onStep?.('starting');
    return await begin(context, entry, lost, next, accelerators, signal);
  } catch (error) {
    if (entry.memory.starting === null) handover.unreserve(run.id, machine.id, by);
    throw error;
  }
}

/** A host that was given up and is there again says itself how its run stands: that counts, not the user's word of before. */
async function asItIsNow(context: RecoveryContext, lost: Attempt, signal: AbortSignal): Promise<Attempt> {
  const { access, handover, store } = context;
  if (lost.evidence.kind !== 'host-lost' || !access.isConnected(lost.machineId)) return lost;
  await handover.look(lost.runId, lost.epoch, signal);
  return store.runs.attempt(lost.runId, lost.epoch) ?? lost;
}

async function begin(
  context: RecoveryContext,
  entry: Entry,
  lost: Attempt,
  starting: Starting,
  accelerators: readonly Accelerator[],
  signal: AbortSignal,
): Promise<Outcome> {
  const { runId } = entry.event;
  const { epoch, machineId, machineName, resume, prepared } = starting;
  await leaveWord(context, lost, starting, signal);
  await context.handover.begin({
    runId,
    epoch,
    machineId,
    accelerators,
    resume,
    prepared,
    actor: policyActor,
    reason: 'recovery',
    signal,
  });
  context.handover.unreserve(runId, machineId, claimOf(entry));
  await context.onStep?.('begun');
  return { kind: 'restarted', epoch, machineId, machineName, byBox: false };
}

/**
 * The box that a run leaves is told where it goes on: it starts it no more after a reboot, and another computer that would
 * recover the run too sees that it has gone on. One that is out of sight is told when it is seen (see LostHosts).
 */
async function leaveWord(
  { access, handover }: RecoveryContext,
  lost: Attempt,
  { machineId, machineName }: Starting,
  signal: AbortSignal,
): Promise<void> {
  if (machineId === lost.machineId || !access.isConnected(lost.machineId)) return;
  const { box } = await handover.connect(lost.machineId, signal);
  await box.entomb(lost.runId, lost.epoch, machineName, signal);
}

/** Another computer has had the same idea, and was first. */
async function hasGoneOn(
  { access, handover }: RecoveryContext,
  lost: Attempt,
  signal: AbortSignal,
): Promise<boolean> {
  if (!access.isConnected(lost.machineId)) return false;
  const { box } = await handover.connect(lost.machineId, signal);
  const { attempts } = await box.status([lost.runId], signal);
  return attempts.some(({ epoch, movedTo }) => epoch === lost.epoch && movedTo !== null);
}

/** A box that starts its runs by itself after a reboot may have been quicker: its attempt is the restart. */
export async function begunByBox(
  { access, handover }: RecoveryContext,
  run: Run,
  lost: Attempt,
  signal: AbortSignal,
): Promise<Outcome | null> {
  if (lost.evidence.kind !== 'rebooted' || !access.isConnected(lost.machineId)) return null;
  const { box } = await handover.connect(lost.machineId, signal);
  const report = await box.status([run.id], signal);
  const newer = report.attempts.filter(({ epoch, startedAtBoot }) => epoch > lost.epoch && startedAtBoot);
  const epoch = Math.max(...newer.map((each) => each.epoch));
  if (newer.length === 0) return null;
  const { machineId, machineName } = lost;
  return { kind: 'restarted', epoch, machineId, machineName, byBox: true };
}

interface Source {
  resume: Starting['resume'];
  prepared: boolean;
}

/** What it goes on from at `machineId`, brought there where it is not. `ask`: no copy of it is left that can be reached. */
async function goOnFrom(
  context: RecoveryContext,
  entry: Entry,
  run: Run,
  lost: Attempt,
  machineId: string,
  signal: AbortSignal,
): Promise<Source | 'ask'> {
  if (lost.evidence.kind === 'host-lost') return fromSpare(context, entry, run, lost, machineId, signal);
  const newest = await newestCheckpoint(context, run, lost, signal);
  if (newest !== null) remember(entry, newest.path, newest.found.step);
  if (machineId === lost.machineId) {
    const resume = newest === null ? null : { path: newest.path, step: newest.found.step };
    return { resume, prepared: false };
  }
  return bringOver(context, run, lost, machineId, newest, signal);
}

/** Code and set-up, then what the run has written, then the checkpoint, its markers last. */
async function bringOver(
  context: RecoveryContext,
  run: Run,
  lost: Attempt,
  machineId: string,
  newest: Awaited<ReturnType<typeof newestCheckpoint>>,
  signal: AbortSignal,
): Promise<Source> {
  const { handover, copies } = context;
  let there = await handover.prepare(run.id, machineId, { signal });
  const from = lost.directory ?? there.runDirectory;
  const code = there.codeDirectory.slice(there.runDirectory.length);
  await send(`${from}${code}`, there.codeDirectory, 'all');
  // Another computer launched it: its code has come from where it was, and set-up can be run now.
  if (there.code === 'missing') there = await handover.prepare(run.id, machineId, { signal });
  const directory = checkpointDirectory(context, run, machineId, there.runDirectory);
  if (newest === null || directory === null) return { resume: null, prepared: true };
  await send(newest.directory, directory, newest.found.files);
  const path = joined(directory, newest.found.path);
  return { resume: { path, step: newest.found.step }, prepared: true };

  async function send(source: string, target: string, files: readonly string[] | 'all'): Promise<void> {
    const session = await copies.open(
      { machineId: lost.machineId, path: source },
      { machineId, path: target },
      { signal },
    );
    try {
      const isOfSetup = (path: string) =>
        [...there.madeBySetup].some((made) => path === made || path.startsWith(`${made}/`));
      await session.send(files, {
        signal,
        changing: 'leave',
        except: files === 'all' ? isOfSetup : () => false,
      });
    } finally {
      await session.close();
    }
  }
}

/** The host is gone: only what was kept elsewhere is left. Starting over loses everything, and is the user's to decide. */
async function fromSpare(
  context: RecoveryContext,
  entry: Entry,
  run: Run,
  lost: Attempt,
  machineId: string,
  signal: AbortSignal,
): Promise<Source | 'ask'> {
  const spare = context.spareCopies?.newest(run.id, lost.machineId) ?? null;
  if (spare !== null && context.spareCopies !== undefined) {
    const resume = await context.spareCopies.bring(spare.backupId, machineId, signal);
    remember(entry, resume.path, resume.step);
    return { resume, prepared: true };
  }
  const nothingWasDone = entry.memory.best.step === null && entry.memory.best.checkpoint === null;
  if (!entry.memory.startsOver && !nothingWasDone) return 'ask';
  return { resume: null, prepared: false };
}

function remember(entry: Entry, path: string, step: number | null): void {
  entry.event.checkpoint = { path, step };
}
