import { randomBytes } from 'node:crypto';
import { TrainyardError } from '#shared/domain/error.ts';
import { type Attempt, hasEnded, type Run } from '#shared/domain/run.ts';
import type { RunsContext } from '../context.ts';
import { epochUnknown, secretsNeeded } from '../errors.ts';
import type { Beginning } from '../handover.ts';
import { queuedAttempt } from '../launch.ts';
import type { LaunchNote } from '../notes.ts';
import { sendCode } from '../prepare.ts';
import { type SnapshotTaker, takenFrom } from '../snapshots.ts';
import { startOnBox } from '../start.ts';
import type { Connected } from '../turns.ts';

/** A box may still be ending what an earlier attempt left behind. */
const mostTries = 8;
const retryMs = 1000;

export interface BeginOptions {
  context: RunsContext;
  snapshots: SnapshotTaker;
  beginning: Beginning;
  connected: Connected;
  /** Takes in what the box says of the run now. */
  ask(): Promise<void>;
}

/**
 * Starts an attempt outside the queue. The attempt and the name of its launch are in the database before the box is asked:
 * begun again after a crash it is the same launch, and the box answers as the first time. What may be tried again leaves
 * the attempt as it is; what never will ends it, and the same call then throws the same error.
 */
export async function begin(options: BeginOptions): Promise<Attempt> {
  const { context, beginning, connected } = options;
  const { runId, epoch } = beginning;
  const run = context.store.runs.require(runId);
  const existing = context.store.runs.attempt(runId, epoch);
  if (existing !== undefined) {
    const known = asBefore(existing, beginning);
    if (known !== null) return known;
  }
  const signal = AbortSignal.any([beginning.signal, connected.signal]);
  if (existing === undefined) {
    // An earlier attempt on this very box may have ended without our having heard of it.
    await options.ask();
    signal.throwIfAborted();
    accept(context, run, beginning);
  }
  try {
    await launch(options, run, signal);
  } catch (error) {
    const failure = TrainyardError.from(error);
    const mayStillBe = signal.aborted || failure.retryable || failure.code === 'RUN_ALREADY_LIVE';
    if (!mayStillBe) fail(context, runId, epoch, failure);
    throw error;
  }
  const begun = context.store.runs.attempt(runId, epoch);
  if (begun === undefined) throw epochUnknown(epoch);
  return begun;
}

/** An attempt that was begun before: null where it is still to be launched. */
function asBefore(existing: Attempt, { machineId }: Beginning): Attempt | null {
  if (existing.machineId !== machineId) {
    throw new TrainyardError(
      'RUN_ATTEMPT_STALE',
      `Attempt ${existing.epoch} of this run is on ${existing.machineName} already.`,
      { params: { runId: existing.runId, epoch: existing.epoch, newest: existing.epoch } },
    );
  }
  if (hasEnded(existing.state) && existing.evidence.kind === 'launch-failed') {
    throw TrainyardError.fromShape(existing.evidence.error);
  }
  return existing.directory === null && !hasEnded(existing.state) ? null : existing;
}

function accept(context: RunsContext, run: Run, beginning: Beginning): void {
  const { store, notes, records, clock } = context;
  const { runId, epoch, machineId, accelerators, resume } = beginning;
  const machine = store.machines.require(machineId);
  const before = notes.get('launch', runId, run.epoch);
  const baseDirectory = before?.baseDirectory ?? null;
  const admitted = admit(context, run, beginning, baseDirectory);
  const note: LaunchNote = {
    // Nobody but who began it takes it up again, so that only the box knows from here on whether it runs.
    sent: true,
    token: randomBytes(16).toString('hex'),
    baseDirectory,
    secretNames: before?.secretNames ?? run.spec.secretNames,
    credentials: before?.credentials ?? {},
    direct: true,
    resume,
  };
  const known = context.secrets.take(runId, note.secretNames, note.credentials, run.name);
  if (!known.ok) throw known.why.code === 'RUN_SECRETS_LOST' ? secretsNeeded(known.missing) : known.why;
  store.transaction(() => {
    for (const earlier of run.attempts) endEarlier(context, earlier, machine);
    const summary = store.runs.addAttempt({
      ...queuedAttempt(runId, epoch, machine, clock.now()),
      state: 'starting',
      evidence: { kind: 'launching', at: clock.now(), step: 'start', done: 0, total: 1, unit: 'steps' },
      accelerators: accelerators.map(({ index, uuid }) => ({ index, uuid })),
    });
    admitted?.();
    notes.set('launch', runId, epoch, note);
    store.afterCommit(() => {
      records.publish(summary);
      records.publishMachine(machineId);
    });
  });
}

