import { broken } from '#shared/domain/broken-sentences.ts';
import type { CheckpointVerdict } from '#shared/domain/checkpoint.ts';
import { directoryOf, join, type TreeIndex } from '../tree-index.ts';
import { fileDamaged, fileMissing, fileUnreadable, leadsOut } from '../verdicts.ts';
import { isRecord, largestRead, parseJson, readExactly, readText } from './read.ts';

/** The format's own limit is 100 MB; a header of more than this is judged by its length and first byte. */
const largestHeader = 8 * 1024 * 1024;

/** Whether header and file agree: the offsets in it end where the file ends. (A file of zeros would load.) */
export async function safetensorsProblem(index: TreeIndex, path: string): Promise<CheckpointVerdict | null> {
  const entry = index.file(path);
  if (entry === null) return index.entry(path)?.kind === 'link' ? leadsOut(path) : fileMissing(path);
  if (entry.bytes < 10) return fileDamaged(path, broken('BROKEN_ONLY', { bytes: entry.bytes }));
  // Most headers are within the first bytes: one look for all of them.
  const guess = Math.min(entry.bytes, 65_536);
  const start = await readExactly(index.tree, entry, 0, guess);
  if (start === null) return fileUnreadable(path);
  const length = Number(start.readBigUInt64LE(0));
  if (length < 2 || length > 100_000_000) return fileDamaged(path, broken('BROKEN_NO_LENGTH'));
  if (8 + length > entry.bytes) return fileDamaged(path, broken('BROKEN_CUT_HEADER'));
  if (length > largestHeader)
    return start[8] === 0x7b ? null : fileDamaged(path, broken('BROKEN_HEADER_JSON'));
  const rest: Promise<Buffer | null>[] = [];
  for (let at = guess; at < 8 + length; at += largestRead)
    rest.push(readExactly(index.tree, entry, at, Math.min(largestRead, 8 + length - at)));
  const parts = await Promise.all(rest);
  if (!parts.every((part) => part !== null)) return fileUnreadable(path);
  const header = parseJson(
    Buffer.concat([start, ...parts])
      .subarray(8, 8 + length)
      .toString('utf8'),
  );
  if (!isRecord(header)) return fileDamaged(path, broken('BROKEN_HEADER_JSON'));
  const end = endOf(header);
  if (end === null) return fileDamaged(path, broken('BROKEN_HEADER'));
  return 8 + length + end === entry.bytes
    ? null
    : fileDamaged(path, broken('BROKEN_HEADER_LENGTH', { bytes: entry.bytes, said: 8 + length + end }));
}

function endOf(header: Record<string, unknown>): number | null {
  let end = 0;
  for (const [name, tensor] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const offsets = isRecord(tensor) ? tensor.data_offsets : null;
    const last: unknown = Array.isArray(offsets) ? offsets[1] : null;
    if (typeof last !== 'number' || !Number.isSafeInteger(last) || last < 0) return null;
    end = Math.max(end, last);
  }
  return end;
}

/**
 * The shards that a `*.index.json` of Transformers names, relative to the root. Of one too large to be read here they come from
 * the names of the shards that are there ("-00001-of-00030"). null: it is no such index, or not whole.
 */
export async function shardsOfIndex(index: TreeIndex, path: string): Promise<string[] | null> {
  const directory = directoryOf(path);
  const entry = index.file(path);
  if (entry === null) return null;
  if (entry.bytes > largestHeader) return shardsByName(index, path);
  const text = await readText(index, path, largestHeader);
  const parsed = text === null ? null : parseJson(text);
  const map = isRecord(parsed) ? parsed.weight_map : null;
  if (!isRecord(map)) return null;
  const shards = new Set<string>();
  for (const shard of Object.values(map)) {
    // A name from a file over there: it must stay in its directory.
    if (typeof shard !== 'string' || shard === '' || shard.includes('/') || shard === '..') return null;
    shards.add(join(directory, shard));
  }
  return shards.size === 0 ? null : [...shards].sort();
}

function shardsByName(index: TreeIndex, path: string): string[] | null {
  const directory = directoryOf(path);
  for (const name of index.names(directory)) {
    const match = /^(.*-)(\d{5})(-of-)(\d{5})(\.\w+)$/.exec(name);
    if (!match) continue;
    const [, head, , of, count, tail] = match;
    return Array.from({ length: Number(count) }, (_shard, at) =>
      join(directory, `${head}${String(at + 1).padStart(5, '0')}${of}${count}${tail}`),
    );
  }
  return null;
}
