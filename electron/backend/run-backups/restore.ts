import { newId } from '#shared/domain/id.ts';
import type { Actor } from '#shared/domain/role.ts';
import { type Attempt, hasEnded, type Run } from '#shared/domain/run.ts';
import { filesOf, type KeepingDependencies } from './context.ts';
import { type Description, descriptionFile, descriptionSchema, directoryOf } from './description.ts';
import { codeLost, damaged, notVerified, stillRunning, unreadable } from './errors.ts';
import type { BackupRows, Kept } from './rows.ts';

export const claimOf = (kept: Kept): string => `restore:${kept.shown.id}`;

/** As it lies beside the backup. Rejects with BACKUP_UNREADABLE, the machine's errors. */
export async function describe(
  context: KeepingDependencies,
  kept: Kept,
  signal: AbortSignal,
): Promise<Description> {
  const files = await filesOf(context, kept.shown.machineId, signal);
  const text = await files.read(
    directoryOf(kept.base, kept.shown.runId, kept.shown.id),
    descriptionFile,
    signal,
  );
  const read = text === null ? null : readDescription(text);
  if (read === null) throw unreadable(text === null ? 'it is not there' : 'it is not as it was written');
  return read;
}

export function readDescription(text: string): Description | null {
  try {
    const checked = descriptionSchema.safeParse(JSON.parse(text));
    return checked.success ? checked.data : null;
  } catch {
    return null;
  }
}

export interface Restoring {
  kept: Kept;
  machineId: string;
  secrets: Record<string, string>;
  requestId: string;
  actor: Actor;
  signal: AbortSignal;
}

/**
 * A new attempt of the run from this backup; where the run was deleted, a new run of the kept specification. Everything is there
 * and verified before the attempt is begun; until then nothing has happened to the run.
 */
export async function restore(
  context: KeepingDependencies,
  rows: BackupRows,
  { kept, machineId, secrets, requestId, actor, signal }: Restoring,
): Promise<Run> {
  const { handover, store } = context;
  const before = kept.restored?.requestId === requestId ? store.runs.get(kept.restored.runId) : undefined;
  if (before !== undefined) return before;
  if (kept.shown.state !== 'verified') throw notVerified();
  store.machines.require(machineId);
  const description = await describe(context, kept, signal);
  const known = store.runs.get(kept.shown.runId);
  const run = known ?? runAnew(context, description, machineId, requestId);
  const newest = run.attempts.at(-1);
  if (newest !== undefined && !hasEnded(newest.state)) throw stillRunning(run.name);
  const by = claimOf(kept);
  handover.claim(run.id, by);
  const note = (change: Partial<Kept>) => rows.save({ ...(rows.get(kept.shown.id) ?? kept), ...change });
  note({ restoring: { runId: run.id, machineId } });
  let begun = false;
  try {
    handover.admit(run.id, machineId, actor, {});
    handover.keepSecrets(run.id, secrets);
    const accelerators = handover.reserve(run.id, machineId, by);
    const resume = await bringOver(context, { kept, description, runId: run.id, machineId }, signal);
    await context.onStep?.('brought');
    const epoch = run.epoch + 1;
    const prepared = true;
    const reason = 'restore';
    await handover.begin({
      runId: run.id,
      epoch,
      machineId,
      accelerators,
      resume,
      prepared,
      actor,
      reason,
      signal,
    });
    begun = true;
    note({ restored: { requestId, runId: run.id } });
    return handover.get(run.id);
  } finally {
    handover.unreserve(run.id, machineId, by);
    handover.release(run.id, by);
    note({ restoring: null });
    // One that was made for this and never began is nothing that anybody knows.
    if (!begun && known === undefined && store.runs.get(run.id)?.epoch === 1) store.runs.remove(run.id);
  }
}

export interface Bringing {
  kept: Kept;
  description: Description;
  runId: string;
  machineId: string;
}

/** Code, set-up, further files and the checkpoint, on a machine where the run is to start. Done again it goes on. */
export async function bringOver(
  context: KeepingDependencies,
  { kept, description, runId, machineId }: Bringing,
  signal: AbortSignal,
): Promise<{ path: string; step: number | null } | null> {
  const { handover, looks, store } = context;
  const run = store.runs.require(runId);
  const directory = directoryOf(kept.base, kept.shown.runId, kept.shown.id);
  let there = await handover.prepare(runId, machineId, { signal });
  if (there.code === 'missing') {
    if (description.code === null) throw codeLost(run.name);
    await fetchPart(`${kept.base}/${description.code}`, there.codeDirectory, 'code');
    there = await handover.prepare(runId, machineId, { signal });
  }
  const given = looks.directoryOf(run.spec, there.runDirectory);
  const files = await filesOf(context, machineId, signal);
  const target = given === null ? null : await files.absolute(given, signal);
  // A trainer that looks for its newest checkpoint by itself must find this one.
  if (target?.startsWith(`${there.codeDirectory}/`))
    await files.putAside(target, `before-${kept.shown.id}`, signal);
  if (description.manifests.artefacts !== null && description.manifests.artefacts.files.length > 0)
    await fetchPart(`${directory}/artefacts`, there.codeDirectory, 'artefacts');
  if (target === null || description.checkpoint === null) return null;
  await fetchPart(`${directory}/checkpoint`, target, 'checkpoint');
  const { path, step } = description.checkpoint;
  return { path: path === '.' ? target : `${target}/${path}`, step };

  async function fetchPart(from: string, to: string, part: keyof Description['manifests']): Promise<void> {
    const listed = description.manifests[part];
    const session = await context.copies.open(
      { machineId: kept.shown.machineId, path: from },
      { machineId, path: to },
      { signal },
    );
    try {
      const names = listed?.files.map(({ path }) => path) ?? 'all';
      const { manifest } = await session.send(names, { signal, changing: 'fail' });
      if (listed !== null && manifest.digest !== listed.digest)
        throw damaged(firstDifference(manifest.files, listed));
    } finally {
      await session.close();
    }
  }
}

/** The first file that is not as it was kept; for the sentence that says so. */
export function firstDifference(
  files: ReadonlyMap<string, { bytes: number; hash: string } | { link: string }>,
  listed: NonNullable<Description['manifests']['checkpoint']>,
): string {
  const different = listed.files.find((one) => {
    const now = files.get(one.path);
    if (now === undefined) return true;
    return 'link' in one
      ? !('link' in now) || now.link !== one.link
      : !('hash' in now) || now.hash !== one.hash;
  });
  return different?.path ?? '';
}

/** The same specification under a new identifier: boxes may still know the old one. It has one attempt, that ended elsewhere. */
function runAnew(
  { store, clock }: KeepingDependencies,
  { run }: Description,
  machineId: string,
  requestId: string,
): Run {
  const id = newId();
  const machine = store.machines.require(machineId);
  const now = clock.now();
  const past: Attempt = {
    runId: id,
    epoch: 1,
    machineId,
    machineName: machine.name,
    state: 'stopped',
    evidence: { kind: 'moved', at: now, toMachineName: machine.name },
    createdAt: now,
    startedAt: null,
    endedAt: now,
    seenAt: null,
    exitCode: null,
    accelerators: [],
    logBytes: 0,
    directory: null,
    pid: null,
  };
  return store.runs.insert({
    id,
    requestId,
    name: run.name,
    priority: run.priority,
    createdAt: now,
    acceleratorsAsked: run.acceleratorsAsked,
    yaml: run.yaml,
    spec: run.spec,
    snapshot: run.snapshot,
    attempts: [past],
  }).run;
}
