import { createHash, hash as hashOnce } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { TrainyardError } from '#shared/domain/error.ts';
import { changing, laptopFull, unreadable } from '../errors.ts';
import { piecesOf } from '../snapshot/hash-file.ts';
import type { TreeEntry } from '../snapshot/types.ts';
import { applied, type Difference, layerId, type Tree } from '../sync/layer.ts';
import { endOfArchive, headerOf, memberOf, paddingOf } from '../sync/tar.ts';
import { Turns } from '../turns.ts';

const entrySchema = z.discriminatedUnion('kind', [
  z.object({
    path: z.string(),
    kind: z.literal('file'),
    mode: z.number(),
    size: z.number(),
    sha256: z.string(),
    mtimeMs: z.number(),
  }),
  z.object({ path: z.string(), kind: z.literal('link'), target: z.string() }),
  z.object({ path: z.string(), kind: z.literal('directory'), mode: z.number() }),
]);
const layerSchema = z.object({
  parent: z.string().nullable(),
  /** Of data.tar. */
  sha256: z.string(),
  bytes: z.number(),
  entries: z.array(entrySchema),
  gone: z.array(z.string()),
});

export interface Layer {
  id: string;
  parent: string | null;
  sha256: string;
  bytes: number;
  entries: readonly TreeEntry[];
  gone: readonly string[];
}

const mostTreesKept = 12;

/**
 * Layers on this computer: `<directory>/<id>/data.tar` and `layer.json`. A layer is written aside and renamed, so it is
 * whole or not there. What its files held when the snapshot was taken stays, whatever happens to the workdir.
 */
export class Layers {
  readonly #directory: string;
  readonly #layers = new Map<string, Layer>();
  readonly #trees = new Map<string, Tree>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  dataOf(id: string): string {
    return path.join(this.#directory, id, 'data.tar');
  }

