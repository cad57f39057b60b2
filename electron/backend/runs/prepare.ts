import { randomBytes } from 'node:crypto';
import type { SendOptions } from '#backend/files/index.ts';
import type { RunsPrograms } from '#backend/processes/index.ts';
import type { Evidence, Run } from '#shared/domain/run.ts';
import type { BoxRuns } from './box/interface.ts';
import type { RunsContext } from './context.ts';
import { type SnapshotTaker, type TakenCode, takenFrom } from './snapshots.ts';
import { codeDirectory, startOnBox } from './start.ts';

/** Progress is saved and told at most this often. */
const progressEveryMs = 250;

type LaunchStep = Extract<Evidence, { kind: 'launching' }>['step'];

export interface Preparation {
  run: Run;
  epoch: number;
  programs: RunsPrograms;
  box: BoxRuns;
  signal: AbortSignal;
  /** Rejects with RUN_ACCELERATORS_TAKEN where a run of another Trainyard was quicker. */
  checkAccelerators(): Promise<void>;
}

/**
 * Brings an attempt that has its turn from here to a running process on its box. Each step may be done again: after a
 * crash or a lost connection the whole of it simply runs once more, and the box refuses what it has already.
 */
export async function prepare(
  context: RunsContext,
  snapshots: SnapshotTaker,
  { run, epoch, programs, box, signal, checkAccelerators }: Preparation,
): Promise<void> {
  const { store, records, notes, clock } = context;
  const { id: runId } = run;
  const say = launchProgress(context, runId, epoch, signal);

  say('connect', 0, 1, 'steps');
  const { root } = await box.install(signal);
  const attempt = store.runs.attempt(runId, epoch);
  const note = notes.get('launch', runId, epoch);
  if (attempt === undefined || note === null) return;
  // A first launch that was never sent cannot be there.
  let isThere = false;
  if (epoch > 1 || note.sent) {
    const known = await box.status([runId], signal);
    if (known.attempts.some((each) => each.epoch >= epoch)) return;
    isThere = known.attempts.length > 0;
  }
  const secrets = context.secrets.take(runId, note.secretNames, note.credentials, run.name);
  if (!secrets.ok) throw secrets.why;

  // A box that has had an earlier attempt has its code as well.
  const taken = isThere
    ? null
    : await snapshots.of(run, signal, (done, total, unit) => say('snapshot', done, total, unit));
  if (taken !== null) context.onStep?.('snapshot');
  context.policy?.beforeSending({
    run,
    epoch,
    machineId: attempt.machineId,
    sources: takenFrom(context, run, note.baseDirectory),
  });
  if (taken !== null) {
    const onProgress: SendOptions['onProgress'] = (done, total, unit) => say('sync', done, total, unit);
    await sendCode(context, { root, runId }, programs, taken, { signal, onProgress });
  }
  context.onStep?.('sync');
  await checkAccelerators();

  const token = note.token ?? randomBytes(16).toString('hex');
  const beforeLaunch = () => {
    store.transaction(() => {
      // From here on only the box knows whether it runs.
      notes.set('launch', runId, epoch, { ...note, sent: true, token });
      records.save(runId, epoch, {
        state: 'starting',
        evidence: { kind: 'launching', at: clock.now(), step: 'start', done: 0, total: 1, unit: 'steps' },
      });
    });
    context.onStep?.('starting');
  };
  await startOnBox(context, {
    run,
    attempt,
    note,
    token,
    secrets: secrets.values,
    box,
    signal,
    beforeLaunch,
  });
}

/** The workdir and the file mounts. */
export async function sendCode(
  { code }: RunsContext,
  { root, runId }: { root: string; runId: string },
  programs: RunsPrograms,
  { workdir, mounts }: TakenCode,
  options: SendOptions,
): Promise<void> {
  const base = `${root}/runs/${runId}/${codeDirectory}`;
  if (workdir !== null) await code.send(programs, workdir.id, { root, directory: base }, options);
  for (const { snapshotId, directory } of mounts) {
    const place = /^[/~]/.test(directory) ? directory : `${base}/${directory}`;
    await code.send(programs, snapshotId, { root, directory: place, how: 'into' }, options);
  }
}

/** Says how far a launch is: each step's first word at once, the rest now and then. */
function launchProgress(context: RunsContext, runId: string, epoch: number, signal: AbortSignal) {
  const { records, clock } = context;
  let lastStep: LaunchStep | null = null;
  let lastAt = Number.NEGATIVE_INFINITY;
  return (step: LaunchStep, done: number, total: number, unit: 'files' | 'bytes' | 'steps'): void => {
    if (signal.aborted) return;
    if (step === lastStep && clock.elapsed() - lastAt < progressEveryMs) return;
    lastStep = step;
    lastAt = clock.elapsed();
    records.save(runId, epoch, {
      evidence: { kind: 'launching', at: clock.now(), step, done, total, unit },
    });
  };
}
