import type { RunsPrograms } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Run } from '#shared/domain/run.ts';
import type { Label } from '#shared/domain/sensitivity.ts';
import type { RunsContext } from '../context.ts';
import { secretsNeeded } from '../errors.ts';
import { sendCode } from '../prepare.ts';
import { type SnapshotTaker, type TakenCode, takenFrom } from '../snapshots.ts';
import { setupKey } from '../spec/index.ts';
import { codeDirectory, setupEnvironment, snapshotFiles } from '../start.ts';
import type { Connected } from '../turns.ts';

export interface Brought {
  runDirectory: string;
  codeDirectory: string;
  /** Relative to the code's directory; of a directory that is new as a whole only its own path. */
  madeBySetup: ReadonlySet<string>;
  /**
   * `missing`: this computer does not have the run's code (another one launched it) and neither has the machine: set-up was
   * not run. To be called again when the code has been copied there from where the run is.
   */
  code: 'brought' | 'there' | 'missing';
}

/** Brings code and set-up to a machine ahead of the run. Done again it changes nothing and answers the same. */
export async function bring(
  context: RunsContext,
  snapshots: SnapshotTaker,
  run: Run,
  machineId: string,
  connected: Connected,
  options: { signal: AbortSignal; onProgress?: (done: number, total: number) => void },
): Promise<Brought> {
  const { programs, box } = connected;
  const signal = AbortSignal.any([options.signal, connected.signal]);
  const { root } = await box.install(signal);
  const runDirectory = `${root}/runs/${run.id}`;
  const directory = `${runDirectory}/${codeDirectory}`;
  const files = await snapshotFiles(context, run);
  const key = setupKey(run.spec, files);
  const place = { runDirectory, codeDirectory: directory };

  const note = context.notes.get('prepared', run.id, 0);
  const before = await list(programs, directory, signal);
  if (before !== null && note !== null && note.machineId === machineId && note.setupKey === key) {
    // Its mark may be gone with the directory, though the files were copied there again since.
    await warm(context, run, machineId, key, connected, signal);
    return { ...place, madeBySetup: new Set(note.madeBySetup), code: 'there' };
  }
  let code: Brought['code'] = 'there';
  if (before === null) {
    mustBeAllowed(context, run, machineId);
    const taken = await codeOf(context, snapshots, run, signal);
    if (taken === null) return { ...place, madeBySetup: new Set(), code: 'missing' };
    const onProgress = (done: number, total: number) => options.onProgress?.(done, total);
    await sendCode(context, { root, runId: run.id }, programs, taken, { signal, onProgress });
    code = 'brought';
  }
  const sent = before ?? (await list(programs, directory, signal)) ?? [];
  await warm(context, run, machineId, key, connected, signal);
  const after = key === null ? [] : ((await list(programs, directory, signal)) ?? []);
  const madeBySetup = [...new Set([...added(sent, after), ...environments(after, files)])];
  context.notes.set('prepared', run.id, 0, { machineId, setupKey: key, madeBySetup });
  return { ...place, madeBySetup: new Set(madeBySetup), code };
}

/** Right before the first byte leaves: labels and policies may have changed since the move was let in. */
function mustBeAllowed(context: RunsContext, run: Run, machineId: string): void {
  const said = context.notes.get('admission', run.id, 0);
  if (said?.machineId !== machineId) {
    const objection = objectionTo(context, run, machineId);
    if (objection !== null) throw objection;
    return;
  }
  const { actor, sensitivity, override } = said;
  const sources = sourcesOfRun(context, run);
  const going = { run, epoch: run.epoch + 1, machineId, sources };
  context.policy?.admit({ ...going, action: 'run.restart', actor, sensitivity, override });
}

/** What stands against the run's data going there, by today's labels; null: nothing. */
export function objectionTo(
  context: RunsContext,
  run: Run,
  machineId: string,
  sensitivity?: Label,
): TrainyardError | null {
  const going = { run, epoch: run.epoch, machineId, sources: sourcesOfRun(context, run), sensitivity };
  return context.policy?.objection?.(going) ?? null;
}

