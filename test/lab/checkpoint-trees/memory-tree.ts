import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { CheckpointTree, TreeEntry } from '#backend/checkpoints/index.ts';

export interface MemoryFile {
  kind: TreeEntry['kind'];
  content: Buffer;
  target: string | null;
  modifiedNs: bigint;
}
export type MemoryFiles = Map<string, MemoryFile>;

const fixtures = path.join(import.meta.dirname, '..', '..', 'fixtures', 'checkpoints');
const block = 512;

/** A tree of test/fixtures/checkpoints, without its own name at the front. */
export function fixtureFiles(name: string): MemoryFiles {
  const tar = gunzipSync(readFileSync(path.join(fixtures, `${name}.tar.gz`)));
  const files: MemoryFiles = new Map();
  let longName: string | null = null;
  for (let at = 0; at + block <= tar.length; ) {
    const header = tar.subarray(at, at + block);
    if (header[0] === 0) break;
    const text = (from: number, length: number) =>
      header.toString('utf8', from, from + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 12), 8);
    const type = text(156, 1);
    const content = Buffer.from(tar.subarray(at + block, at + block + size));
    at += block + Math.ceil(size / block) * block;
    if (type === 'L') {
      longName = content.toString('utf8').replace(/\0.*$/s, '');
      continue;
    }
    const full: string = (longName ?? text(0, 100)).replace(/\/$/, '');
    longName = null;
    const relative = full.split('/').slice(1).join('/');
    if (relative === '') continue;
    files.set(relative, {
      kind: type === '5' ? 'directory' : type === '2' ? 'link' : 'file',
      content,
      target: type === '2' ? text(157, 100) : null,
      modifiedNs: BigInt(Number.parseInt(text(136, 12), 8)) * 1_000_000_000n,
    });
  }
  return files;
}

export const fileOf = (content: Buffer | string, modifiedNs = 1_000_000_000n): MemoryFile => ({
  kind: 'file',
  content: Buffer.from(content),
  target: null,
  modifiedNs,
});

/** A tree in memory, an hour after its newest file was written; directories come by themselves. */
export function treeOf(
  files: MemoryFiles,
  { root = '/run/out', laterNs = 3_600_000_000_000n, open = [] as string[] } = {},
): CheckpointTree {
  const all = new Map(files);
  for (const name of files.keys())
    for (let at = path.posix.dirname(name); at !== '.'; at = path.posix.dirname(at))
      if (!all.has(at))
        all.set(at, { kind: 'directory', content: Buffer.alloc(0), target: null, modifiedNs: 0n });
  let newest = 0n;
  for (const { modifiedNs, kind } of files.values())
    if (kind === 'file' && modifiedNs > newest) newest = modifiedNs;
  return {
    root,
    nowNs: newest + laterNs,
    entries: [...all].map(([name, file], at) => ({
      path: name,
      kind: file.kind,
      bytes: file.kind === 'file' ? file.content.length : 0,
      modifiedNs: file.modifiedNs,
      inode: String(at),
      target: file.target,
      openForWriting: open.includes(name),
    })),
    read: async (name, offset, length) =>
      all.get(name)?.content.subarray(offset, offset + length) ?? Buffer.alloc(0),
  };
}