  /** Null where it is not here or damaged. */
  async get(id: string): Promise<Layer | null> {
    const known = this.#layers.get(id);
    if (known !== undefined) return known;
    const text = await readFile(path.join(this.#directory, id, 'layer.json'), 'utf8').catch(() => null);
    if (text === null) return null;
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch {
      return null;
    }
    const parsed = layerSchema.safeParse(data);
    if (!parsed.success) return null;
    const layer = { id, ...parsed.data };
    this.#layers.set(id, layer);
    return layer;
  }

  /** What the layer's archive holds of a file; null: the file is not one of its own. */
  async contentIn(layer: Layer, wanted: TreeEntry & { kind: 'file' }): Promise<Buffer | null> {
    let at = 0;
    for (const entry of layer.entries) {
      const header = headerOf(memberOf(entry)).length;
      if (entry.kind === 'file' && entry.path === wanted.path && entry.sha256 === wanted.sha256) {
        const handle = await open(this.dataOf(layer.id), 'r');
        try {
          const content = Buffer.alloc(entry.size);
          await handle.read(content, 0, entry.size, at + header);
          return sha256Of(content) === entry.sha256 ? content : null;
        } finally {
          await handle.close();
        }
      }
      at += header;
      if (entry.kind === 'file') at += entry.size + paddingOf(entry.size).length;
    }
    return null;
  }

  /** From the bottom up; null where one of them is missing. */
  async chain(id: string): Promise<Layer[] | null> {
    const chain: Layer[] = [];
    for (let at: string | null = id; at !== null; ) {
      const layer: Layer | null = await this.get(at);
      if (layer === null || chain.length > 1000) return null;
      chain.unshift(layer);
      at = layer.parent;
    }
    return chain;
  }

  async tree(id: string): Promise<Tree | null> {
    const kept = this.#trees.get(id);
    if (kept !== undefined) return kept;
    const chain = await this.chain(id);
    if (chain === null) return null;
    const tree = chain.reduce<Tree>((base, layer) => applied(base, layer), new Map());
    this.remember(id, tree);
    return tree;
  }

  remember(id: string, tree: Tree): void {
    this.#trees.delete(id);
    this.#trees.set(id, tree);
    const oldest = this.#trees.keys().next();
    if (this.#trees.size > mostTreesKept && !oldest.done) this.#trees.delete(oldest.value);
  }

  /**
   * Writes a layer whose files are read from `source`, verifying that each still is what its entry says:
   * SNAPSHOT_FILE_CHANGING where it is not.
   */
  async add(
    parent: string | null,
    difference: Difference,
    source: (entry: TreeEntry) => string,
    { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
  ): Promise<Layer> {
    const id = layerId(parent, difference);
    const present = await this.get(id);
    if (present !== null) return present;
    const aside = path.join(this.#directory, `.new-${id}-${process.pid}`);
    await rm(aside, { recursive: true, force: true });
    await mkdir(aside, { recursive: true, mode: 0o700 });
    try {
      const written = await writeArchive(path.join(aside, 'data.tar'), difference, source, {
        signal,
        onProgress,
      });
      const { entries, gone } = difference;
      const layer: Layer = { id, parent, ...written, entries, gone };
      const { id: _, ...stored } = layer;
      await writeDurably(path.join(aside, 'layer.json'), JSON.stringify(stored));
      await this.#place(aside, id);
      this.#layers.set(id, layer);
      return layer;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw laptopFull(difference.bytes);
      throw error;
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }

  /** Somebody else may have been quicker with the same layer; one that is there and damaged makes way. */
  async #place(aside: string, id: string): Promise<void> {
    const place = path.join(this.#directory, id);
    try {
      await rename(aside, place);
    } catch (error) {
      if ((await this.get(id)) !== null) return;
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
      await rm(place, { recursive: true, force: true });
      await rename(aside, place);
    }
  }

  /** Removes what is not needed by any of these layers. Returns how many went. */
  async keepOnly(needed: ReadonlySet<string>): Promise<number> {
    const names = await readdir(this.#directory).catch(() => []);
    const lost = names.filter((name) => !needed.has(name));
    for (const name of lost) {
      this.#layers.delete(name);
      this.#trees.delete(name);
      await rm(path.join(this.#directory, name), { recursive: true, force: true });
    }
    return lost.length;
  }
}

interface Writing {
  signal: AbortSignal | undefined;
  onProgress: ((done: number, total: number) => void) | undefined;
}

async function writeArchive(
  file: string,
  { entries, bytes: total }: Difference,
  source: (entry: TreeEntry) => string,
  { signal, onProgress }: Writing,
): Promise<{ sha256: string; bytes: number }> {
  const handle = await open(file, 'wx', 0o600);
  try {
    const out = new HashedWriter(handle);
    const turns = new Turns(signal);
    for (const entry of entries) {
      await turns.give();
      await out.write(headerOf(memberOf(entry)));
      if (entry.kind !== 'file') continue;
      await copyContent(out, source(entry), entry, signal, () => onProgress?.(out.bytes, total));
      await out.write(paddingOf(entry.size));
    }
    await out.write(endOfArchive);
    const done = await out.finish();
    await handle.sync();
    onProgress?.(total, total);
    return done;
  } finally {
    await handle.close();
  }
}

const smallBytes = 1_048_576;
const sha256Of = (content: Buffer): string => hashOnce('sha256', content, 'hex');

async function copyContent(
  out: HashedWriter,
  from: string,
  entry: TreeEntry & { kind: 'file' },
  signal: AbortSignal | undefined,
  tell: () => void,
): Promise<void> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    if (entry.size <= smallBytes) {
      const content = readFileSync(from);
      if (content.length !== entry.size || sha256Of(content) !== entry.sha256) throw changing(entry.path);
      await out.write(content);
      return;
    }
    const handle = await open(from, 'r');
    try {
      for await (const piece of piecesOf(handle)) {
        signal?.throwIfAborted();
        bytes += piece.length;
        if (bytes > entry.size) break;
        hash.update(piece);
        await out.write(piece);
        tell();
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (
      signal?.aborted ||
      error instanceof TrainyardError ||
      (error as NodeJS.ErrnoException).code === 'ENOSPC'
    )
      throw error;
    throw unreadable(entry.path, error);
  }
  if (bytes !== entry.size || hash.digest('hex') !== entry.sha256) throw changing(entry.path);
}

/** Gathers small pieces into large writes, and hashes what goes by. */
class HashedWriter {
  bytes = 0;
  readonly #handle: FileHandle;
  readonly #hash = createHash('sha256');
  readonly #buffer = Buffer.allocUnsafe(1_048_576);
  #filled = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(piece: Buffer): Promise<void> {
    this.bytes += piece.length;
    if (this.#filled + piece.length > this.#buffer.length) await this.#flush();
    if (piece.length >= this.#buffer.length) {
      this.#hash.update(piece);
      await writeAll(this.#handle, piece);
      return;
    }
    piece.copy(this.#buffer, this.#filled);
    this.#filled += piece.length;
  }

  async finish(): Promise<{ sha256: string; bytes: number }> {
    await this.#flush();
    return { sha256: this.#hash.digest('hex'), bytes: this.bytes };
  }

  async #flush(): Promise<void> {
    const piece = this.#buffer.subarray(0, this.#filled);
    this.#filled = 0;
    this.#hash.update(piece);
    await writeAll(this.#handle, piece);
  }
}

async function writeAll(handle: FileHandle, piece: Buffer): Promise<void> {
  for (let at = 0; at < piece.length; ) at += (await handle.write(piece, at, piece.length - at)).bytesWritten;
}

/** Aside, to the disk, then renamed. */
export async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}