function sourcesOfRun(context: RunsContext, run: Run): string[] {
  const note = context.notes.get('launch', run.id, run.epoch);
  return takenFrom(context, run, note?.baseDirectory ?? null);
}

/** Null where this computer does not have it: another one launched the run. */
async function codeOf(
  context: RunsContext,
  snapshots: SnapshotTaker,
  run: Run,
  signal: AbortSignal,
): Promise<TakenCode | null> {
  const mounts = context.notes.get('mounts', run.id, 0) ?? [];
  const needed = [
    ...(run.snapshot === null ? [] : [run.snapshot.id]),
    ...mounts.map((one) => one.snapshotId),
  ];
  const bringsMounts = Object.keys(run.spec.fileMounts).length > 0;
  // Taken anew it would not be the code that the run was started with.
  if ((run.spec.workdir !== null && run.snapshot === null) || (bringsMounts && mounts.length === 0))
    return null;
  try {
    for (const id of needed) await context.code.files(id);
  } catch (error) {
    if (TrainyardError.from(error).code === 'SNAPSHOT_UNKNOWN') return null;
    throw error;
  }
  return snapshots.of(run, signal, () => undefined);
}

async function warm(
  context: RunsContext,
  run: Run,
  machineId: string,
  key: string | null,
  { box }: Connected,
  signal: AbortSignal,
): Promise<void> {
  const { spec } = run;
  if (key === null || spec.setup === null) return;
  const note = context.notes.get('launch', run.id, run.epoch);
  const names = note?.secretNames ?? spec.secretNames;
  const secrets = context.secrets.take(run.id, names, note?.credentials ?? {}, run.name);
  if (!secrets.ok)
    throw secrets.why.code === 'RUN_SECRETS_LOST' ? secretsNeeded(secrets.missing) : secrets.why;
  const reserved = context.reservations.on(machineId).filter(({ runId }) => runId === run.id);
  const gpus = reserved.at(0)?.accelerators.length ?? 0;
  const env = {
    ...setupEnvironment(spec, { runId: run.id, epoch: run.epoch + 1 }, gpus),
    ...secrets.values,
  };
  await box.warm({ runId: run.id, workdir: codeDirectory, setup: spec.setup, setupKey: key, env }, signal);
}

const listScript = `
[ -d "$1" ] || { printf 'none\\0'; exit 0; }
cd "$1" || exit 1
printf 'list\\0'
find . -mindepth 1 -print0 2>/dev/null || find . -exec printf '%s\\0' {} \\;
`;

/** Every path below a directory; null where there is none. */
async function list(
  programs: RunsPrograms,
  directory: string,
  signal: AbortSignal,
): Promise<string[] | null> {
  const result = await programs.exec(
    { script: listScript, args: [directory] },
    { signal, timeoutMs: 120_000, maxOutputBytes: 256 * 1024 * 1024 },
  );
  const [word, ...paths] = result.stdout.toString('utf8').split('\0');
  if (word === 'none') return null;
  return paths.map((one) => one.replace(/^\.\//, '')).filter((one) => one !== '' && one !== '.');
}

/** Environments know by heart where they lie: one that is there from before is never replaced by another machine's. */
export const environments = (
  paths: readonly string[],
  files: ReadonlyMap<string, string> | undefined,
): string[] =>
  paths.flatMap((path) => {
    const [, directory] = /^(.+)\/(?:pyvenv\.cfg|conda-meta)$/.exec(path) ?? [];
    return directory === undefined || files?.has(path) ? [] : [directory];
  });

/** What is new, the topmost directories only. */
export function added(before: readonly string[], after: readonly string[]): string[] {
  const known = new Set(before);
  const fresh = new Set(after.filter((path) => !known.has(path)));
  return [...fresh].filter((path) => {
    const parent = path.lastIndexOf('/');
    return parent === -1 || !fresh.has(path.slice(0, parent));
  });
}
