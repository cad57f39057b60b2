import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { CodeSnapshot } from '#shared/domain/run.ts';
import { snapshotUnknown } from '../errors.ts';
import { HashCache } from '../snapshot/hash-cache.ts';
import { sourceOf, takeMount, takeSnapshot } from '../snapshot/take.ts';
import type { Snapshot } from '../snapshot/types.ts';
import { type Difference, differenceOf, type Tree, treeOf } from '../sync/layer.ts';
import { type Layer, Layers, writeDurably } from './layers.ts';

const storedSnapshot = z.object({
  layer: z.string(),
  workdir: z.string(),
  takenAt: z.number(),
  files: z.number(),
  bytes: z.number(),
});
type StoredSnapshot = z.infer<typeof storedSnapshot>;

export interface TakeProgress {
  signal?: AbortSignal;
  onProgress?: (done: number, total: number, unit: 'files' | 'bytes') => void;
}

/** Edits since a layer that are still cheap to bring again, rather than to stack another layer on top. */
const cheapBytes = 1_048_576;
const deepest = 16;
const candidates = 8;
const idPattern = /^[0-9a-f]{32}$/;

/**
 * Code snapshots kept on this computer, contents included, until they are forgotten: a queued run and a restart get the
 * code as it was, whatever the workdir has become.
 */
export class CodeStore {
  readonly #directory: string;
  readonly #layers: Layers;
  readonly #now: () => number;
  #cache: Promise<HashCache> | null = null;
  #index: Promise<Map<string, StoredSnapshot>> | null = null;
  #client: Promise<string> | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  /** `directory` is this store's alone. */
  constructor(directory: string, { now = Date.now }: { now?: () => number } = {}) {
    this.#directory = directory;
    this.#layers = new Layers(path.join(directory, 'layers'));
    this.#now = now;
  }

  get layers(): Layers {
    return this.#layers;
  }

  /** Records a directory as it is now and keeps what its files hold. */
  async take(directory: string, options: TakeProgress = {}): Promise<CodeSnapshot> {
    const cache = await this.#hashes();
    return this.#keep(await takeSnapshot(directory, { ...options, cache }), options);
  }

  /** The same for a source of `file_mounts`; a single file is called `name` in its tree. */
  async takeMount(source: string, name: string, options: TakeProgress = {}): Promise<CodeSnapshot> {
    const cache = await this.#hashes();
    return this.#keep(await takeMount(source, name, { ...options, cache }), options);
  }

  /** The snapshot's files, path → sha256. SNAPSHOT_UNKNOWN where it is not kept. */
  async files(snapshotId: string): Promise<ReadonlyMap<string, string>> {
    const { layer } = await this.#stored(snapshotId);
    const tree = await this.#layers.tree(layer);
    if (tree === null) throw snapshotUnknown(snapshotId);
    return new Map(
      [...tree.values()].flatMap((entry) => (entry.kind === 'file' ? [[entry.path, entry.sha256]] : [])),
    );
  }

  /** All that the snapshot holds, by path. SNAPSHOT_UNKNOWN where it is not kept. */
  async tree(snapshotId: string): Promise<Tree> {
    const { layer } = await this.#stored(snapshotId);
    const tree = await this.#layers.tree(layer);
    if (tree === null) throw snapshotUnknown(snapshotId);
    return tree;
  }

  /** What a file of the snapshot held; null: there is none of that path. SNAPSHOT_UNKNOWN where it is not kept. */
  async contentOf(snapshotId: string, file: string): Promise<Buffer | null> {
    const entry = (await this.tree(snapshotId)).get(file);
    if (entry?.kind !== 'file') return null;
    for (const layer of (await this.chainOf(snapshotId)).reverse()) {
      const content = await this.#layers.contentIn(layer, entry);
      if (content !== null) return content;
    }
    throw snapshotUnknown(snapshotId);
  }

