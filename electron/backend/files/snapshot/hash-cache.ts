import type { BigIntStats } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';

interface Known {
  /** device:inode:size:mtime:ctime, in ns */
  stamp: string;
  sha256: string;
}

const mostFiles = 500_000;

/**
 * Hashes of files by what the file system says of them, so that an unchanged tree is not read again. A file that was
 * written so shortly before it was hashed that a later write could carry the same time is not remembered ("racy").
 */
export class HashCache {
  readonly #known = new Map<string, Known>();
  #changed = false;

  get(file: string, stats: BigIntStats): string | null {
    const known = this.#known.get(file);
    return known !== undefined && known.stamp === stampOf(stats) ? known.sha256 : null;
  }

  /** `hashedAtMs`: epoch ms when reading began. */
  set(file: string, stats: BigIntStats, sha256: string, hashedAtMs: number): void {
    if (isRacy(stats, hashedAtMs)) return;
    if (this.#known.size >= mostFiles) {
      const oldest = this.#known.keys().next();
      if (!oldest.done) this.#known.delete(oldest.value);
    }
    this.#known.delete(file);
    this.#known.set(file, { stamp: stampOf(stats), sha256 });
    this.#changed = true;
  }

  /** From its file; empty where there is none or it is damaged: it is only a cache. */
  static async load(file: string): Promise<HashCache> {
    const cache = new HashCache();
    const text = await readFile(file, 'utf8').catch(() => '');
    const lines = text.split('\n');
    if (lines[0] !== header) return cache;
    for (const line of lines.slice(1)) {
      const [sha256 = '', stamp = '', name = ''] = line.split('\t', 3);
      if (sha256.length === 64 && name !== '') cache.#known.set(decodeURIComponent(name), { stamp, sha256 });
    }
    return cache;
  }

  async save(file: string): Promise<void> {
    if (!this.#changed) return;
    this.#changed = false;
    const lines = [...this.#known].map(
      ([name, { sha256, stamp }]) => `${sha256}\t${stamp}\t${encodeURIComponent(name)}`,
    );
    await mkdir(path.dirname(file), { recursive: true });
    const handle = await open(`${file}.new`, 'w', 0o600);
    try {
      await handle.writeFile([header, ...lines].join('\n'));
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
  }
}

const header = 'trainyard-hashes-1';

const stampOf = (stats: BigIntStats): string =>
  `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;

/** File systems that keep whole seconds (or two) need a longer wait than those that keep the kernel's ticks. */
function isRacy(stats: BigIntStats, hashedAtMs: number): boolean {
  const latestMs = Math.max(Number(stats.mtimeNs / 1_000_000n), Number(stats.ctimeNs / 1_000_000n));
  const coarse = stats.mtimeNs % 1_000_000_000n === 0n && stats.ctimeNs % 1_000_000_000n === 0n;
  const tickMs = coarse ? 2_100 : 50;
  return latestMs + tickMs >= hashedAtMs;
}
