import type { CopySession, Manifest } from '#backend/copies/index.ts';
import { runUnknown } from '#backend/store/index.ts';
import { checkpointFramework, type FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import type { CopyProgress } from '#shared/domain/copy.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { type Attempt, hasEnded, type Run } from '#shared/domain/run.ts';
import { copyable } from './choose.ts';
import { filesOf, type KeepingDependencies } from './context.ts';
import { type Description, descriptionFile, directoryOf, type KeptManifest } from './description.ts';
import { beingMoved, inPlace, neverStarted, nothingToKeep, rotatedAway } from './errors.ts';
import { leaveAllBut } from './globs.ts';
import type { Kept } from './rows.ts';

const mostRotations = 5;
const busyMs = 1_000;
const codeDirectory = 'code';

export interface KeepOptions {
  signal: AbortSignal;
  /** What is known of it has changed: to be saved and told. */
  onChange(kept: Kept): void;
  onProgress(progress: CopyProgress): void;
}

interface Part {
  manifest: Manifest | null;
  files: number;
  bytes: number;
  sharedBytes: number;
}
const nothing: Part = { manifest: null, files: 0, bytes: 0, sharedBytes: 0 };

/**
 * Makes one backup, or goes on with one that was cut off: checkpoint, code, further files, each verified by hash, and the
 * description last. Resolves with it as it is then, not yet marked as verified.
 */
export async function keepOne(
  context: KeepingDependencies,
  given: Kept,
  options: KeepOptions,
): Promise<Kept> {
  const { store, clock } = context;
  const run = store.runs.get(given.shown.runId);
  if (run === undefined) throw runUnknown(given.shown.runId);
  if (context.handover.claimedBy(run.id) !== null) throw beingMoved(run.name);
  const source = run.attempts.findLast(({ directory }) => directory !== null);
  if (source === undefined) throw neverStarted(run.name);
  const target = {
    machineId: given.shown.machineId,
    directory: directoryOf(given.base, run.id, given.shown.id),
  };

  const work = { context, run, source, target, options };
  const { kept, part: checkpoint, from } = await keepCheckpoint(work, given);
  await context.onStep?.('checkpoint');
  const artefacts = await keepArtefacts(work, kept.artefacts);
  await context.onStep?.('artefacts');
  if (from === null && artefacts.files === 0) throw nothingToKeep(run.name);
  const code = await keepCode(work, kept.base);
  await context.onStep?.('code');

  const parts = [checkpoint, artefacts, code.part];
  const sum = (value: (part: Part) => number) => parts.reduce((total, part) => total + value(part), 0);
  const shown = {
    ...kept.shown,
    files: sum(({ files }) => files),
    bytes: sum(({ bytes }) => bytes),
    sharedBytes: sum(({ sharedBytes }) => sharedBytes),
  };
  const description: Description = {
    version: 1,
    id: shown.id,
    createdAt: shown.createdAt,
    verifiedAt: clock.now(),
    epoch: shown.epoch,
    run: {
      id: run.id,
      name: run.name,
      yaml: run.yaml,
      spec: run.spec,
      snapshot: run.snapshot,
      priority: run.priority,
      acceleratorsAsked: run.acceleratorsAsked,
    },
    from: { machineName: source.machineName, directory: source.directory ?? '' },
    checkpoint: shown.checkpoint,
    writtenAt: kept.writtenAt,
    code: code.directory,
    files: shown.files,
    bytes: shown.bytes,
    manifests: {
      checkpoint: asKept(checkpoint.manifest),
      artefacts: asKept(artefacts.manifest),
      code: asKept(code.part.manifest),
    },
  };
  const files = await filesOf(context, target.machineId, options.signal);
  await files.write(target.directory, descriptionFile, JSON.stringify(description), options.signal);
  await context.onStep?.('described');
  return { ...kept, shown };
}

interface Work {
  context: KeepingDependencies;
  run: Run;
  source: Attempt;
  target: { machineId: string; directory: string };
  options: KeepOptions;
}

/** The trainer may remove it meanwhile, by its own rotation, or write it anew: then the next is taken. */
async function keepCheckpoint(
  work: Work,
  given: Kept,
): Promise<{ kept: Kept; part: Part; from: FoundCheckpoint | null }> {
  const { context, run, source, target, options } = work;
  const directory = source.directory === null ? null : context.looks.directoryOf(run.spec, source.directory);
  if (directory === null || given.shown.checkpoint === null)
    return { kept: withNo(given), part: nothing, from: null };
  let kept = given;
  for (;;) {
    const chosen = await choose(work, directory, kept.shown.checkpoint);
    if (chosen === null) return { kept: withNo(kept), part: nothing, from: null };
    const { path, step, framework } = chosen;
    kept = {
      ...kept,
      writtenAt: chosen.modifiedAt,
      shown: { ...kept.shown, checkpoint: { path, step, framework }, epoch: source.epoch },
    };
    options.onChange(kept);
    await context.onStep?.('chosen');
    try {
      const part = await send(work, directory, `${target.directory}/checkpoint`, chosen.files, (way) => {
        kept = { ...kept, shown: { ...kept.shown, copyPath: way } };
      });
      const still = (await look(work, directory)).find((one) => one.path === path);
      const same = still?.complete && still.modifiedAt === chosen.modifiedAt && still.bytes === chosen.bytes;
      if (same || isAtRest(still, part)) return { kept, part, from: chosen };
    } catch (error) {
      const { code } = TrainyardError.from(error);
      if (code !== 'COPY_SOURCE_CHANGING' && code !== 'COPY_SOURCE_MISSING') throw error;
    }
    kept = { ...kept, tries: kept.tries + 1 };
    if (kept.tries > mostRotations) throw rotatedAway(run.name);
    options.onChange(kept);
    const files = await filesOf(context, target.machineId, options.signal);
    await files.remove(kept.base, run.id, kept.shown.id, options.signal);
  }
}

/** It was rotated away after the last of its bytes had been verified: the copy is whole all the same. */
const isAtRest = (still: FoundCheckpoint | undefined, part: Part): boolean =>
  still === undefined && part.manifest !== null;

const withNo = (kept: Kept): Kept => ({ ...kept, shown: { ...kept.shown, checkpoint: null } });

/** The one that was chosen before, where it is still whole; else the newest that may be copied. */
async function choose(
  work: Work,
  directory: string,
  before: Kept['shown']['checkpoint'],
): Promise<FoundCheckpoint | null> {
  const found = await look(work, directory);
  const live = !hasEnded(work.source.state);
  const usable = found.filter((one) => copyable({ ...one, gone: false }, live));
  const same = usable.find(({ path, step }) => path === before?.path && step === before.step);
  const newest = same ?? usable.at(-1) ?? null;
  if (newest === null && found.some(({ complete }) => complete)) throw inPlace(work.run.name);
  return newest;
}

async function look({ context, run, source, options }: Work, directory: string): Promise<FoundCheckpoint[]> {
  const framework = checkpointFramework.safeParse(run.spec.checkpoint?.framework);
  try {
    return await context.looks.inspect(source.machineId, directory, {
      framework: framework.success ? framework.data : null,
      own: context.looks.ownOf(run.spec),
      signal: options.signal,
    });
  } catch (error) {
    if (TrainyardError.from(error).code === 'CHECKPOINT_DIRECTORY_MISSING') return [];
    throw error;
  }
}

/** Further files of the working directory. What is written on meanwhile is left out. */
async function keepArtefacts(work: Work, globs: readonly string[]): Promise<Part> {
  if (globs.length === 0) return nothing;
  const from = `${work.source.directory}/${codeDirectory}`;
  try {
    return await send(
      work,
      from,
      `${work.target.directory}/artefacts`,
      'all',
      () => undefined,
      leaveAllBut(globs),
    );
  } catch (error) {
    if (TrainyardError.from(error).code === 'COPY_SOURCE_MISSING') return nothing;
    throw error;
  }
}

/** By its hash: all backups of runs with the same code share it. Code that the run has changed or removed is not kept. */
async function keepCode(work: Work, base: string): Promise<{ directory: string | null; part: Part }> {
  const { context, run, source, options } = work;
  const none = { directory: null, part: nothing };
  const files = run.snapshot === null ? null : await knownFiles(context, run.snapshot.id);
  if (files === null || files.length === 0) return none;
  const from = `${source.directory}/${codeDirectory}`;
  try {
    const { digest } = await context.copies.hash(
      { machineId: source.machineId, path: from },
      files,
      options.signal,
      { gentle: true },
    );
    const directory = `code/${digest}`;
    const part = await send(work, from, `${base}/${directory}`, files, () => undefined);
    return part.manifest?.digest === digest ? { directory, part } : none;
  } catch (error) {
    const { code } = TrainyardError.from(error);
    if (code !== 'COPY_SOURCE_CHANGING' && code !== 'COPY_SOURCE_MISSING') throw error;
    context.log.warn({ runId: run.id, code }, 'the code of a run is not as it was and was not kept');
    return none;
  }
}

async function knownFiles(
  context: KeepingDependencies,
  snapshotId: string,
): Promise<readonly string[] | null> {
  try {
    return await context.codeFiles(snapshotId);
  } catch (error) {
    // Another computer launched the run.
    if (TrainyardError.from(error).code === 'SNAPSHOT_UNKNOWN') return null;
    throw error;
  }
}

/** All backups of runs with the same code share it: another one may be bringing it right now, and is waited for. */
async function opened(
  { context, source, target, options }: Work,
  from: string,
  to: string,
): Promise<CopySession> {
  for (;;) {
    try {
      return await context.copies.open(
        { machineId: source.machineId, path: from },
        { machineId: target.machineId, path: to },
        { signal: options.signal },
      );
    } catch (error) {
      if (TrainyardError.from(error).code !== 'COPY_BUSY') throw error;
      await context.clock.sleep(busyMs, options.signal);
    }
  }
}

async function send(
  work: Work,
  from: string,
  to: string,
  files: readonly string[] | 'all',
  onWay: (way: Kept['shown']['copyPath']) => void,
  except?: (path: string) => boolean,
): Promise<Part> {
  const { signal, onProgress } = work.options;
  const session = await opened(work, from, to);
  try {
    onWay(session.kind);
    const result = await session.send(files, {
      signal,
      onProgress,
      gentle: true,
      changing: except === undefined ? 'fail' : 'leave',
      ...(except === undefined ? {} : { except }),
    });
    const { manifest, bytes, sharedBytes } = result;
    return { manifest, files: result.files, bytes, sharedBytes };
  } finally {
    await session.close();
  }
}

function asKept(manifest: Manifest | null): KeptManifest | null {
  if (manifest === null) return null;
  const files = [...manifest.files].map(([path, what]) => ({ path, ...what }));
  return { algorithm: manifest.algorithm, digest: manifest.digest, files };
}