/**
 * Whoever begins the next attempt has made sure that none before it can train; here one on a machine out of sight may still
 * seem to. One on the same machine is the box's to judge.
 */
function endEarlier(
  { records, clock }: RunsContext,
  earlier: Attempt,
  next: { id: string; name: string },
): void {
  if (hasEnded(earlier.state) || earlier.machineId === next.id) return;
  records.save(earlier.runId, earlier.epoch, {
    state: 'stopped',
    endedAt: clock.now(),
    evidence: { kind: 'moved', at: clock.now(), toMachineName: next.name },
  });
}

/** Judged as it was when the move was let in. Going back to where everything is already is never refused. */
function admit(
  context: RunsContext,
  run: Run,
  { runId, epoch, machineId, actor, reason }: Beginning,
  baseDirectory: string | null,
): (() => void) | undefined {
  const said = context.claims.of(runId) === null ? null : context.notes.get('admission', runId, 0);
  const { sensitivity, override } = said?.machineId === machineId ? said : {};
  try {
    return context.policy?.admit({
      action: 'run.restart',
      run,
      epoch,
      machineId,
      sources: takenFrom(context, run, baseDirectory),
      actor,
      sensitivity,
      override,
    });
  } catch (error) {
    if (reason !== 'roll-back') throw error;
    const { code } = TrainyardError.from(error);
    context.log.warn({ runId, epoch, code }, 'a run goes back to where its data is already, against a label');
    return undefined;
  }
}

async function launch(
  { context, snapshots, beginning, connected, ask }: BeginOptions,
  run: Run,
  signal: AbortSignal,
): Promise<void> {
  const { runId, epoch, prepared, reason } = beginning;
  const { notes, store, clock } = context;
  const { box } = connected;
  const attempt = store.runs.attempt(runId, epoch);
  const note = notes.get('launch', runId, epoch);
  if (attempt === undefined || note === null) throw epochUnknown(epoch);
  const secrets = context.secrets.take(runId, note.secretNames, note.credentials, run.name);
  if (!secrets.ok)
    throw secrets.why.code === 'RUN_SECRETS_LOST' ? secretsNeeded(secrets.missing) : secrets.why;
  if (!prepared) await bringCode(context, snapshots, run, connected, signal);
  if (reason !== 'roll-back') {
    context.policy?.beforeSending({
      run,
      epoch,
      machineId: attempt.machineId,
      sources: takenFrom(context, run, note.baseDirectory),
    });
  }
  for (let tries = 1; ; tries++) {
    try {
      await startOnBox(context, {
        run,
        attempt,
        note,
        token: note.token ?? '',
        secrets: secrets.values,
        box,
        signal,
      });
      return;
    } catch (error) {
      if (TrainyardError.from(error).code !== 'RUN_ALREADY_LIVE' || tries === mostTries) throw error;
      await clock.sleep(retryMs, signal);
      await ask();
    }
  }
}

/** A box that has had an attempt of the run has its code. */
async function bringCode(
  context: RunsContext,
  snapshots: SnapshotTaker,
  run: Run,
  { box, programs }: Connected,
  signal: AbortSignal,
): Promise<void> {
  const { root } = await box.install(signal);
  const { attempts } = await box.status([run.id], signal);
  if (attempts.length > 0) return;
  const taken = await snapshots.of(run, signal, () => undefined);
  await sendCode(context, { root, runId: run.id }, programs, taken, { signal });
}

function fail(
  { records, clock, store }: RunsContext,
  runId: string,
  epoch: number,
  error: TrainyardError,
): void {
  const attempt = store.runs.attempt(runId, epoch);
  if (attempt === undefined || hasEnded(attempt.state)) return;
  records.save(runId, epoch, {
    state: 'failed',
    endedAt: clock.now(),
    evidence: {
      kind: 'launch-failed',
      at: clock.now(),
      error: { ...error.toShape(), details: error.details.slice(0, 4000) },
    },
  });
}
