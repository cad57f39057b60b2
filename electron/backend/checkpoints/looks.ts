import type { Clock } from '#backend/clock.ts';
import type { RunsPrograms } from '#backend/processes/index.ts';
import { remoteScript } from '#backend/resources.ts';
import type { CheckpointFramework, FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import { BoxDirectory } from './box-directory.ts';
import { directoryOfSpec, ownOfSpec } from './directory.ts';
import type { OwnWay } from './frameworks/own.ts';
import type { CheckpointLooks, CheckpointTree } from './interface.ts';
import { isMarker, judge, sameEntry, sameTree } from './judge.ts';
import { recognise } from './recognise.ts';
import type { Recognised } from './recogniser.ts';

export interface LooksOptions {
  /** The machine's programs, connected first where needed. */
  programs(machineId: string, signal: AbortSignal): Promise<RunsPrograms>;
  clock: Clock;
  /** Text of resources/remote/checkpoints.sh; default this clone's. */
  script?: string;
  /** At least so long between two looks at what is young. Default 500. */
  restMs?: number;
  /** How often a watch looks while nothing moves. Default 1000. */
  watchEveryMs?: number;
}

/** What was written within this time may be written on: the second look waits. By the box's own clock. */
const youngNs = 120_000_000_000n;
const busyEveryMs = 250;

/** Looks at directories of machines. Nothing is written over there, nothing loaded. */
export function createCheckpointLooks(options: LooksOptions): CheckpointLooks {
  const { clock, restMs = 500, watchEveryMs = 1000 } = options;
  let script: string | undefined = options.script;

  async function open(machineId: string, directory: string, signal: AbortSignal): Promise<BoxDirectory> {
    script ??= remoteScript('checkpoints.sh');
    return new BoxDirectory(await options.programs(machineId, signal), script, directory);
  }

  const find = async (
    box: BoxDirectory,
    tree: CheckpointTree,
    wish: { framework: CheckpointFramework | null; own?: string | null; signal: AbortSignal },
  ): Promise<Recognised[]> =>
    recognise(tree, wish.framework, await wayOf(box, wish.own ?? null, wish.signal));

  return {
    async inspect(machineId, directory, wish) {
      const box = await open(machineId, directory, wish.signal);
      const before = await box.look(wish.signal);
      const lookedAt = clock.elapsed();
      const found = await find(box, before, wish);
      if (found.length === 0) return [];
      const rest = restMs - (clock.elapsed() - lookedAt);
      if (rest > 0 && isYoung(before)) await clock.sleep(rest, wish.signal);
      return judge(found, before, await box.look(wish.signal));
    },

    async watch(machineId, directory, wish) {
      const watcher = new Watcher(wish);
      while (!wish.signal.aborted) {
        try {
          const box = await open(machineId, directory, wish.signal);
          const tree = await box.look(wish.signal);
          const moved = await watcher.take(tree, () => find(box, tree, wish));
          await clock.sleep(moved ? busyEveryMs : watchEveryMs, wish.signal);
        } catch (error) {
          if (wish.signal.aborted) return;
          // A trainer makes its directory with its first checkpoint.
          if ((error as { code?: string }).code !== 'CHECKPOINT_DIRECTORY_MISSING') throw error;
          await clock.sleep(watchEveryMs, wish.signal).catch(() => undefined);
        }
      }
    },

    directoryOf: (spec, runDirectory) => directoryOfSpec(spec, runDirectory),
    ownOf: (spec) => ownOfSpec(spec),
  };
}

async function wayOf(box: BoxDirectory, own: string | null, signal: AbortSignal): Promise<OwnWay> {
  if (own === null) return { pattern: '*' };
  return own.startsWith('!') ? { lines: await box.list(own.slice(1), signal) } : { pattern: own };
}

const isYoung = (tree: CheckpointTree): boolean =>
  tree.entries.some(({ modifiedNs, openForWriting }) => tree.nowNs - modifiedNs < youngNs || openForWriting);

interface Wish {
  onFile?: (checkpoint: string, file: string) => void;
  onComplete: (checkpoint: FoundCheckpoint) => void;
}

/** Holds each look against the one before, and tells once of each file at rest and of each checkpoint that is complete. */
class Watcher {
  readonly #wish: Wish;
  readonly #toldFiles = new Map<string, string>();
  readonly #toldCheckpoints = new Map<string, string>();
  #before: CheckpointTree | null = null;
  #found: Recognised[] = [];

  constructor(wish: Wish) {
    this.#wish = wish;
  }

  /** Resolves with whether something moves: then the next look is due soon. */
  async take(tree: CheckpointTree, find: () => Promise<Recognised[]>): Promise<boolean> {
    const before = this.#before;
    this.#before = tree;
    if (before !== null) {
      const judged = judge(this.#found, before, tree);
      for (const [at, checkpoint] of judged.entries()) this.#tell(checkpoint, this.#found[at], before, tree);
      if (sameTree(before, tree)) return false;
    }
    this.#found = await find();
    return true;
  }

  #tell(
    checkpoint: FoundCheckpoint,
    found: Recognised | undefined,
    before: CheckpointTree,
    after: CheckpointTree,
  ): void {
    const inPlace = found?.verdict.code === 'CHECKPOINT_COMPLETE_IN_PLACE';
    const mark = `${checkpoint.modifiedAt}/${checkpoint.bytes}/${checkpoint.files.length}`;
    if (this.#toldCheckpoints.get(checkpoint.path) === mark) return;
    if (!inPlace && this.#wish.onFile) this.#tellFiles(checkpoint, before, after);
    if (!checkpoint.complete) return;
    this.#toldCheckpoints.set(checkpoint.path, mark);
    this.#wish.onComplete(checkpoint);
  }

  #tellFiles(checkpoint: FoundCheckpoint, before: CheckpointTree, after: CheckpointTree): void {
    const wanted = new Set(checkpoint.files.filter((file) => !isMarker(file)));
    const earlier = new Map(
      before.entries.filter(({ path }) => wanted.has(path)).map((entry) => [entry.path, entry]),
    );
    for (const entry of after.entries) {
      const known = earlier.get(entry.path);
      if (!known || entry.kind !== 'file' || entry.openForWriting || known.openForWriting) continue;
      if (entry.bytes === 0 || !sameEntry(known, entry)) continue;
      const mark = `${entry.modifiedNs}/${entry.bytes}/${entry.inode}`;
      if (this.#toldFiles.get(entry.path) === mark) continue;
      this.#toldFiles.set(entry.path, mark);
      this.#wish.onFile?.(checkpoint.path, entry.path);
    }
  }
}