  /** A directory as it is now; nothing of it is kept. Rejects as `take` does. */
  async look(directory: string, options: TakeProgress = {}): Promise<Snapshot> {
    return takeSnapshot(directory, { ...options, cache: await this.#hashes() });
  }

  /** `git diff HEAD` as it was when the snapshot was taken; '' where there was none. */
  diff(snapshotId: string): Promise<string> {
    return idPattern.test(snapshotId)
      ? readFile(path.join(this.#snapshots, `${snapshotId}.diff`), 'utf8').catch(() => '')
      : Promise.resolve('');
  }

  /** Its layers, the lowest first. SNAPSHOT_UNKNOWN where it is not kept. */
  async chainOf(snapshotId: string): Promise<Layer[]> {
    const { layer } = await this.#stored(snapshotId);
    const chain = await this.#layers.chain(layer);
    if (chain === null) throw snapshotUnknown(snapshotId);
    return chain;
  }

  /** Forgets all snapshots but these, and frees what only they needed. */
  keepOnly(snapshotIds: ReadonlySet<string>): Promise<void> {
    return this.#alone(() => this.#prune(snapshotIds));
  }

  async #prune(snapshotIds: ReadonlySet<string>): Promise<void> {
    const index = await this.#known();
    for (const id of [...index.keys()]) {
      if (snapshotIds.has(id)) continue;
      index.delete(id);
      await rm(path.join(this.#snapshots, `${id}.json`), { force: true });
      await rm(path.join(this.#snapshots, `${id}.diff`), { force: true });
    }
    const needed = new Set<string>();
    for (const { layer } of index.values()) {
      for (const { id } of (await this.#layers.chain(layer)) ?? []) needed.add(id);
    }
    await this.#layers.keepOnly(needed);
  }

  async forget(snapshotId: string): Promise<void> {
    const index = await this.#known();
    await this.#alone(() => this.#prune(new Set([...index.keys()].filter((id) => id !== snapshotId))));
  }

  /** Names this store towards boxes: unfinished transfers are its own. */
  client(): Promise<string> {
    this.#client ??= readOrMakeClient(path.join(this.#directory, 'client'));
    return this.#client;
  }

  get #snapshots(): string {
    return path.join(this.#directory, 'snapshots');
  }

  #keep(snapshot: Snapshot, options: TakeProgress): Promise<CodeSnapshot> {
    return this.#alone(() => this.#write(snapshot, options));
  }

  /** One change of the store at a time. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work, work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #write(snapshot: Snapshot, options: TakeProgress): Promise<CodeSnapshot> {
    const index = await this.#known();
    const stored = index.get(snapshot.id);
    if (stored === undefined || (await this.#layers.chain(stored.layer)) === null) {
      const layer = await this.#addLayer(snapshot, index, options);
      await this.#point(index, snapshot, layer);
    } else if (stored.workdir !== snapshot.workdir) await this.#point(index, snapshot, stored.layer);
    if (snapshot.git !== null && snapshot.git.diff !== '') {
      await writeDurably(path.join(this.#snapshots, `${snapshot.id}.diff`), snapshot.git.diff);
    }
    const cache = await this.#hashes();
    await cache.save(path.join(this.#directory, 'hashes'));
    return codeSnapshotOf(snapshot);
  }

  async #point(index: Map<string, StoredSnapshot>, snapshot: Snapshot, layer: string): Promise<void> {
    const { workdir, files, bytes } = snapshot;
    const stored = { layer, workdir, takenAt: this.#now(), files, bytes };
    await mkdir(this.#snapshots, { recursive: true, mode: 0o700 });
    await writeDurably(path.join(this.#snapshots, `${snapshot.id}.json`), JSON.stringify(stored));
    index.set(snapshot.id, stored);
  }

  async #addLayer(
    snapshot: Snapshot,
    index: ReadonlyMap<string, StoredSnapshot>,
    { signal, onProgress }: TakeProgress,
  ): Promise<string> {
    const tree = treeOf(snapshot.entries);
    const { parent, difference } = await this.#base(tree, snapshot.workdir, index);
    if (parent !== null && difference.entries.length === 0 && difference.gone.length === 0) return parent;
    const layer = await this.#layers.add(parent, difference, (entry) => sourceOf(snapshot, entry), {
      ...(signal === undefined ? {} : { signal }),
      onProgress: (done, total) => onProgress?.(done, total, 'bytes'),
    });
    this.#layers.remember(layer.id, tree);
    return layer.id;
  }

  /** The layer to build on: the lowest one from which the difference is cheap, else the one with the least. */
  async #base(
    tree: Tree,
    workdir: string,
    index: ReadonlyMap<string, StoredSnapshot>,
  ): Promise<{ parent: string | null; difference: Difference }> {
    const whole = differenceOf(new Map(), tree);
    let best: { parent: string | null; difference: Difference } = { parent: null, difference: whole };
    const recent = [...index.values()]
      .toSorted(
        (a, b) => Number(b.workdir === workdir) - Number(a.workdir === workdir) || b.takenAt - a.takenAt,
      )
      .slice(0, candidates);
    const seen = new Set<string>();
    for (const { layer: top } of recent) {
      for (const layer of (await this.#layers.chain(top)) ?? []) {
        if (seen.has(layer.id)) continue;
        seen.add(layer.id);
        const base = await this.#layers.tree(layer.id);
        if (base === null) continue;
        const difference = differenceOf(base, tree);
        const cost = costOf(difference);
        if (cost < costOf(best.difference) && (await this.#depth(layer.id)) < deepest) {
          best = { parent: layer.id, difference };
        }
        if (cost <= cheapBytes && cost < costOf(whole) / 4) return best;
      }
    }
    return costOf(best.difference) * 2 <= costOf(whole) ? best : { parent: null, difference: whole };
  }

  async #depth(layer: string): Promise<number> {
    return (await this.#layers.chain(layer))?.length ?? deepest;
  }

  #hashes(): Promise<HashCache> {
    this.#cache ??= HashCache.load(path.join(this.#directory, 'hashes'));
    return this.#cache;
  }

  #known(): Promise<Map<string, StoredSnapshot>> {
    this.#index ??= readIndex(this.#snapshots);
    return this.#index;
  }

  async #stored(snapshotId: string): Promise<StoredSnapshot> {
    const stored = (await this.#known()).get(snapshotId);
    if (stored === undefined) throw snapshotUnknown(snapshotId);
    return stored;
  }
}

/** Removing costs little, but not nothing: a base with a thousand files too many is a poor one. */
const costOf = ({ bytes, gone }: Difference): number => bytes + gone.length * 256;

async function readIndex(directory: string): Promise<Map<string, StoredSnapshot>> {
  const index = new Map<string, StoredSnapshot>();
  for (const name of await readdir(directory).catch(() => [])) {
    const id = name.replace(/\.json$/, '');
    if (!name.endsWith('.json') || !idPattern.test(id)) continue;
    const text = await readFile(path.join(directory, name), 'utf8').catch(() => '');
    const parsed = storedSnapshot.safeParse(parsedJson(text));
    if (parsed.success) index.set(id, parsed.data);
  }
  return index;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readOrMakeClient(file: string): Promise<string> {
  const present = await readFile(file, 'utf8').catch(() => '');
  if (/^[0-9a-f]{16}$/.test(present)) return present;
  const client = randomBytes(8).toString('hex');
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeDurably(file, client);
  return client;
}

const codeSnapshotOf = ({ id, workdir, files, bytes, git }: Snapshot): CodeSnapshot => ({
  id,
  workdir,
  files,
  bytes,
  git:
    git === null
      ? null
      : { commit: git.commit, branch: git.branch, dirty: git.dirty, diffBytes: git.diffBytes },
});
