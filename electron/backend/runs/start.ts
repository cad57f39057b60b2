import { TrainyardError } from '#shared/domain/error.ts';
import type { Attempt, Run } from '#shared/domain/run.ts';
import type { BoxLaunch, BoxRuns } from './box/interface.ts';
import type { RunsContext } from './context.ts';
import { withResume } from './handover/resume.ts';
import type { LaunchNote } from './notes.ts';
import { visibleDevices } from './queue/accelerators.ts';
import { acceleratorsAsked, runEnvironment, setupKey } from './spec/index.ts';
import { writeSpecification } from './specification.ts';

/** Where a run's code lies, below the run's directory on the box. */
export const codeDirectory = 'code';

export interface Starting {
  run: Run;
  attempt: Attempt;
  note: LaunchNote;
  token: string;
  secrets: Record<string, string>;
  box: BoxRuns;
  signal: AbortSignal;
  /** Right before the box is asked. */
  beforeLaunch?(): void;
}

/** Asks the box to start an attempt whose code is there, and saves that it runs. */
export async function startOnBox(context: RunsContext, starting: Starting): Promise<void> {
  const { store, records, clock } = context;
  const { run, attempt, token, box, signal } = starting;
  const { runId, epoch } = attempt;
  const launch = await launchOf(context, starting);
  // A stop that came meanwhile has ended the attempt already: it must not come back to life.
  signal.throwIfAborted();
  starting.beforeLaunch?.();
  signal.throwIfAborted();
  const launched = await box.launch({ runId, epoch, token, ...launch }, signal);
  context.onStep?.('launched');
  if (store.runs.attempt(runId, epoch)?.state === 'starting') {
    records.save(runId, epoch, {
      ...(run.spec.setup === null
        ? { state: 'running', evidence: { kind: 'heartbeat', at: clock.now(), beat: 0 } }
        : {
            state: 'preparing',
            evidence: { kind: 'launching', at: clock.now(), step: 'setup', done: 0, total: 1, unit: 'steps' },
          }),
      startedAt: clock.now(),
      seenAt: clock.now(),
      directory: launched.directory,
      pid: launched.pid,
    });
  }
  context.onStep?.('running');
}

/** What is asked of a box to start this attempt. */
export async function launchOf(
  context: RunsContext,
  starting: Pick<Starting, 'run' | 'attempt' | 'note' | 'secrets'>,
): Promise<Omit<BoxLaunch, 'runId' | 'epoch' | 'token'>> {
  const { store } = context;
  const { run, attempt, note } = starting;
  const { spec } = run;
  const { script, env } = environmentOf(context, starting);
  return {
    specification: writeSpecification({
      version: 1,
      name: run.name,
      yaml: run.yaml,
      spec,
      snapshot: store.runs.get(run.id)?.snapshot ?? null,
      priority: run.priority,
      acceleratorsAsked: acceleratorsAsked(spec),
      accelerators: attempt.accelerators,
      baseDirectory: note.baseDirectory,
      secretNames: note.secretNames,
    }),
    workdir: codeDirectory,
    setup: spec.setup,
    setupKey: setupKey(spec, await snapshotFiles(context, run)),
    run: script,
    env,
    graceSeconds: store.settings.get().stopGraceSeconds,
  };
}

/** The environment of the run and, where it goes on from a checkpoint, the script that says so. */
function environmentOf(
  { store }: RunsContext,
  { run: { spec }, attempt, note, secrets }: Pick<Starting, 'run' | 'attempt' | 'note' | 'secrets'>,
): { script: string; env: Record<string, string> } {
  const all = store.machines.get(attempt.machineId)?.inventory?.accelerators ?? [];
  const given = all.filter(({ uuid }) => attempt.accelerators.some((each) => each.uuid === uuid));
  const asked = spec.resources.accelerators.length > 0;
  const visible = visibleDevices(given, all);
  const resumed = withResume(spec, note.resume);
  return {
    script: resumed.script,
    env: {
      // Who asks for no accelerator but names devices by hand has the last word.
      ...(asked ? {} : visible),
      ...setupEnvironment(spec, attempt, given.length),
      ...resumed.env,
      ...secrets,
      ...(asked ? visible : {}),
    },
  };
}

/** What `setup` sees, secrets apart. */
export const setupEnvironment = (
  spec: Run['spec'],
  { runId, epoch }: Pick<Attempt, 'runId' | 'epoch'>,
  gpus: number,
): Record<string, string> =>
  runEnvironment(spec, { nodeIps: ['127.0.0.1'], gpusPerNode: gpus, taskId: `${runId}-${epoch}` });

/** What decides whether setup is to be done anew. Of a run that another laptop launched the files are not known here. */
export async function snapshotFiles(
  { code, store }: RunsContext,
  { id }: Run,
): Promise<ReadonlyMap<string, string> | undefined> {
  const snapshot = store.runs.get(id)?.snapshot ?? null;
  if (snapshot === null) return undefined;
  try {
    return await code.files(snapshot.id);
  } catch (error) {
    if (TrainyardError.from(error).code === 'SNAPSHOT_UNKNOWN') return undefined;
    throw error;
  }
}
