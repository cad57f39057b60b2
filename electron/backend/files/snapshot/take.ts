import { createHash } from 'node:crypto';
import {
  type BigIntStats,
  type Dirent,
  lstatSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { changing, nameInvalid, notADirectory, sourceMissing, tooManyFiles, unreadable } from '../errors.ts';
import { Turns } from '../turns.ts';
import { gitState } from './git.ts';
import { HashCache } from './hash-cache.ts';
import { hashFile } from './hash-file.ts';
import { IgnoreRules } from './ignore-rules.ts';
import type { Snapshot, SnapshotNotice, TreeEntry } from './types.ts';

export interface TakeOptions {
  signal?: AbortSignal;
  onProgress?: (done: number, total: number, unit: 'files' | 'bytes') => void;
  cache?: HashCache;
  now?: () => number;
  /** Tests: called for each file between its reading and the look at whether it changed. */
  onRead?: (path: string) => void;
}

const mostFiles = 1_000_000;

interface Found {
  path: string;
  stats: BigIntStats;
}

/**
 * Records a directory as it is now. Rejects with SNAPSHOT_NOT_A_DIRECTORY, SNAPSHOT_UNREADABLE, SNAPSHOT_FILE_CHANGING,
 * SNAPSHOT_NAME_INVALID or SNAPSHOT_TOO_LARGE, or the signal's reason. Links are kept as links and never followed;
 * sockets, pipes and devices are left out and said in `notices`.
 */
export async function takeSnapshot(directory: string, options: TakeOptions = {}): Promise<Snapshot> {
  const { signal } = options;
  const workdir = realDirectory(directory);
  const stop = new AbortController();
  const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const git = gitState(workdir, both);
  try {
    const tree = await new Walk(workdir, options).tree();
    return describe({ workdir, isFile: false, git: await git, ...tree });
  } catch (error) {
    stop.abort();
    await git.catch(() => null);
    throw error;
  }
}

/** A file or a directory of `file_mounts` as a tree; a single file is named `name` in it. */
export async function takeMount(source: string, name: string, options: TakeOptions = {}): Promise<Snapshot> {
  const stats = statSync(source, { throwIfNoEntry: false });
  if (stats === undefined) throw sourceMissing(source);
  if (stats.isDirectory()) return takeSnapshot(source, options);
  const file = realpathSync(source);
  const { signal } = options;
  const hashed = await hashFile(file, source, signal === undefined ? {} : { signal });
  const entry: TreeEntry = {
    path: name,
    kind: 'file',
    mode: Number(hashed.stats.mode) & 0o777,
    size: Number(hashed.stats.size),
    sha256: hashed.sha256,
    mtimeMs: Number(hashed.stats.mtimeNs / 1_000_000n),
  };
  return describe({ workdir: file, isFile: true, git: null, entries: [entry], notices: [] });
}

function realDirectory(directory: string): string {
  try {
    const real = realpathSync(directory);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    throw notADirectory(`${directory} (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  throw notADirectory(directory);
}

function describe(found: Omit<Snapshot, 'id' | 'files' | 'bytes'>): Snapshot {
  const files = found.entries.filter((entry) => entry.kind === 'file');
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  return { ...found, id: treeId(found.entries), files: files.length, bytes };
}

/** Where the bytes of an entry lie on this computer. */
export const sourceOf = (snapshot: Snapshot, entry: TreeEntry): string =>
  snapshot.isFile ? snapshot.workdir : path.join(snapshot.workdir, entry.path);

/** Names a tree by what it holds. Times are no part of it. */
export function treeId(entries: readonly TreeEntry[]): string {
  const hash = createHash('sha256').update('trainyard-tree-1\n');
  for (const entry of entries) hash.update(entryLine(entry));
  return hash.digest('hex').slice(0, 32);
}

export function entryLine(entry: TreeEntry): string {
  if (entry.kind === 'file') return `f\0${entry.path}\0${entry.mode}\0${entry.sha256}\n`;
  return entry.kind === 'link' ? `l\0${entry.path}\0${entry.target}\n` : `d\0${entry.path}\0${entry.mode}\n`;
}

class Walk {
  readonly #workdir: string;
  readonly #options: TakeOptions;
  readonly #cache: HashCache;
  readonly #notices: SnapshotNotice[] = [];
  readonly #entries: TreeEntry[] = [];
  readonly #files: Found[] = [];
  readonly #turns: Turns;

  constructor(workdir: string, options: TakeOptions) {
    this.#workdir = workdir;
    this.#options = options;
    this.#turns = new Turns(options.signal);
    this.#cache = options.cache ?? new HashCache();
  }

  async tree(): Promise<{ entries: TreeEntry[]; notices: SnapshotNotice[] }> {
    await this.#directory('', IgnoreRules.ofWorkdir(this.#workdir));
    await this.#hashAll();
    this.#entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    return { entries: this.#entries, notices: this.#notices };
  }

  /** Returns whether anything of it is kept. */
  async #directory(directory: string, around: IgnoreRules): Promise<boolean> {
    await this.#turns.give();
    const children = this.#list(directory);
    const hasGitignore = children.some((child) => child.name === '.gitignore');
    const rules = around.inside(this.#workdir, directory, hasGitignore);
    let kept = false;
    for (const child of children) {
      if (child.name === '.git') continue;
      const at = directory === '' ? child.name : `${directory}/${child.name}`;
      if (rules.ignores(at, child.isDirectory())) continue;
      if (child.isDirectory()) {
        if (!(await this.#directory(at, rules))) this.#emptyDirectory(at);
        kept = true;
      } else kept = this.#other(child, at) || kept;
    }
    return kept;
  }

  #list(directory: string): Dirent[] {
    const absolute = path.join(this.#workdir, directory);
    try {
      return readdirSync(absolute, { withFileTypes: true });
    } catch (error) {
      if (this.#isGone(error)) throw changing(directory === '' ? this.#workdir : directory);
      throw unreadable(directory === '' ? this.#workdir : directory, error);
    }
  }

  #emptyDirectory(at: string): void {
    this.#entries.push({ path: at, kind: 'directory', mode: Number(this.#stat(at).mode) & 0o777 });
  }

  #other(child: Dirent, at: string): boolean {
    if (child.isSymbolicLink()) this.#link(at);
    else if (child.isFile()) {
      if (this.#files.length >= mostFiles) throw tooManyFiles(this.#workdir, mostFiles);
      this.#files.push({ path: at, stats: this.#stat(at) });
    } else {
      this.#notices.push({ kind: 'special-file', path: at });
      return false;
    }
    return true;
  }

  #stat(at: string): BigIntStats {
    try {
      return lstatSync(path.join(this.#workdir, at), { bigint: true });
    } catch (error) {
      if (at.includes('\ufffd')) throw nameInvalid(path.dirname(at));
      if (this.#isGone(error)) throw changing(at);
      throw unreadable(at, error);
    }
  }

  #isGone(error: unknown): boolean {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }

  #link(at: string): void {
    let target: string;
    try {
      target = readlinkSync(path.join(this.#workdir, at));
    } catch (error) {
      throw at.includes('\ufffd') ? nameInvalid(path.dirname(at)) : unreadable(at, error);
    }
    const leads = path.resolve(this.#workdir, path.dirname(at), target);
    const inside =
      !path.isAbsolute(target) &&
      (leads === this.#workdir || leads.startsWith(`${this.#workdir}${path.sep}`));
    if (!inside) this.#notices.push({ kind: 'link-leaves-tree', path: at });
    // A box reads it as its own systems write it.
    this.#entries.push({ path: at, kind: 'link', target: target.replaceAll(path.sep, '/') });
  }

  async #hashAll(): Promise<void> {
    const { onProgress, signal, now, onRead } = this.#options;
    let done = 0;
    for (const { path: at, stats } of this.#files) {
      await this.#turns.give();
      const absolute = path.join(this.#workdir, at);
      let state = stats;
      let sha256 = this.#cache.get(absolute, stats);
      if (sha256 === null) {
        const hashed = await hashFile(absolute, at, {
          ...(signal === undefined ? {} : { signal }),
          ...(now === undefined ? {} : { now }),
          ...(onRead === undefined ? {} : { onRead: () => onRead(at) }),
        });
        ({ sha256, stats: state } = hashed);
        this.#cache.set(absolute, state, sha256, hashed.hashedAtMs);
      }
      this.#entries.push({
        path: at,
        kind: 'file',
        mode: Number(state.mode) & 0o777,
        size: Number(state.size),
        sha256,
        mtimeMs: Number(state.mtimeNs / 1_000_000n),
      });
      done++;
      if (done % 256 === 0) onProgress?.(done, this.#files.length, 'files');
    }
    onProgress?.(done, this.#files.length, 'files');
  }
}
